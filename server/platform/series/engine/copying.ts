import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { SeriesError } from '../series-error.ts';
import type { EnginePorts } from './ports.ts';

/**
 * Writes a copy of the series database as of one moment; until it is done the write-ahead log grows by what commits bring.
 * @returns the newest position in the copy. @throws SeriesError unavailable
 */
export async function copySeries(copyDatabase: EnginePorts['copyDatabase'], from: string, to: string): Promise<number> {
  try {
    await copyDatabase(from, to);
    return newestPosition(to);
  } catch (cause) {
    rmSync(to, { force: true });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SeriesError('unavailable', `The series cannot be copied to ${to}: ${reason}.`);
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
