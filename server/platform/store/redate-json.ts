import { type RawBuilder, sql } from 'kysely';

interface JsonColumn {
  readonly table: string;
  readonly column: string;
  /** No row with an earlier one holds what was stamped by the wrong clock. */
  readonly newest: string;
  /** Instants, ms. */
  readonly paths: readonly string[];
  /** Those that hang on another, and move only if that one does. */
  readonly hanging?: { readonly on: string; readonly paths: readonly string[] };
}

/** Instants inside of documents that columns hold. */
const columns: readonly JsonColumn[] = [
  {
    table: 'incident',
    column: 'clock_json',
    newest: 'updated_at',
    hanging: { on: '$.startedAt', paths: ['$.dueAt', '$.halfAt', '$.warnAt'] },
    paths: ['$.startedAt', '$.reportedAt', '$.respondedAt', '$.onSite.startedAt', '$.onSite.arrivedAt'],
  },
  { table: 'incident', column: 'flap_json', newest: 'updated_at', paths: ['$.at'] },
  {
    table: 'presence_interval',
    column: 'evidence_json',
    newest: 'end_ms',
    paths: ['$.before.at', '$.after.at', '$.announced.at'],
  },
];

/** Moves what was stamped from `since` on by `back` ms. To come before the columns, by which the rows are found. */
export function redateJson(back: number, since: number): RawBuilder<unknown>[] {
  return columns.flatMap(({ table, column, newest, paths, hanging }) => {
    const document = sql.ref(column);
    const move = (path: string, on: string): RawBuilder<unknown> => sql`
      UPDATE ${sql.table(table)} SET ${document} = json_set(${document}, ${path}, json_extract(${document}, ${path}) + ${back})
      WHERE ${sql.ref(newest)} >= ${since} AND json_extract(${document}, ${on}) >= ${since}
      AND json_type(${document}, ${path}) IN ('integer', 'real')`;
    const hung = hanging?.paths.map((path) => move(path, hanging.on)) ?? [];
    return [...hung, ...paths.map((path) => move(path, path))];
  });
}
