import { rmSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { VigiaError } from '../../../protocol/error.ts';

/** All pages in one step: a copy in several steps begins anew at each commit, and would never end. */
const ALL_PAGES = 2 ** 31 - 1;

/**
 * Writes a copy of the database as of one moment. It is read through a connection of its own in a thread of the pool, so commits go
 * on; until it is done the write-ahead log grows by what they bring.
 * @returns the newest position in the copy. @throws VigiaError unavailable
 */
export async function copyDatabase(from: string, to: string): Promise<number> {
  const source = new DatabaseSync(from, { readOnly: true, timeout: 5_000 });
  try {
    await backup(source, to, { rate: ALL_PAGES });
    return newestPosition(to);
  } catch (cause) {
    rmSync(to, { force: true });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VigiaError('unavailable', `The series cannot be copied to ${to}: ${reason}.`);
  } finally {
    source.close();
  }
}

function newestPosition(path: string): number {
  const copy = new DatabaseSync(path);
  try {
    const newest = copy.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'journal'").get();
    return (newest?.seq as number | undefined) ?? 0;
  } finally {
    copy.close();
  }
}
