import type { CompiledQuery } from 'kysely';
import { ofScope, requireInScope, type ScopedContext } from '../scoping.ts';
import type { NewRow, Row } from '../tables.ts';

/** Services and the versions of what they are made of. Statements are for {@link Store.commit}. */
export interface ServiceRepository {
  /** Also removed ones: their past stays. Oldest first. */
  all(): Promise<Row<'service'>[]>;
  /** Oldest first. */
  versions(): Promise<Row<'service_version'>[]>;
  /** @throws VigiaError not_found if the client is outside the scope */
  insertStatement(row: NewRow<'service'>): CompiledQuery;
  /** @throws VigiaError not_found if the client is outside the scope */
  insertVersionStatement(row: NewRow<'service_version'>): CompiledQuery;
  renameStatement(id: string, name: string): CompiledQuery;
  removeStatement(id: string, at: number): CompiledQuery;
}

export function serviceRepository({ db, scope }: ScopedContext): ServiceRepository {
  const mine = ofScope(scope, 'service.client_id');
  const update = (id: string) => db.updateTable('service').where(mine).where('id', '=', id);
  return {
    all: () => db.selectFrom('service').selectAll().where(mine).orderBy('created_at').orderBy('id').execute(),
    versions: () =>
      db
        .selectFrom('service_version')
        .selectAll()
        .where(ofScope(scope, 'service_version.client_id'))
        .orderBy('id')
        .execute(),
    insertStatement(row) {
      requireInScope(scope, row.client_id);
      return db.insertInto('service').values(row).compile();
    },
    insertVersionStatement(row) {
      requireInScope(scope, row.client_id);
      return db.insertInto('service_version').values(row).compile();
    },
    renameStatement: (id, name) => update(id).set({ name }).compile(),
    removeStatement: (id, at) => update(id).set({ removed_at: at }).where('removed_at', 'is', null).compile(),
  };
}
