import { randomInt } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

/** The oldest format that is still read: what is older is set aside. */
export const OLDEST_FORMAT = 3;

/** "Tables" of FORMAT.md, as they were in {@link OLDEST_FORMAT}. */
const tables = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE host (
    id INTEGER PRIMARY KEY AUTOINCREMENT, device_id TEXT NOT NULL,
    rolled_to INTEGER NOT NULL, hours_to INTEGER NOT NULL, is_leaving INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE UNIQUE INDEX host_by_device ON host (device_id) WHERE is_leaving = 0;
  CREATE TABLE lane (id INTEGER PRIMARY KEY, sealed_to INTEGER NOT NULL) STRICT;
  CREATE TABLE metric (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, unit TEXT NOT NULL, kind TEXT NOT NULL,
    decimals INTEGER NOT NULL, seen_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE schema (id INTEGER PRIMARY KEY AUTOINCREMENT, metrics BLOB NOT NULL) STRICT;
  CREATE TABLE journal (position INTEGER PRIMARY KEY AUTOINCREMENT, data BLOB NOT NULL) STRICT;
  CREATE TABLE raw (
    id INTEGER PRIMARY KEY AUTOINCREMENT, host INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
    samples INTEGER NOT NULL, is_past INTEGER NOT NULL, data BLOB NOT NULL
  ) STRICT;
  CREATE INDEX raw_by_host ON raw (host, last_at, first_at);
  CREATE TABLE five_minute (
    id INTEGER PRIMARY KEY AUTOINCREMENT, host INTEGER NOT NULL, stretch INTEGER NOT NULL, data BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX five_minute_by_host ON five_minute (host, stretch);
  CREATE TABLE hour (
    id INTEGER PRIMARY KEY AUTOINCREMENT, host INTEGER NOT NULL, stretch INTEGER NOT NULL, data BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX hour_by_host ON hour (host, stretch);
  CREATE TABLE stale (host INTEGER NOT NULL, hour INTEGER NOT NULL, PRIMARY KEY (host, hour)) STRICT, WITHOUT ROWID;
  CREATE TABLE damaged (
    id INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, host INTEGER, from_ms INTEGER, to_ms INTEGER,
    found_at INTEGER NOT NULL, data BLOB NOT NULL
  ) STRICT;
  CREATE TABLE tally (
    resolution TEXT PRIMARY KEY, bytes INTEGER NOT NULL, blocks INTEGER NOT NULL, samples INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO tally VALUES ('raw', 0, 0, 0), ('fiveMinute', 0, 0, 0), ('hour', 0, 0, 0);
`;

/**
 * Conversion n leads from format {@link OLDEST_FORMAT} + n to the next one; the format is SQLite's `user_version`. They only ever
 * run forward, each in a transaction, and what an older version has kept is kept by all of them.
 */
const conversions: readonly ((sql: DatabaseSync) => void)[] = [giveName];

/** The format that this build reads and writes. */
export const FORMAT = OLDEST_FORMAT + conversions.length;

const NAME = 'file';
/** SQLite's integers are read as numbers. */
const NAMES = 2 ** 47;

/** Format 4: a file has a name of its own, by which the state knows whether it is the one that it knew. */
function giveName(sql: DatabaseSync): void {
  sql.prepare('INSERT INTO meta (key, value) VALUES (?, ?)').run(NAME, randomInt(1, NAMES));
}

/** The name of a file of {@link FORMAT}: a number that no other file has, but for its copies. */
export function nameOf(sql: DatabaseSync): number {
  return sql.prepare('SELECT value FROM meta WHERE key = ?').get(NAME)?.value as number;
}

export function formatOf(sql: DatabaseSync): number {
  return Number(sql.prepare('PRAGMA user_version').get()?.user_version);
}

/** Makes the tables of a new file, or brings an older file up to {@link FORMAT}. */
export function bringUp(sql: DatabaseSync): void {
  if (formatOf(sql) === 0) inTransaction(sql, OLDEST_FORMAT, () => sql.exec(tables));
  for (let format = formatOf(sql); format < FORMAT; format += 1) {
    inTransaction(sql, format + 1, () => conversions[format - OLDEST_FORMAT]?.(sql));
  }
}

function inTransaction(sql: DatabaseSync, format: number, work: () => void): void {
  sql.exec('BEGIN IMMEDIATE');
  try {
    work();
    sql.exec(`PRAGMA user_version = ${format}; COMMIT`);
  } catch (cause) {
    if (sql.isTransaction) sql.exec('ROLLBACK');
    throw cause;
  }
}
