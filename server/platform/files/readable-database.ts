import { accessSync, chmodSync, constants, copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync, type DatabaseSyncOptions } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

const SQLITE_IOERR = 10;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const unshareable = new Set([SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN]);

/**
 * Opens a database in WAL mode so that it can be read, whatever its disk allows, because it must be read all the more.
 *
 * A disk that has no room for the file by which processes share the log: this process keeps the index of the log in its memory
 * and the database for itself until it ends. A read-only file system: SQLite does the same by itself if that file is there, left
 * by a server that was killed; without it there may be no log either, as after a stop, and nothing can change the database. A log
 * whose index is gone, as of a server that had it in memory when it was killed, is put together with the database in a copy, which nobody
 * can write to either.
 * @throws Error of SQLite, or of the file system if there is no room for that copy
 */
export function openReadable(path: string, options: DatabaseSyncOptions): DatabaseSync {
  let database = new DatabaseSync(path, options);
  try {
    makeReadable(database);
  } catch (cause) {
    database.close();
    if (!isReadOnly(dirname(path))) throw cause;
    database = isAnyLog(path) ? openCopy(path, options) : openImmutable(path, options);
  }
  return database;
}

function openImmutable(path: string, options: DatabaseSyncOptions): DatabaseSync {
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  const database = new DatabaseSync(url, options);
  // Opened now, not when it is first asked: its name may be gone by then.
  database.prepare('SELECT count(*) FROM sqlite_schema').get();
  return database;
}

/** What is committed, in a folder for temporary files that only this user can read. It goes when the process ends, however it does. */
function openCopy(path: string, options: DatabaseSyncOptions): DatabaseSync {
  const folder = mkdtempSync(join(tmpdir(), 'vigia-'));
  try {
    const copy = join(folder, 'copy.db');
    for (const suffix of ['', '-wal']) {
      copyFileSync(path + suffix, copy + suffix, constants.COPYFILE_FICLONE);
      // A copy has the rights of its original, which may not even be written by its owner.
      chmodSync(copy + suffix, 0o600);
    }
    const whole = new DatabaseSync(copy);
    try {
      whole.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } finally {
      whole.close();
    }
    return openImmutable(copy, options);
  } finally {
    // Where an open file keeps its name, as on Windows, there is no such file system to be read.
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether nothing can be made in the folder: its file system is mounted read-only, or this user may not write there. */
export function isReadOnly(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return false;
  } catch (error) {
    return ['EROFS', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}

function isAnyLog(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** To be called before anything else is asked of it. */
function makeReadable(database: DatabaseSync): void {
  const read = (): unknown => database.prepare('SELECT count(*) FROM sqlite_schema').get();
  try {
    read();
  } catch (cause) {
    if (!unshareable.has(((cause as { errcode?: number }).errcode ?? 0) & 0xff)) throw cause;
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    read();
  }
}
