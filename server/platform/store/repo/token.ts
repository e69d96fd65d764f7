import type { Page, PageRequest } from '../../../../protocol/api/page.ts';
import { noSuch } from '../../../../protocol/said/refused.ts';
import { clampLimit, decodeCursor, toPage } from '../page.ts';
import { before, found, inTransaction, ofScope, requireInScope, type ScopedContext } from '../scoping.ts';
import type { NewRow, Row } from '../tables.ts';

/** Enrolment tokens, without their secrets. security/tokens.ts makes and redeems them. */
export interface TokenRepository {
  /** Those not revoked, newest first; expired and used-up ones too, so that a person sees why a machine was refused. */
  list(page: PageRequest): Promise<Page<Row<'enrolment_token'>>>;
  get(id: string): Promise<Row<'enrolment_token'> | null>;
  bySecretHash(secretHash: Uint8Array): Promise<Row<'enrolment_token'> | null>;
  /** @throws VigiaError not_found if client or site are not in scope or not of one another. */
  insert(row: NewRow<'enrolment_token'>): Promise<Row<'enrolment_token'>>;
  /** Those that still let a machine join. */
  usable(nowMs: number): Promise<Row<'enrolment_token'>[]>;
  /** Somebody else answers for it from now on. */
  keep(id: string, keptBy: string): Promise<void>;
  /** Spends one use. False if none is left or the token is expired or revoked. */
  spendUse(id: string): Promise<boolean>;
  /** @throws VigiaError not_found if there is none or it is revoked already. */
  revoke(id: string): Promise<void>;
}

export function tokenRepository({ db, scope, clock }: ScopedContext): TokenRepository {
  const mine = ofScope(scope, 'enrolment_token.client_id');
  const select = () => db.selectFrom('enrolment_token').selectAll().where(mine);
  return {
    async list({ limit, cursor }) {
      const size = clampLimit(limit);
      let query = select().where('revoked_at', 'is', null).orderBy('created_at', 'desc').orderBy('id', 'desc');
      if (cursor !== undefined) {
        query = query.where(before(['created_at', 'id'], decodeCursor(cursor, ['number', 'string'])));
      }
      return toPage(await query.limit(size + 1).execute(), size, (row) => [row.created_at, row.id]);
    },
    get: async (id) => (await select().where('id', '=', id).executeTakeFirst()) ?? null,
    bySecretHash: async (hash) => (await select().where('secret_hash', '=', hash).executeTakeFirst()) ?? null,
    insert: (row) =>
      inTransaction(db, async (tx) => {
        requireInScope(scope, row.client_id);
        const site = tx.selectFrom('site').select('id').where('id', '=', row.site_id);
        found(await site.where('client_id', '=', row.client_id).executeTakeFirst(), 'client-site');
        return tx.insertInto('enrolment_token').values(row).returningAll().executeTakeFirstOrThrow();
      }),
    usable: (nowMs) =>
      select().where('revoked_at', 'is', null).where('uses_left', '>', 0).where('expires_at', '>', nowMs).execute(),
    async keep(id, keptBy) {
      await db.updateTable('enrolment_token').set({ kept_by: keptBy }).where(mine).where('id', '=', id).execute();
    },
    async spendUse(id) {
      const result = await db
        .updateTable('enrolment_token')
        .set((eb) => ({ uses_left: eb('uses_left', '-', 1), last_used_at: clock() }))
        .where(mine)
        .where('id', '=', id)
        .where('uses_left', '>', 0)
        .where('expires_at', '>', clock())
        .where('revoked_at', 'is', null)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async revoke(id) {
      const update = db.updateTable('enrolment_token').set({ revoked_at: clock() }).where(mine).where('id', '=', id);
      const result = await update.where('revoked_at', 'is', null).executeTakeFirst();
      if (result.numUpdatedRows === 0n) throw noSuch('token');
    },
  };
}
