import type { CompiledQuery } from 'kysely';
import { ofScope, requireInScope, type ScopedContext } from '../scoping.ts';
import type { Row } from '../tables.ts';

/** Versions of contracts. They are added and never changed: the database refuses an update. */
export interface ContractRepository {
  /** All of the scope, oldest version first. */
  all(): Promise<Row<'contract_version'>[]>;
  /** For {@link Store.commit}. @throws VigiaError not_found if the row is outside the scope. */
  insertStatement(row: Row<'contract_version'>): CompiledQuery;
}

export function contractRepository({ db, scope }: ScopedContext): ContractRepository {
  return {
    all: () =>
      db
        .selectFrom('contract_version')
        .selectAll()
        .where(ofScope(scope, 'contract_version.client_id'))
        .orderBy('client_id')
        .orderBy('version')
        .execute(),
    insertStatement(row) {
      requireInScope(scope, row.client_id);
      return db.insertInto('contract_version').values(row).compile();
    },
  };
}
