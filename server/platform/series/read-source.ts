import type { MetricDescriptor } from '../../../protocol/wire/metric.ts';
import type { Columns, RunOfReports } from './columns.ts';
import type { KeptColumns } from './read/kept-columns.ts';
import type { Resolution } from './series-store.ts';

/** A metric as blocks know it. */
export interface NumberedMetric {
  readonly id: number;
  readonly descriptor: MetricDescriptor;
}

/** A host as blocks know it, and up to when its reports are rolled up. */
export interface HostState {
  readonly id: number;
  /** Five-minute roll-ups are complete before this time, ms; 0 if there are none. */
  readonly rolledTo: number;
  /** The same of one-hour roll-ups. */
  readonly hoursTo: number;
}

/** A sealed block without its bytes. */
export interface BlockEntry {
  readonly id: number;
  /** Times of its first and its last report, ms. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Reports that no block holds yet. */
export type OpenReports = Pick<Columns, 'at' | 'sequence' | 'run' | 'values'> & {
  readonly runs: readonly Pick<RunOfReports, 'runId'>[];
};

/** A row of roll-ups, not yet opened: a UTC day of five minutes, or 30 days of hours. */
export interface StoredRollUp {
  readonly id: number;
  /** When its stretch begins, ms. */
  readonly startMs: number;
  readonly data: Uint8Array;
}

/**
 * What readers see of the engine, inside its thread. All of it is synchronous and changes nothing. Between two turns of a
 * query open reports may be sealed and blocks removed, so a reader asks for what is open before it reads what is sealed: what
 * is sealed in between then comes twice, and is dropped by its run and sequence. The other way round it would be missed.
 */
export interface ReadSource {
  /** Undefined for a device that never reported, or is being removed. */
  host(deviceId: string): HostState | undefined;
  /** Every descriptor that ever had this name. */
  metricsNamed(name: string): readonly NumberedMetric[];
  /** What is older than this is no longer kept at this resolution, ms. */
  heldFrom(resolution: Resolution): number;
  /** How many blocks {@link blocks} would give, from the index alone. */
  countBlocks(hostId: number, fromMs: number, toMs: number): number;
  /** Sealed blocks of which a report may lie in the half-open range, in the order of their last reports. */
  blocks(hostId: number, fromMs: number, toMs: number): BlockEntry[];
  /** The bytes of a block; undefined if it was removed meanwhile. */
  bytes(blockId: number): Uint8Array | undefined;
  /** What readers keep of blocks. */
  readonly kept: KeptColumns;
  /** Rows of roll-ups that touch the half-open range, oldest first. */
  rollUps(hostId: number, resolution: 'fiveMinute' | 'hour', fromMs: number, toMs: number): StoredRollUp[];
  /**
   * Reports that no block holds yet, of the half-open range at least: one or more columns, each oldest first, with these
   * metrics only.
   */
  open(hostId: number, metricIds: readonly number[], fromMs: number, toMs: number): OpenReports[];
  /** Told of a block or row that cannot be read, so that it is set aside. The query goes on without it. */
  damaged(source: Resolution, id: number): void;
}
