import { existsSync, renameSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { VigiaError } from '../../../protocol/error.ts';
import { makeReadable } from '../../exclusive-wal.ts';

/** The version of the tables that this build reads and writes (`user_version`). */
const VERSION = 3;

/** "Tables" of docs/storage.md. */
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
  PRAGMA user_version = ${VERSION};
`;

/** Pages of the write-ahead log before SQLite copies them to their places: some seconds of a large fleet. */
const CHECKPOINT_PAGES = 4_000;

/** The series database, and the two ways to change it. */
export class Database {
  readonly path: string;
  readonly sql: DatabaseSync;
  #isReading = false;

  /**
   * Opens it, and makes its tables if there are none. A file of an earlier format is renamed and `note` told of it.
   * @throws VigiaError database_damaged, database_newer, unavailable
   */
  constructor(path: string, note: (sentence: string) => void) {
    this.path = path;
    this.sql = open(path, note);
  }

  /** Changes that are safe from the loss of power when this returns. @throws Error if nothing of them was kept */
  durable<T>(work: () => T): T {
    return this.#transaction(work);
  }

  /**
   * Changes that are all or nothing, and safe with the next durable ones: what is done in the background would only be done
   * once more. It waits for no disk.
   */
  background<T>(work: () => T): T {
    // Inside a transaction it cannot be changed.
    this.#endReading();
    this.sql.exec('PRAGMA synchronous = NORMAL');
    try {
      return this.#transaction(work);
    } finally {
      this.sql.exec('PRAGMA synchronous = FULL');
    }
  }

  /**
   * What is read from now on shares a transaction, up to a change or to the end of this turn of the event loop: a statement that
   * has to begin and end its own takes twice as long.
   */
  read(): void {
    if (this.#isReading || this.sql.isTransaction) return;
    this.sql.exec('BEGIN');
    this.#isReading = true;
    queueMicrotask(() => this.#endReading());
  }

  #endReading(): void {
    if (!this.#isReading) return;
    this.#isReading = false;
    // After an I/O error SQLite has ended it by itself.
    if (this.sql.isOpen && this.sql.isTransaction) this.sql.exec('COMMIT');
  }

  #transaction<T>(work: () => T): T {
    this.#endReading();
    this.sql.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.sql.exec('COMMIT');
      return result;
    } catch (cause) {
      // SQLite has rolled back by itself after a full disk or an I/O error; a second ROLLBACK would hide the cause.
      if (this.sql.isTransaction) this.sql.exec('ROLLBACK');
      throw cause;
    }
  }
}

function open(path: string, note: (sentence: string) => void): DatabaseSync {
  let sql: DatabaseSync | undefined;
  try {
    sql = new DatabaseSync(path, { timeout: 5_000 });
    makeReadable(sql);
    if (isOldFormat(sql)) {
      sql.close();
      note(`${path} has the format of an earlier Vigia and was set aside as ${setAside(path)}; series begin anew.`);
      sql = new DatabaseSync(path, { timeout: 5_000 });
      makeReadable(sql);
    }
    const version = Number(sql.prepare('PRAGMA user_version').get()?.user_version);
    if (version > VERSION) {
      throw new VigiaError(
        'database_newer',
        `The series database ${path} has version ${version}; this build of Vigia knows versions up to ${VERSION}. ` +
          'Start the newer Vigia that wrote it, or restore a backup made before that upgrade.',
      );
    }
    sql.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;
      PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA cache_size = -16384;`);
    if (version === 0) sql.exec(`BEGIN; ${tables} COMMIT;`);
    return sql;
  } catch (cause) {
    if (sql?.isOpen) sql.close();
    throw refusal(path, cause);
  }
}

/**
 * At first pages of compressed entries stood beside the batches, and the version was never set; version 2 had columns that are
 * read no more.
 */
function isOldFormat(sql: DatabaseSync): boolean {
  const version = Number(sql.prepare('PRAGMA user_version').get()?.user_version);
  if (version > 0) return version < VERSION;
  return sql.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'page'").get() !== undefined;
}

function setAside(path: string): string {
  let name = `${path}.old`;
  for (let n = 2; existsSync(name); n += 1) name = `${path}.old${n}`;
  for (const suffix of ['-wal', '-shm', '']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, name + suffix);
  }
  return name;
}

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

function refusal(path: string, cause: unknown): VigiaError {
  if (cause instanceof VigiaError) return cause;
  const { errcode = 0 } = cause as { errcode?: number };
  const reason = cause instanceof Error ? cause.message : String(cause);
  if ([SQLITE_CORRUPT, SQLITE_NOTADB].includes(errcode & 0xff)) {
    return new VigiaError(
      'database_damaged',
      `The series database ${path} cannot be opened: ${reason}. Move it and its -wal and -shm files aside and restore a ` +
        'backup, or start without: devices and incidents are kept elsewhere and stay.',
    );
  }
  return new VigiaError('unavailable', `The series database ${path} cannot be opened: ${reason}.`);
}
