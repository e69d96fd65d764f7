import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
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
 * by a server that was killed; without it there may be no log either, as after a stop, and nothing can change the database.
 * @throws Error of SQLite, also for a log on a read-only file system whose index is gone
 */
export function openReadable(path: string, options: DatabaseSyncOptions): DatabaseSync {
  let database = new DatabaseSync(path, options);
  try {
    makeReadable(database);
  } catch (cause) {
    database.close();
    if (!isReadOnly(dirname(path)) || isAnyLog(path)) throw cause;
    const url = pathToFileURL(path);
    url.searchParams.set('immutable', '1');
    database = new DatabaseSync(url, options);
  }
  return database;
}

/** Whether the folder lies on a file system that is mounted read-only. */
export function isReadOnly(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EROFS';
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
