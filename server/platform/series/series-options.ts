import type { Retention } from './calls.ts';
import type { Failure } from './series-error.ts';
import type { DamagedPart } from './series-store.ts';

export interface SeriesOptions {
  /** The file, made if there is none. SQLite puts others beside it. */
  readonly path: string;
  /** The module that the thread runs: `thread.ts` beside this file, or one of the host's that calls `serveSeries` with its ports. */
  readonly thread: URL;
  /** ms since 1970 */
  readonly now: () => number;
  /**
   * The time by which history is past its time, ms; null while nobody can say. By default `now`: a clock that is ahead would remove
   * everything.
   */
  readonly expiryNow?: () => number | null;
  /** By default 14 days, 13 months and 5 years. */
  readonly retention?: Partial<Retention>;
  /** Positions up to this one were used already, in case the file was lost: the state remembers them. By default 0. */
  readonly positionsAfter?: number;
  /** Called once if the thread dies: nothing can be committed any more, so the process must not go on. */
  readonly onFatal: (cause: Error) => void;
  /** Told of every part that was found damaged and set aside, also of those that were found before this start. */
  readonly onDamage?: (part: DamagedPart) => void;
  /** Told in a sentence what the store did of its own accord, for the log. */
  readonly onNote?: (sentence: string) => void;
  /** Makes the faults that callers get, by default `SeriesError`. */
  readonly failure?: Failure;
}

const DAY_MS = 86_400_000;
export const defaultRetention: Retention = { raw: 14 * DAY_MS, fiveMinute: 396 * DAY_MS, hour: 1_826 * DAY_MS };
