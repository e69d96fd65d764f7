import { type CompiledQuery, sql } from 'kysely';
import type { MaintenanceInput } from '../../../../protocol/api/maintenance.ts';
import { ofScope, requireInScope, type ScopedContext } from '../scoping.ts';
import type { Row } from '../tables.ts';

/** Maintenance windows, their edits, and the windows that began. */
export interface MaintenanceRepository {
  /** Cancelled ones too, oldest first. */
  all(): Promise<Row<'maintenance_window'>[]>;
  /** Oldest first. */
  edits(): Promise<Row<'maintenance_edit'>[]>;
  /** Those not finished, and those that started at `sinceMs` or later. */
  runs(sinceMs: number): Promise<Row<'maintenance_run'>[]>;
  /** For {@link Store.commit}. @throws VigiaError not_found if the client is outside the scope. */
  insertStatement(row: Row<'maintenance_window'>): CompiledQuery;
  /** Keeps what stood before and puts `after` in its place, for {@link Store.commit}. @throws as {@link insertStatement} */
  editStatements(edit: WindowEdit): CompiledQuery[];
  /** @throws as {@link insertStatement} */
  cancelStatement(window: Pick<Row<'maintenance_window'>, 'id' | 'client_id'>, atMs: number): CompiledQuery;
  /** Inserts or replaces. @throws as {@link insertStatement} */
  saveRunStatement(row: Row<'maintenance_run'>): CompiledQuery;
}

export interface WindowEdit {
  readonly windowId: string;
  readonly clientId: string;
  readonly atMs: number;
  readonly by: string;
  readonly before: MaintenanceInput;
  readonly after: MaintenanceInput;
}

export function maintenanceRepository({ db, scope }: ScopedContext): MaintenanceRepository {
  return {
    all: () =>
      db
        .selectFrom('maintenance_window')
        .selectAll()
        .where(ofScope(scope, 'maintenance_window.client_id'))
        .orderBy('created_at')
        .orderBy('id')
        .execute(),
    edits: () =>
      db
        .selectFrom('maintenance_edit')
        .selectAll()
        .where(ofScope(scope, 'maintenance_edit.client_id'))
        .orderBy('id')
        .execute(),
    runs: (sinceMs) =>
      db
        .selectFrom('maintenance_run')
        .selectAll()
        .where(ofScope(scope, 'maintenance_run.client_id'))
        .where((eb) => eb.or([eb('finished_at', 'is', null), eb('started_at', '>=', sinceMs)]))
        .orderBy('started_at')
        .execute(),
    insertStatement(row) {
      requireInScope(scope, row.client_id);
      return db.insertInto('maintenance_window').values(row).compile();
    },
    editStatements({ windowId, clientId, atMs, by, before, after }) {
      requireInScope(scope, clientId);
      const own = sql`FROM maintenance_window WHERE id = ${windowId} AND client_id = ${clientId}`;
      return [
        sql`INSERT INTO maintenance_edit (client_id, window_id, at, by_user, document_json)
          SELECT client_id, id, ${atMs}, ${by}, ${JSON.stringify(before)} ${own}`.compile(db),
        db
          .updateTable('maintenance_window')
          .set({ document_json: JSON.stringify(after) })
          .where('id', '=', windowId)
          .where('client_id', '=', clientId)
          .compile(),
      ];
    },
    cancelStatement({ id, client_id }, atMs) {
      requireInScope(scope, client_id);
      return db
        .updateTable('maintenance_window')
        .set({ cancelled_at: atMs })
        .where('id', '=', id)
        .where('client_id', '=', client_id)
        .where('cancelled_at', 'is', null)
        .compile();
    },
    saveRunStatement(row) {
      requireInScope(scope, row.client_id);
      return db
        .insertInto('maintenance_run')
        .values(row)
        .onConflict((conflict) =>
          conflict
            .columns(['window_id', 'started_at'])
            .doUpdateSet(row)
            .where('maintenance_run.client_id', '=', row.client_id),
        )
        .compile();
    },
  };
}
