import type { LossKind } from '../../protocol/api/view.ts';
import type { Said } from '../../protocol/said/said.ts';
import type { ProcessSample } from '../../protocol/wire/frame.ts';
import type { Reading } from '../domain/reading.ts';
import type { StoredReport } from '../platform/series/series-store.ts';

/** What the forecast says of a file system: when it is full (ms) and how fast, or why that is not said. */
export interface DiskForecastFigures {
  readonly fullAtMs: number | null;
  readonly bytesPerHour: number | null;
  /** 0..1 */
  readonly quality: number | null;
  readonly said: Said;
}

/** Hours that are gone from the series. */
export interface Loss {
  readonly kind: LossKind;
  /** Null where nobody can say whose they were. */
  readonly deviceId: string | null;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly foundAt: number;
}

/** The newest of a device, as pages show it. Instants in ms. Only the functions of this file write it. */
export interface DeviceShown {
  /** Newest report. It is brought up to date in place while the schema stays: whoever compares readings asks for their dates. */
  readonly latest: Reading | null;
  readonly latestBootMs: number | null;
  readonly processes: { readonly at: number; readonly items: readonly ProcessSample[] } | null;
  /** By mount point; empty until they were looked at. */
  readonly diskForecasts: ReadonlyMap<string, DiskForecastFigures>;
  /** What is gone of its history, oldest first. */
  readonly lostHistory: readonly Loss[];
}

type Own = { -readonly [Field in keyof DeviceShown]: DeviceShown[Field] };
interface OwnReading extends Reading {
  at: number;
  readonly scaled: (number | null)[];
}

export function freshShown(): DeviceShown {
  return { latest: null, latestBootMs: null, processes: null, diskForecasts: new Map(), lostHistory: [] };
}

/** Brings the newest reading up to date in place: a fleet would leave one of each device behind every second. False if the schema is another. */
export function renewLatest(shown: DeviceShown, { at, metrics, scaled, clocks }: StoredReport): boolean {
  const own: Own = shown;
  const { latest } = own;
  if (latest?.schema.metrics !== metrics || latest.scaled.length !== scaled.length) return false;
  const reading = latest as OwnReading;
  reading.at = at;
  for (let index = 0; index < scaled.length; index += 1) reading.scaled[index] = scaled[index] as number | null;
  own.latestBootMs = clocks.bootMs;
  return true;
}

/** Takes a copy of this reading as the newest. */
export function replaceLatest(shown: DeviceShown, { at, schema, scaled }: Reading, bootMs: number): void {
  const own: Own = shown;
  own.latest = { at, schema, scaled: scaled.slice() };
  own.latestBootMs = bootMs;
}

export function showProcesses(shown: DeviceShown, at: number, items: readonly ProcessSample[]): void {
  const own: Own = shown;
  own.processes = { at, items };
}

export function showForecasts(shown: DeviceShown, figures: ReadonlyMap<string, DiskForecastFigures>): void {
  const own: Own = shown;
  own.diskForecasts = figures;
}

export function showLoss(shown: DeviceShown, loss: Loss): void {
  const own: Own = shown;
  own.lostHistory = [...own.lostHistory, loss].sort((a, b) => (a.fromMs ?? 0) - (b.fromMs ?? 0));
}

/** The server's clock was set by `sizeMs`. @param now after the step, ms */
export function redateShown(shown: DeviceShown, sizeMs: number, now: number): void {
  const own: Own = shown;
  if (own.latest) (own.latest as OwnReading).at = Math.min(now, own.latest.at + sizeMs);
  if (own.processes) own.processes = { ...own.processes, at: own.processes.at + sizeMs };
}
