import type { CompiledQuery } from 'kysely';
import type { Page, PageRequest } from '../../../../protocol/api/page.ts';
import { noSuch } from '../../../../protocol/said/refused.ts';
import { clampLimit, decodeCursor, toPage } from '../page.ts';
import { before, found, inTransaction, ofScope, requireEveryClient, type ScopedContext } from '../scoping.ts';
import type { NewRow, Row } from '../tables.ts';

/** API keys, without their secrets. A key of every client (`client_id` null) is in the scope of every client only. */
export interface ApiKeyRepository {
  /** Those not revoked, newest first. */
  list(page: PageRequest): Promise<Page<Row<'api_key'>>>;
  get(id: string): Promise<Row<'api_key'> | null>;
  /** Not if it is revoked. */
  bySecretHash(secretHash: Uint8Array): Promise<Row<'api_key'> | null>;
  /** @throws VigiaError not_found if its client is not in scope. */
  insert(row: NewRow<'api_key'>): Promise<Row<'api_key'>>;
  /** Those neither revoked nor expired, in every order. */
  usable(): Promise<Row<'api_key'>[]>;
  /** Those not revoked, expired or not, in every order. */
  unrevoked(): Promise<Row<'api_key'>[]>;
  /** For {@link Store.commit}: it was used at this time. */
  useStatement(id: string, atMs: number): CompiledQuery;
  /** Somebody else answers for it from now on. */
  keep(id: string, keptBy: string): Promise<void>;
  /** @throws VigiaError not_found if there is none or it is revoked already. */
  revoke(id: string): Promise<void>;
}

export function apiKeyRepository({ db, scope, clock }: ScopedContext): ApiKeyRepository {
  const mine = ofScope(scope, 'api_key.client_id');
  const select = () => db.selectFrom('api_key').selectAll().where(mine);
  const active = () => select().where('revoked_at', 'is', null);
  return {
    async list({ limit, cursor }) {
      const size = clampLimit(limit);
      let query = active().orderBy('created_at', 'desc').orderBy('id', 'desc');
      if (cursor !== undefined) {
        query = query.where(before(['created_at', 'id'], decodeCursor(cursor, ['number', 'string'])));
      }
      return toPage(await query.limit(size + 1).execute(), size, (row) => [row.created_at, row.id]);
    },
    get: async (id) => (await select().where('id', '=', id).executeTakeFirst()) ?? null,
    bySecretHash: async (hash) => (await active().where('secret_hash', '=', hash).executeTakeFirst()) ?? null,
    insert: (row) =>
      inTransaction(db, async (tx) => {
        // A key of every client (null) is as wide as the widest scope.
        if (typeof row.client_id !== 'string') requireEveryClient(scope);
        else {
          const client = tx.selectFrom('client').select('id').where('id', '=', row.client_id);
          found(await client.where(ofScope(scope, 'client.id')).executeTakeFirst(), 'client');
        }
        return tx.insertInto('api_key').values(row).returningAll().executeTakeFirstOrThrow();
      }),
    usable: () =>
      active()
        .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', clock())]))
        .execute(),
    unrevoked: () => active().execute(),
    useStatement: (id, atMs) =>
      db.updateTable('api_key').set({ last_used_at: atMs }).where(mine).where('id', '=', id).compile(),
    async keep(id, keptBy) {
      await db.updateTable('api_key').set({ kept_by: keptBy }).where(mine).where('id', '=', id).execute();
    },
    async revoke(id) {
      const update = db.updateTable('api_key').set({ revoked_at: clock() }).where(mine).where('id', '=', id);
      const result = await update.where('revoked_at', 'is', null).executeTakeFirst();
      if (result.numUpdatedRows === 0n) throw noSuch('key');
    },
  };
}
