import type { DatabaseSync, DatabaseSyncOptions } from 'node:sqlite';

/** What the thread's host lends to the engine. */
export interface EnginePorts {
  /** Opens the file in WAL mode, or as it can be read. @throws Error of SQLite or of the file system */
  openDatabase(path: string, options: DatabaseSyncOptions): DatabaseSync;
  /** Copies a database as of one moment, while others write to it. */
  copyDatabase(from: string, to: string): Promise<void>;
}
