import { DatabaseSync } from 'node:sqlite';
import type { Tape } from './tape.ts';

type Row = Record<string, unknown>;

/** Puts every row of every table on the tape, in the order of its primary key. */
export function recordRows(path: string, tape: Tape): void {
  read(path, (database) => {
    for (const table of tablesOf(database)) {
      for (const row of rowsOf(database, table)) tape.add('rows', { table, ...shown(row) });
    }
  });
}

/** The ids of all rows, by table, in the order in which they were made: they count up (chance.ts). */
export function idsOf(path: string): ReadonlyMap<string, readonly string[]> {
  return read(path, (database) => {
    const found = new Map<string, readonly string[]>();
    for (const table of tablesOf(database)) {
      const ids = rowsOf(database, table).map(({ id }) => id);
      if (ids.some((id) => typeof id === 'string')) found.set(table, ids.map(String).sort());
    }
    return found;
  });
}

function read<T>(path: string, look: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return look(database);
  } finally {
    database.close();
  }
}

function tablesOf(database: DatabaseSync): string[] {
  const rows = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .all();
  return rows.map(({ name }) => String(name));
}

function rowsOf(database: DatabaseSync, table: string): Row[] {
  const columns = database.prepare('SELECT name, pk FROM pragma_table_info(?) ORDER BY pk').all(table);
  const key = columns.filter(({ pk }) => Number(pk) > 0).map(({ name }) => `"${name}"`);
  return database.prepare(`SELECT * FROM "${table}" ORDER BY ${key.length > 0 ? key.join() : 'rowid'}`).all();
}

/** JSON is shown as what it says, bytes in hexadecimal. */
function shown(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => {
      if (value instanceof Uint8Array) return [column, `${value.length} bytes ${Buffer.from(value).toString('hex')}`];
      if (column.endsWith('_json') && typeof value === 'string') return [column, JSON.parse(value)];
      return [column, value];
    }),
  );
}
