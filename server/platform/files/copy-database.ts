import { backup, DatabaseSync } from 'node:sqlite';

/** All pages in one step: a copy in several steps begins anew at each commit, and would never end. */
const ALL_PAGES = 2 ** 31 - 1;
const BUSY_TIMEOUT_MS = 5_000;

/** Copies a database as of one moment, in a thread of the pool and through a connection of its own, while others write to it. */
export async function copyDatabase(from: string, to: string): Promise<void> {
  const source = new DatabaseSync(from, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    await backup(source, to, { rate: ALL_PAGES });
  } finally {
    source.close();
  }
}
