import type { CompiledQuery } from 'kysely';
import type { RepositoryContext } from '../scoping.ts';
import type { NewRow, Row } from '../tables.ts';

/** Sessions of people. security/sessions.ts decides which are valid. */
export interface SessionRepository {
  insert(row: NewRow<'session'>): Promise<void>;
  get(id: string): Promise<Row<'session'> | null>;
  byTokenHash(tokenHash: Uint8Array): Promise<Row<'session'> | null>;
  /** For {@link Store.commit}: it was used at this time. */
  useStatement(id: string, atMs: number): CompiledQuery;
  revoke(id: string): Promise<void>;
  /** All of them, or all but one. */
  revokeOfUser(userId: string, butSessionId?: string): Promise<void>;
  /** Deletes those that nobody can use any more at `now`, ms. Returns how many. */
  prune(now: number, idleBeforeMs: number): Promise<number>;
}

export function sessionRepository({ db, clock }: RepositoryContext): SessionRepository {
  const select = () => db.selectFrom('session').selectAll();
  const revoke = () => db.updateTable('session').set({ revoked_at: clock() }).where('revoked_at', 'is', null);
  return {
    async insert(row) {
      await db.insertInto('session').values(row).execute();
    },
    get: async (id) => (await select().where('id', '=', id).executeTakeFirst()) ?? null,
    byTokenHash: async (hash) => (await select().where('token_hash', '=', hash).executeTakeFirst()) ?? null,
    useStatement: (id, atMs) => db.updateTable('session').set({ last_seen_at: atMs }).where('id', '=', id).compile(),
    async revoke(id) {
      await revoke().where('id', '=', id).execute();
    },
    async revokeOfUser(userId, butSessionId) {
      const update = revoke().where('user_id', '=', userId);
      await (butSessionId === undefined ? update : update.where('id', '<>', butSessionId)).execute();
    },
    async prune(now, idleBeforeMs) {
      const result = await db
        .deleteFrom('session')
        .where((eb) =>
          eb.or([eb('revoked_at', 'is not', null), eb('expires_at', '<=', now), eb('last_seen_at', '<', idleBeforeMs)]),
        )
        .executeTakeFirst();
      return Number(result.numDeletedRows);
    },
  };
}
