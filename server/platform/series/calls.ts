import type { KnownNames, NewNames } from './rows/numbers.ts';
import type { Row } from './rows/row.ts';
import type { SeriesErrorCode } from './series-error.ts';
import type {
  FleetRequest,
  FleetResult,
  Origin,
  Resolution,
  SeriesRequest,
  SeriesResult,
  SeriesStep,
  SeriesUsage,
} from './series-store.ts';

/** How long each resolution is kept, ms. */
export type Retention = Readonly<Record<Resolution, number>>;

/** What the series thread is started with. */
export interface ThreadOptions {
  readonly path: string;
  readonly retention: Retention;
  readonly now: number;
}

/** A report on its way out of the thread, in numbers. */
export type NumberedReport = Omit<Row, 'schema'> & {
  readonly host: number;
  readonly backfill: boolean;
  /** The same array for reports of one schema within one answer. */
  readonly metricIds: readonly number[];
};

/** A batch of the journal; its rows are null if they are damaged. */
export interface BatchOfRows {
  readonly position: number;
  readonly rows: Uint8Array | null;
}

/** A damaged part whose host is a number; null where it cannot be told. */
export interface NumberedDamage {
  readonly source: 'journal' | Resolution;
  readonly host: number | null;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly foundAt: number;
}

/** From the first to the last report of a host that is kept, at whatever resolution, ms. */
export interface NumberedExtent {
  readonly host: number;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface NumberedUsage extends Omit<SeriesUsage, 'damaged'> {
  readonly damaged: readonly NumberedDamage[];
}

type Nothing = Record<string, never>;

export interface Time {
  /** ms since 1970 */
  readonly now: number;
  /** The time by which history is past its time; null while nobody can say, and then none is. */
  readonly expiryNow: number | null;
}

/** What the main thread asks of the series thread, and what each question is answered with. */
export interface Calls {
  /** Positions up to `positionsAfter` were used already, by a file that was lost. */
  open: { args: { readonly positionsAfter: number }; result: KnownNames & { readonly origin: Origin } };
  append: {
    args: {
      /** The rows of the batch and four bytes for their checksum; handed over, not copied. */
      readonly data: Uint8Array<ArrayBuffer>;
      readonly names: NewNames;
      /** Schemas that no row of the journal can refer to any more. */
      readonly forget: readonly number[];
      readonly now: number;
    };
    result: {
      readonly position: number;
      /** Lanes whose chains have ended: the next row of each is a key row. */
      readonly renew: readonly number[];
      /** The oldest position that the journal still holds. */
      readonly floor: number;
    };
  };
  /**
   * Opens a walk over the batches after a position, or goes on with it; the last answer brings none. `before` are the rows up to that position on
   * which delta rows of these batches build and none of those that were brought earlier, each as a key row with its index; null for none.
   */
  replay: {
    args: { readonly walk: number; readonly after: number };
    result: { readonly before: Uint8Array<ArrayBuffer> | null; readonly batches: readonly BatchOfRows[] };
  };
  endReplay: { args: { readonly walk: number }; result: null };
  /** From when to when some hosts have history, of those that have any. */
  extents: { args: { readonly hosts: readonly number[] }; result: readonly NumberedExtent[] };
  /** The newest reports of some hosts, of those that have any. */
  latest: { args: { readonly hosts: readonly number[] }; result: readonly NumberedReport[] };
  query: { args: SeriesRequest; result: SeriesResult[] };
  queryFleet: { args: FleetRequest; result: FleetResult };
  /** Comes between the batches that were stamped before it and after it. */
  clockSet: { args: SeriesStep; result: null };
  release: { args: { readonly position: number }; result: null };
  remove: { args: { readonly host: number }; result: null };
  usage: { args: Nothing; result: NumberedUsage };
  backup: { args: { readonly path: string }; result: number };
  /** The time goes on. */
  tick: { args: Time; result: null };
  /** Answered when nothing is left to do in the background at this time. */
  settle: { args: Time; result: null };
  close: { args: Nothing; result: null };
}

export type Call = keyof Calls;

export interface Question<C extends Call = Call> {
  readonly id: number;
  readonly call: C;
  readonly args: Calls[C]['args'];
}

/** Ends the work on a question that nobody waits for any more; it is then answered with an error. */
export interface Cancel {
  readonly cancel: number;
}

export type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly code: SeriesErrorCode; readonly message: string }
  | { readonly damage: NumberedDamage }
  | { readonly note: string };
