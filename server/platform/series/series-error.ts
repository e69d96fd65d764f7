/** What may go wrong, as codes that stay. */
export type SeriesErrorCode =
  /** It is closed, cannot write, did not answer in time, or the question was withdrawn. */
  | 'unavailable'
  /** Too much waits already. */
  | 'overloaded'
  /** The query would read too much. */
  | 'range_too_large'
  /** The metric has no such aggregation. */
  | 'validation_failed'
  /** SQLite cannot read the file. */
  | 'database_damaged'
  /** A newer build has written the file. */
  | 'database_newer';

/** A fault with a sentence that says what to do. */
export class SeriesError extends Error {
  readonly code: SeriesErrorCode;
  constructor(code: SeriesErrorCode, message: string) {
    super(message);
    this.name = 'SeriesError';
    this.code = code;
  }
}

/** Makes the fault that callers get: of the kind that the host throws everywhere. */
export type Failure = (code: SeriesErrorCode, message: string) => Error;

export const ownFailure: Failure = (code, message) => new SeriesError(code, message);
