import type { Clocks } from '../../protocol/frame.ts';
import type { MetricDescriptor } from '../../protocol/metric.ts';

/** A report as it is kept: who, which, when (server's clock), and its scaled values. */
export interface StoredReport {
  readonly deviceId: string;
  /** 32 hex digits. */
  readonly runId: string;
  readonly bootId: string;
  readonly sequence: number;
  readonly backfill: boolean;
  /** When it was measured, dated by the server's clock, ms. */
  readonly at: number;
  readonly receivedAt: number;
  readonly clocks: Clocks;
  /** The agent's time of day minus the server's at that moment, ms. */
  readonly clockOffsetMs: number;
  /** The same array for every report of a schema. */
  readonly metrics: readonly MetricDescriptor[];
  /** Value x 10^decimals per metric, null where it could not be read. */
  readonly scaled: readonly (number | null)[];
}

/** A group of reports that was committed together. */
export interface JournalBatch {
  /** Position in the journal, growing by one. */
  readonly position: number;
  readonly reports: readonly StoredReport[];
}

export interface SeriesRequest {
  readonly deviceId: string;
  readonly metrics: readonly string[];
  /** Half-open range in ms; the first step begins at `fromMs`. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

/** One value per step: the mean of a gauge, the rate per second of a counter, null where nothing was reported. */
export interface SeriesResult {
  readonly metric: string;
  readonly descriptor: MetricDescriptor;
  readonly values: readonly (number | null)[];
}

/**
 * Where time series live. The only promise callers rely on: when `append` resolves, its reports survive the loss of power;
 * when it rejects, none of them is kept and nobody may be told that they are.
 */
export interface SeriesStore {
  /** Commits reports in their order. @returns the journal position. @throws VigiaError unavailable (disk full, closed) */
  append(reports: readonly StoredReport[]): Promise<number>;
  /** Batches after a position, oldest first, for a start that follows a crash. */
  replay(afterPosition: number): AsyncIterable<JournalBatch>;
  /** The newest report of every device that has one. */
  latest(): Promise<StoredReport[]>;
  /** Results for the metrics that were reported in the range, or shortly before. @throws VigiaError range_too_large */
  query(request: SeriesRequest): Promise<SeriesResult[]>;
  /** Says up to which position a start will never replay again, so that the journal may shrink. */
  release(position: number): void;
  /** Removes all reports of a device. */
  remove(deviceId: string): Promise<void>;
  /** Reports waiting to be committed, and how many may wait. */
  queue(): { readonly length: number; readonly limit: number };
  close(): Promise<void>;
}
