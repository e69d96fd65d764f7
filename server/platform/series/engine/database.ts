import { existsSync, renameSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { SeriesError } from '../series-error.ts';
import { bringUp, FORMAT, formatOf, OLDEST_FORMAT } from './format.ts';
import type { EnginePorts } from './ports.ts';

/** Pages of the write-ahead log before SQLite copies them to their places: some seconds of a large fleet. */
const CHECKPOINT_PAGES = 4_000;

/** The series database, and the two ways to change it. */
export class Database {
  readonly path: string;
  readonly sql: DatabaseSync;
  /** Where the file went that was there before, as it has a format that is no longer read; or null. */
  readonly setAside: string | null;
  #isReading = false;

  /**
   * Opens it, makes its tables if there are none, and converts those of an earlier format. What is older than the oldest that is
   * read is renamed and `note` told of it.
   * @throws SeriesError database_damaged, database_newer, unavailable
   */
  constructor(path: string, note: (sentence: string) => void, openDatabase: EnginePorts['openDatabase']) {
    this.path = path;
    const { sql, setAside } = open(path, note, openDatabase);
    this.sql = sql;
    this.setAside = setAside;
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

function open(
  path: string,
  note: (sentence: string) => void,
  openDatabase: EnginePorts['openDatabase'],
): { sql: DatabaseSync; setAside: string | null } {
  let sql: DatabaseSync | undefined;
  let aside: string | null = null;
  try {
    sql = openDatabase(path, { timeout: 5_000 });
    if (isTooOld(sql)) {
      sql.close();
      aside = setAside(path);
      note(`${path} has a format that is no longer read and was set aside as ${aside}; series begin anew.`);
      sql = openDatabase(path, { timeout: 5_000 });
    }
    const format = formatOf(sql);
    if (format > FORMAT) {
      throw new SeriesError(
        'database_newer',
        `The series database ${path} has version ${format}; this build of Vigia knows versions up to ${FORMAT}. ` +
          'Start the newer Vigia that wrote it, or restore a backup made before that upgrade.',
      );
    }
    sql.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;
      PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA cache_size = -16384;`);
    bringUp(sql);
    return { sql, setAside: aside };
  } catch (cause) {
    if (sql?.isOpen) sql.close();
    throw refusal(path, cause);
  }
}

/**
 * At first pages of compressed entries stood beside the batches, and the version was never set; version 2 had columns that are
 * read no more.
 */
function isTooOld(sql: DatabaseSync): boolean {
  const format = formatOf(sql);
  if (format > 0) return format < OLDEST_FORMAT;
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

function refusal(path: string, cause: unknown): SeriesError {
  if (cause instanceof SeriesError) return cause;
  const { errcode = 0 } = cause as { errcode?: number };
  const reason = cause instanceof Error ? cause.message : String(cause);
  if ([SQLITE_CORRUPT, SQLITE_NOTADB].includes(errcode & 0xff)) {
    return new SeriesError(
      'database_damaged',
      `The series database ${path} cannot be opened: ${reason}. Move it and its -wal and -shm files aside and restore a ` +
        'backup, or start without: devices and incidents are kept elsewhere and stay, and Vigia says which hours are gone.',
    );
  }
  return new SeriesError('unavailable', `The series database ${path} cannot be opened: ${reason}.`);
}
