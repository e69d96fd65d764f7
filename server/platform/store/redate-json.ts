import { type RawBuilder, sql } from 'kysely';

/** An instant inside of a document, ms; one that hangs on another moves only if, and as far as, that one does. */
type Instant = readonly [path: string, hangsOn?: string];

interface JsonColumn {
  readonly table: string;
  readonly column: string;
  /** No row with an earlier one holds what was stamped by the wrong clock. */
  readonly newest: string;
  readonly instants: readonly Instant[];
  /** Lists in it, and the instants in each of their entries. */
  readonly lists?: readonly { readonly path: string; readonly instants: readonly Instant[] }[];
}

const columns: readonly JsonColumn[] = [
  {
    table: 'incident',
    column: 'clock_json',
    newest: 'updated_at',
    instants: [
      ['$.startedAt'],
      ['$.dueAt', '$.startedAt'],
      ['$.halfAt', '$.startedAt'],
      ['$.warnAt', '$.startedAt'],
      ['$.reportedAt'],
      ['$.respondedAt'],
      ['$.recoveredAt'],
      ['$.warnedAt'],
      ['$.breachToldAt'],
      ['$.onSite.markedAt'],
      ['$.onSite.dueAt', '$.onSite.markedAt'],
      ['$.onSite.arrivedAt'],
    ],
    lists: [
      { path: '$.pauses', instants: [['$.from'], ['$.to']] },
      { path: '$.computations', instants: [['$.at']] },
      { path: '$.earlier', instants: [['$.startedAt'], ['$.dueAt', '$.startedAt'], ['$.respondedAt']] },
    ],
  },
  { table: 'incident', column: 'flap_json', newest: 'updated_at', instants: [['$.at']] },
  {
    table: 'incident',
    column: 'outage_json',
    newest: 'updated_at',
    instants: [
      ['$.dueAt', '$.onsetAt'],
      ['$.riskAt', '$.onsetAt'],
      ['$.onsetAt'],
      ['$.warnedAt'],
      ['$.partialAt'],
      ['$.restoredAt'],
    ],
    lists: [{ path: '$.earlier', instants: [['$.dueAt', '$.onsetAt'], ['$.onsetAt'], ['$.restoredAt']] }],
  },
  {
    table: 'presence_interval',
    column: 'evidence_json',
    newest: 'end_ms',
    instants: [['$.before.at'], ['$.after.at'], ['$.announced.at']],
  },
];

/**
 * Moves what was stamped from `from` on by `back` ms, and in any case to no later than `now`. To come before the columns, by which
 * the rows are found.
 */
export function redateJson(back: number, from: number, now: number): RawBuilder<unknown>[] {
  const at = (document: RawBuilder<unknown>, path: string) => sql`json_extract(${document}, ${path})`;
  const moved = (document: RawBuilder<unknown>, [path, hangsOn = path]: Instant) => sql`${path}, CASE
    WHEN ${at(document, hangsOn)} >= ${from}
    THEN ${at(document, path)} + min(${at(document, hangsOn)} + ${back}, ${now}) - ${at(document, hangsOn)}
    ELSE ${at(document, path)} END`;
  const redated = (document: RawBuilder<unknown>, instants: readonly Instant[]) =>
    sql`json_replace(${document}, ${sql.join(instants.map((instant) => moved(document, instant)))})`;
  return columns.flatMap(({ table, column, newest, instants, lists = [] }) => {
    const document = sql.ref(column);
    const whose = sql`WHERE ${sql.ref(newest)} >= ${from} AND ${document} IS NOT NULL`;
    const entries = lists.map(
      ({ path, instants: each }) => sql`
        UPDATE ${sql.table(table)} SET ${document} = json_replace(${document}, ${path}, (
          SELECT json_group_array(${redated(sql.ref('entry.value'), each)}) FROM json_each(${document}, ${path}) AS entry
        )) ${whose} AND json_array_length(${document}, ${path}) > 0`,
    );
    return [...entries, sql`UPDATE ${sql.table(table)} SET ${document} = ${redated(document, instants)} ${whose}`];
  });
}
