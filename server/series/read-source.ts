import type { MetricDescriptor } from '../../protocol/metric.ts';
import type { Columns } from './columns.ts';
import type { Resolution } from './series-store.ts';

/** A metric as it is numbered. One name has several numbers if its unit, kind or decimals ever changed. */
export interface NumberedMetric {
  readonly id: number;
  readonly descriptor: MetricDescriptor;
}

/** A raw block, found without reading it. Blocks of one host may overlap in time. */
export interface RawBlock {
  readonly id: number;
  /** Of its first and last report, both inclusive, ms. */
  readonly firstAt: number;
  readonly lastAt: number;
}

export type RollUp = Exclude<Resolution, 'raw'>;

/** A row of roll-ups: a UTC day of five minutes, or 30 days of hours counted from 1970. */
export interface RollUpBlock {
  readonly id: number;
  /** What its first bucket begins with, ms. */
  readonly startMs: number;
}

/**
 * How readers see what is kept, inside the series thread. Everything is as of the call: between two calls that a `yield`
 * parts, reports are added and sealed, and blocks expire. All times are ms; ranges are half-open.
 */
export interface ReadSource {
  /** The newest time that the engine was told, ms. */
  now(): number;
  /** How long a resolution is kept, ms. */
  retentionMs(resolution: Resolution): number;
  /** Null for a device of which nothing is kept, or which was removed. */
  hostOf(deviceId: string): number | null;
  /** Every number that this name has had. */
  metricsOf(name: string): readonly NumberedMetric[];
  /** What may hold reports of the range, by its last report. Costs an index lookup, not the blocks. */
  rawBlocks(host: number, fromMs: number, toMs: number): readonly RawBlock[];
  /** The bytes of a raw block; null if it has gone since. */
  rawBlock(id: number): Uint8Array | null;
  /** Reports that no block holds yet and that may be of the range: one set of columns a lane, oldest first within it. */
  openRows(host: number, fromMs: number, toMs: number): readonly Columns[];
  rollUps(resolution: RollUp, host: number, fromMs: number, toMs: number): readonly RollUpBlock[];
  /** The bytes of a row of roll-ups; null if it has gone since. */
  rollUp(resolution: RollUp, id: number): Uint8Array | null;
  /** Before this time the roll-ups of the host are complete, ms; from there on only raw reports tell. */
  rolledTo(resolution: RollUp, host: number): number;
  /** To be called for bytes that do not match their checksum: they are set aside and people are told. Go on without them. */
  setAside(resolution: Resolution, id: number): void;
}
