import type { DatabaseSync } from 'node:sqlite';

const SQLITE_IOERR = 10;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const unshareable = new Set([SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN]);

/**
 * Lets a database in WAL mode be read on a disk that has no room for the file by which processes share the log: then this process
 * keeps the index of the log in its memory and the database for itself until it ends, because it must be read all the more. To be
 * called before anything else is asked of it.
 */
export function makeReadable(database: DatabaseSync): void {
  const read = (): unknown => database.prepare('SELECT count(*) FROM sqlite_schema').get();
  try {
    read();
  } catch (cause) {
    if (!unshareable.has(((cause as { errcode?: number }).errcode ?? 0) & 0xff)) throw cause;
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    read();
  }
}
