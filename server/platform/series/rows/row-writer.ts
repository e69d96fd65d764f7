import type { Clocks } from '../../../../protocol/wire/frame.ts';
import type { ByteWriter } from '../codec/byte-writer.ts';
import type { StoredReport } from '../series-store.ts';
import { canChange, writeChanges } from './changes.ts';
import { laneNumber } from './lane.ts';

/** Reports of a chain at most: its key row and the delta rows against it. */
export const CHAIN_ROWS = 120;
/** From the first to the last report of a chain, ms. */
export const CHAIN_SPAN_MS = 3_600_000;

/** The latest reading of a clock that is kept, as on the wire. */
const MAX_CLOCK_MS = 2 ** 50;
/** No difference beyond this can be told. */
const MAX_STEP = 2 ** 51;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What a delta row is told against: a report as it was. The encoder has one for each chain and brings it up to date. */
export interface RowBase
  extends Mutable<Omit<StoredReport, 'deviceId' | 'backfill' | 'metrics' | 'clocks' | 'scaled'>> {
  readonly clocks: Mutable<Clocks>;
  readonly scaled: (number | null)[];
}

export function makeBase(report: StoredReport): RowBase {
  const { runId, bootId, sequence, at, receivedAt, clockOffsetMs, clocks, scaled } = report;
  return {
    ...{ runId, bootId, sequence, at, receivedAt, clockOffsetMs },
    clocks: { ...clocks },
    scaled: scaled.slice(),
  };
}

/** Makes `base` the report, which must be one that can follow it. */
export function advanceBase(base: RowBase, { sequence, at, receivedAt, clockOffsetMs, clocks, scaled }: StoredReport) {
  base.sequence = sequence;
  base.at = at;
  base.receivedAt = receivedAt;
  base.clockOffsetMs = clockOffsetMs;
  base.clocks.wallMs = clocks.wallMs;
  base.clocks.monotonicMs = clocks.monotonicMs;
  base.clocks.bootMs = clocks.bootMs;
  for (let index = 0; index < scaled.length; index += 1) base.scaled[index] = scaled[index] as number | null;
}

/** Whether a delta row can lead from one report to the other: both of one run and boot and not too far apart. */
export function canFollow(previous: RowBase, report: StoredReport): boolean {
  return (
    previous.runId === report.runId &&
    previous.bootId === report.bootId &&
    Math.abs(report.sequence - previous.sequence) < MAX_STEP &&
    Math.abs(report.clockOffsetMs - previous.clockOffsetMs) < MAX_STEP &&
    Math.abs(report.at - previous.at) < MAX_STEP &&
    canChange(previous.scaled, report.scaled)
  );
}

/**
 * Writes one row ("Rows" of FORMAT.md): a key row if there is no `previous`, else a delta row against it.
 * @throws RangeError for what no report may hold, such as a value that is no integer; then the bytes written are of no use
 */
export function writeRow(
  writer: ByteWriter,
  host: number,
  lane: number,
  index: number,
  schema: number,
  report: StoredReport,
  previous: RowBase | null,
): void {
  writer.varint(laneNumber(host, lane)).byte(index);
  const lengthAt = writer.skip(2);
  if (previous) writeDelta(writer, report, previous);
  else writeKey(writer, report, schema);
  const length = writer.skip(0) - lengthAt - 2;
  if (length > 0xffff) throw new RangeError(`a row of ${length} bytes`);
  writer.setByteAt(lengthAt, length & 0xff);
  writer.setByteAt(lengthAt + 1, length >> 8);
}

function writeKey(writer: ByteWriter, report: StoredReport, schema: number): void {
  const { clocks, scaled } = report;
  if (scaled.length !== report.metrics.length) {
    throw new RangeError(`${scaled.length} values for ${report.metrics.length} metrics`);
  }
  writeRunId(writer, report.runId);
  writer.text(report.bootId).varint(schema).varint(report.sequence).varint(report.at);
  writer.zigzag(report.receivedAt - report.at).zigzag(report.clockOffsetMs);
  writer.varint(reading(clocks.wallMs)).varint(reading(clocks.monotonicMs)).varint(reading(clocks.bootMs));
  for (let start = 0; start < scaled.length; start += 8) {
    let present = 0;
    for (let bit = 0; bit < 8 && start + bit < scaled.length; bit += 1) {
      if (scaled[start + bit] !== null) present |= 1 << bit;
    }
    writer.byte(present);
  }
  for (const value of scaled) if (value !== null) writer.zigzag(value);
}

function writeDelta(writer: ByteWriter, report: StoredReport, previous: RowBase): void {
  const { at, clocks } = report;
  const step = at - previous.at;
  writer.zigzag(report.sequence - previous.sequence - 1).zigzag(step);
  writer.zigzag(report.receivedAt - at - (previous.receivedAt - previous.at));
  writer.zigzag(report.clockOffsetMs - previous.clockOffsetMs);
  const before = previous.clocks;
  writer.zigzag(reading(clocks.wallMs) - reading(before.wallMs) - step);
  writer.zigzag(reading(clocks.monotonicMs) - reading(before.monotonicMs) - step);
  writer.zigzag(reading(clocks.bootMs) - reading(before.bootMs) - step);
  writeChanges(writer, previous.scaled, report.scaled);
}

function reading(ms: number): number {
  return ms >= 0 && ms <= MAX_CLOCK_MS ? Math.floor(ms) : ms > 0 ? MAX_CLOCK_MS : 0;
}

function writeRunId(writer: ByteWriter, runId: string): void {
  if (!/^[\da-f]{32}$/.test(runId)) throw new RangeError(`not the id of a run: ${runId}`);
  for (let at = 0; at < 32; at += 2) writer.byte(Number.parseInt(runId.slice(at, at + 2), 16));
}
