import type { CompiledQuery } from 'kysely';
import { ofScope, requireInScope, type ScopedContext } from '../scoping.ts';
import type { Row } from '../tables.ts';

/** What people said of time without evidence. Withdrawing one keeps its row. */
export interface AttestationRepository {
  /** All that were not withdrawn. */
  standing(): Promise<Row<'attestation'>[]>;
  /** Those of a device, also the withdrawn ones, newest first. */
  ofDevice(deviceId: string): Promise<Row<'attestation'>[]>;
  get(id: string): Promise<Row<'attestation'> | null>;
  /** For {@link Store.commit}. @throws VigiaError not_found if the row is outside the scope. */
  insertStatement(row: Row<'attestation'>): CompiledQuery;
  /** For {@link Store.commit}. Changes nothing outside the scope. */
  withdrawStatement(id: string, at: number, by: string): CompiledQuery;
}

export function attestationRepository({ db, scope }: ScopedContext): AttestationRepository {
  const mine = ofScope(scope, 'attestation.client_id');
  const select = () => db.selectFrom('attestation').selectAll().where(mine);
  return {
    standing: () => select().where('withdrawn_at', 'is', null).orderBy('at').orderBy('id').execute(),
    ofDevice: (deviceId) =>
      select().where('device_id', '=', deviceId).orderBy('at', 'desc').orderBy('id', 'desc').execute(),
    get: async (id) => (await select().where('id', '=', id).executeTakeFirst()) ?? null,
    insertStatement(row) {
      requireInScope(scope, row.client_id);
      return db.insertInto('attestation').values(row).compile();
    },
    withdrawStatement: (id, at, by) =>
      db
        .updateTable('attestation')
        .set({ withdrawn_at: at, withdrawn_by: by })
        .where(mine)
        .where('id', '=', id)
        .where('withdrawn_at', 'is', null)
        .compile(),
  };
}
