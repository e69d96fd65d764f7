import type { Clocks } from '../../../protocol/wire/frame.ts';
import type { MetricDescriptor } from '../../../protocol/wire/metric.ts';

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

/** What a step says of the values in it. `rate` is per second and for counters only; a counter knows no other but `last`. */
export const aggregations = ['last', 'mean', 'min', 'max', 'rate', 'p95'] as const;
export type Aggregation = (typeof aggregations)[number];

/** How finely history is kept: as reported, or summed up. */
export const resolutions = ['raw', 'fiveMinute', 'hour'] as const;
export type Resolution = (typeof resolutions)[number];

export interface SeriesRequest {
  readonly deviceId: string;
  readonly metrics: readonly string[];
  /** Half-open range in ms; the first step begins at `fromMs`. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  /** By default the mean of a gauge and the rate of a counter. */
  readonly aggregation?: Aggregation;
}

/** One value per step in base units, null where nothing was reported. */
export interface SeriesResult {
  readonly metric: string;
  readonly descriptor: MetricDescriptor;
  readonly aggregation: Aggregation;
  /** The coarsest that was read. A percentile over a roll-up is that of its means. */
  readonly resolution: Resolution;
  readonly values: readonly (number | null)[];
}

/** One metric of many devices. */
export interface FleetRequest {
  readonly deviceIds: readonly string[];
  readonly metric: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly aggregation?: Aggregation;
  readonly across: /** One line: the mean over the devices that reported in a step. */
    | { readonly kind: 'mean' }
    /** The devices with the highest (or lowest) mean over the whole range, each with its line. */
    | { readonly kind: 'top'; readonly count: number; readonly lowest?: boolean }
    /** Per step, how many devices fall between two neighbouring bounds; n bounds make n + 1 rows. */
    | { readonly kind: 'heat'; readonly bounds: readonly number[] };
}

export type FleetResult =
  | {
      readonly kind: 'mean';
      readonly resolution: Resolution;
      readonly values: readonly (number | null)[];
      readonly devices: readonly number[];
    }
  | {
      readonly kind: 'top';
      readonly resolution: Resolution;
      readonly lines: readonly {
        readonly deviceId: string;
        readonly overall: number;
        readonly values: readonly (number | null)[];
      }[];
    }
  | { readonly kind: 'heat'; readonly resolution: Resolution; readonly counts: readonly (readonly number[])[] };

/** What is held, for people and for /metrics. */
export interface SeriesUsage {
  /** The database and its write-ahead log, bytes on disk. */
  readonly fileBytes: number;
  /** Pages inside the file that wait to be used again, bytes. */
  readonly freeBytes: number;
  readonly journalBytes: number;
  /** Reports in memory and in the journal that no block holds yet, and their bytes. */
  readonly openReports: number;
  readonly openBytes: number;
  readonly held: Readonly<
    Record<
      Resolution,
      {
        readonly bytes: number;
        readonly blocks: number;
        readonly retentionMs: number;
        /** When what is held begins, by the block that was written first; null if none is. */
        readonly fromMs: number | null;
      }
    >
  >;
  /** Raw samples in blocks, so that bytes per sample can be told. */
  readonly rawSamples: number;
  readonly damaged: readonly DamagedPart[];
}

/** A batch or block that did not match its checksum and was set aside. */
export interface DamagedPart {
  readonly source: 'journal' | Resolution;
  /** Null where it cannot be told any more. */
  readonly deviceId: string | null;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly foundAt: number;
}

/** What the server's clock did: it was set ahead, or such a step was taken back. */
export type SeriesStep =
  | {
      readonly kind: 'ahead';
      /** The first instant after it, ms: its name. */
      readonly since: number;
    }
  | {
      readonly kind: 'undone';
      /** Of the step ahead. */
      readonly since: number;
      /** Below 0. */
      readonly sizeMs: number;
    };

/** Which file a store was opened on. */
export interface Origin {
  /** A number that no other file has, but for its copies. */
  readonly file: number;
  /** The newest position that was ever used in it. */
  readonly position: number;
  /** Where the file went that was there before, as its format is no longer read; or null. */
  readonly setAside: string | null;
}

/** From the first to the last report of a device that is kept, at whatever resolution, ms. */
export interface Extent {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Where time series live. The only promise callers rely on: when `append` resolves, its reports survive the loss of power;
 * when it rejects, none of them is kept and nobody may be told that they are.
 */
export interface SeriesStore {
  /** Commits reports in their order. @returns the journal position. @throws SeriesError unavailable (disk full, closed) */
  append(reports: readonly StoredReport[]): Promise<number>;
  readonly origin: Origin;
  /** What is held of every device that has anything. Asked only where some may be missing. */
  extents(): Promise<ReadonlyMap<string, Extent>>;
  /** Batches after a position, oldest first, for a start that follows a crash. They are being read from the call on. */
  replay(afterPosition: number): AsyncIterable<JournalBatch>;
  /** The newest report of every device that has one, by default of all. */
  latest(isWanted?: (deviceId: string) => boolean): Promise<StoredReport[]>;
  /**
   * Results for the metrics that were reported in the range, or shortly before. An aborted query ends within one slice.
   * @throws SeriesError range_too_large with a sentence that says what to narrow
   */
  query(request: SeriesRequest, signal?: AbortSignal): Promise<SeriesResult[]>;
  /** @throws SeriesError range_too_large with a sentence that says what to narrow */
  queryFleet(request: FleetRequest, signal?: AbortSignal): Promise<FleetResult>;
  /**
   * The clock by which reports are dated was set: those that are appended from this call on are stamped by the new one. A step ahead is
   * remembered; if it is undone, all that was stamped since is dated anew by its size.
   * @throws SeriesError unavailable, if it cannot be noted yet: then it is before the next reports are committed
   */
  clockSet(step: SeriesStep): Promise<void>;
  /** Says up to which position a start will never replay again, so that the journal may shrink. */
  release(position: number): void;
  /** Removes all reports of a device: they are out of reach at once, their bytes are freed in the background. */
  remove(deviceId: string): Promise<void>;
  usage(): Promise<SeriesUsage>;
  /**
   * Writes a consistent copy of the database while reports go on being committed.
   * @returns the position up to which it holds everything. @throws SeriesError unavailable
   */
  backup(path: string): Promise<number>;
  /** Reports waiting to be committed, and how many may wait. */
  queue(): { readonly length: number; readonly limit: number };
  close(): Promise<void>;
}
