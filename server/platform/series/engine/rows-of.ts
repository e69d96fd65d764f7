import type { SQLInputValue, StatementSync } from 'node:sqlite';

/*
 * SQLite knows no types of rows: what a statement selects is what its tables (format.ts, all of them STRICT) hold. The types are
 * said here, and nowhere else.
 */

/** All rows that a statement selects. */
export function allOf<Row extends object>(statement: StatementSync, ...values: readonly SQLInputValue[]): Row[] {
  return statement.all(...values) as Row[];
}

/** The one row that it selects, if there is any. */
export function oneOf<Row extends object>(
  statement: StatementSync,
  ...values: readonly SQLInputValue[]
): Row | undefined {
  return statement.get(...values) as Row | undefined;
}
