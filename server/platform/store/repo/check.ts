import { type CompiledQuery, sql } from 'kysely';
import { ofScope, requireInScope, type ScopedContext } from '../scoping.ts';
import type { NewRow, Row } from '../tables.ts';

/** Checks and their ledgers. Statements are for {@link Store.commit}; they change nothing outside the scope. */
export interface CheckRepository {
  /** Also removed ones: their past stays. Oldest first. */
  all(): Promise<Row<'check_definition'>[]>;
  /** @throws VigiaError not_found if the client is outside the scope */
  insertStatement(row: NewRow<'check_definition'>): CompiledQuery;
  updateStatement(
    id: string,
    changes: Pick<Row<'check_definition'>, 'device_id' | 'name' | 'document_json'>,
  ): CompiledQuery;
  removeStatement(id: string, at: number): CompiledQuery;
  /** What the server remembers of a check that it runs itself. */
  saveStateStatement(id: string, stateJson: string): CompiledQuery;
  /** Intervals that overlap [fromMs, toMs), oldest first and whole. */
  intervals(checkId: string, fromMs: number, toMs: number): Promise<Row<'check_interval'>[]>;
  /** What begins at `fromMs` or later gives way to `rows`. */
  replaceIntervalsStatements(
    check: { readonly id: string; readonly clientId: string },
    fromMs: number,
    rows: readonly NewRow<'check_interval'>[],
  ): CompiledQuery[];
}

export function checkRepository({ db, scope }: ScopedContext): CheckRepository {
  const mine = ofScope(scope, 'check_definition.client_id');
  const update = (id: string) => db.updateTable('check_definition').where(mine).where('id', '=', id);
  return {
    all: () => db.selectFrom('check_definition').selectAll().where(mine).orderBy('created_at').orderBy('id').execute(),
    insertStatement(row) {
      requireInScope(scope, row.client_id);
      return db.insertInto('check_definition').values(row).compile();
    },
    updateStatement: (id, changes) => update(id).set(changes).compile(),
    removeStatement: (id, at) => update(id).set({ removed_at: at }).where('removed_at', 'is', null).compile(),
    saveStateStatement: (id, stateJson) => update(id).set({ state_json: stateJson }).compile(),
    intervals: (checkId, fromMs, toMs) =>
      db
        .selectFrom('check_interval')
        .selectAll()
        .where(ofScope(scope, 'check_interval.client_id'))
        .where('check_id', '=', checkId)
        .where('start_ms', '<', toMs)
        // Intervals never overlap, so only the last one before the range can reach into it.
        .where(
          'start_ms',
          '>=',
          sql<number>`ifnull((SELECT max(start_ms) FROM check_interval WHERE check_id = ${checkId} AND start_ms <= ${fromMs}), ${fromMs})`,
        )
        .where('end_ms', '>', fromMs)
        .orderBy('start_ms')
        .execute(),
    replaceIntervalsStatements({ id, clientId }, fromMs, rows) {
      requireInScope(scope, clientId);
      const remove = db.deleteFrom('check_interval').where('check_id', '=', id).where('client_id', '=', clientId);
      return [
        remove.where('start_ms', '>=', fromMs).compile(),
        ...rows.map((row) => db.insertInto('check_interval').values(row).compile()),
      ];
    },
  };
}
