import { found, inTransaction, ofScope, requireEveryClient, type ScopedContext } from '../scoping.ts';
import type { NewRow, Row } from '../tables.ts';

/** Versions of policies. What applies to every client (`client_id` null) is in the scope of every client only. */
export interface PolicyRepository {
  /** In the order in which they were decided. */
  all(): Promise<Row<'policy_version'>[]>;
  /** @throws VigiaError not_found if its client is not in scope, forbidden if it applies to every client and the scope does not. */
  insert(row: NewRow<'policy_version'>): Promise<Row<'policy_version'>>;
}

export function policyRepository({ db, scope }: ScopedContext): PolicyRepository {
  return {
    all: () =>
      db
        .selectFrom('policy_version')
        .selectAll()
        .where(ofScope(scope, 'policy_version.client_id'))
        .orderBy('version')
        .execute(),
    insert: (row) =>
      inTransaction(db, async (tx) => {
        if (typeof row.client_id !== 'string') requireEveryClient(scope);
        else {
          const client = tx.selectFrom('client').select('id').where('id', '=', row.client_id);
          found(await client.where(ofScope(scope, 'client.id')).executeTakeFirst(), 'client');
        }
        return tx.insertInto('policy_version').values(row).returningAll().executeTakeFirstOrThrow();
      }),
  };
}
