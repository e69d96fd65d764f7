import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { storedReports } from './stored-reports.ts';

/** Run with the data folder of a server: prints the sequences that it stored by device, and the kinds of what people are told. */
export interface ServerLook {
  readonly sequences: Readonly<Record<string, readonly number[]>>;
  readonly told: readonly string[];
}

const folder = process.argv[2] ?? '';
const stored = [...storedReports(join(folder, 'series.db'))];
const state = new DatabaseSync(join(folder, 'state.db'), { readOnly: true, timeout: 5_000 });
const told = state.prepare('SELECT kind FROM outbox ORDER BY id').all();
state.close();
const look: ServerLook = {
  sequences: Object.fromEntries(stored.map(([id, reports]) => [id, reports.map(({ sequence }) => sequence)])),
  told: told.map(({ kind }) => String(kind)),
};
process.stdout.write(JSON.stringify(look));
