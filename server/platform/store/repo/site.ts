import { randomUUID } from 'node:crypto';
import type { Page, PageRequest } from '../../../../protocol/api/page.ts';
import { noSuch, refused } from '../../../../protocol/said/refused.ts';
import { said } from '../../../../protocol/said/said.ts';
import { clampLimit, decodeCursor, toPage } from '../page.ts';
import { after, found, inTransaction, ofScope, type ScopedContext } from '../scoping.ts';
import { freeSlug, slugify } from '../slug.ts';
import type { Row } from '../tables.ts';

/** Places of clients. */
export interface SiteRepository {
  /** In the order of creation. */
  list(page: PageRequest & { readonly clientId?: string | undefined }): Promise<Page<Row<'site'>>>;
  all(): Promise<Row<'site'>[]>;
  get(id: string): Promise<Row<'site'> | null>;
  byName(clientId: string, name: string): Promise<Row<'site'> | null>;
  /** @throws VigiaError not_found if the client is not in scope, conflict if it has a site of this name. */
  create(clientId: string, name: string): Promise<Row<'site'>>;
  /** The site of this name, made if there is none. @throws VigiaError not_found if the client is not in scope. */
  ensure(clientId: string, name: string): Promise<Row<'site'>>;
  /** The JSON of a `SiteCard`. @throws VigiaError not_found */
  setCard(id: string, cardJson: string): Promise<void>;
}

export function siteRepository({ db, scope, clock }: ScopedContext): SiteRepository {
  const select = () => db.selectFrom('site').selectAll().where(ofScope(scope, 'site.client_id'));

  async function byName(clientId: string, name: string): Promise<Row<'site'> | null> {
    const row = await select().where('client_id', '=', clientId).where('name', '=', name.trim()).executeTakeFirst();
    return row ?? null;
  }

  /** Null if the client has a site of this name. */
  function insert(clientId: string, name: string): Promise<Row<'site'> | null> {
    return inTransaction(db, async (tx) => {
      const client = tx.selectFrom('client').select('id').where('id', '=', clientId).where(ofScope(scope, 'client.id'));
      found(await client.executeTakeFirst(), 'client');
      const rows = await tx.selectFrom('site').select('slug').where('client_id', '=', clientId).execute();
      const slug = freeSlug(slugify(name, 'site'), new Set(rows.map((row) => row.slug)));
      const row = { id: randomUUID(), client_id: clientId, slug, name, created_at: clock(), card_json: '{}' };
      const inserted = await tx
        .insertInto('site')
        .values(row)
        .onConflict((conflict) => conflict.columns(['client_id', 'name']).doNothing())
        .returning('id')
        .executeTakeFirst();
      return inserted === undefined ? null : row;
    });
  }

  return {
    async list({ limit, cursor, clientId }) {
      const size = clampLimit(limit);
      let query = select()
        .orderBy('created_at')
        .orderBy('id')
        .limit(size + 1);
      if (clientId !== undefined) query = query.where('client_id', '=', clientId);
      if (cursor !== undefined) {
        query = query.where(after(['created_at', 'id'], decodeCursor(cursor, ['number', 'string'])));
      }
      return toPage(await query.execute(), size, (row) => [row.created_at, row.id]);
    },
    all: () => select().orderBy('client_id').orderBy('slug').execute(),
    get: async (id) => (await select().where('id', '=', id).executeTakeFirst()) ?? null,
    byName,
    async create(clientId, given) {
      const name = given.trim();
      const row = await insert(clientId, name);
      if (row === null) throw refused('conflict', said('refused.named.site', { name }));
      return row;
    },
    async ensure(clientId, name) {
      const known = await byName(clientId, name);
      // Between the look and the insert somebody else may have made it.
      return found(known ?? (await insert(clientId, name.trim())) ?? (await byName(clientId, name)), 'site');
    },
    async setCard(id, cardJson) {
      const update = db.updateTable('site').set({ card_json: cardJson }).where(ofScope(scope, 'site.client_id'));
      const { numUpdatedRows } = await update.where('id', '=', id).executeTakeFirst();
      if (numUpdatedRows === 0n) throw noSuch('site');
    },
  };
}
