import { closeSync, openSync } from 'node:fs';

/**
 * Makes an empty file that only its owner may read, if there is none. An existing one is not even opened: to close a file
 * would take away every lock that SQLite holds on it in this process (POSIX locks belong to the process, not the handle).
 */
export function ensurePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
