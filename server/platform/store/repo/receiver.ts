import { sql } from 'kysely';
import type { Page, PageRequest } from '../../../../protocol/api/page.ts';
import { noSuch } from '../../../../protocol/said/refused.ts';
import { said } from '../../../../protocol/said/said.ts';
import { clampLimit, decodeCursor, toPage } from '../page.ts';
import { before, found, inTransaction, ofScope, requireEveryClient, type ScopedContext } from '../scoping.ts';
import type { NewRow, Row } from '../tables.ts';

/** How telling a receiver goes. */
export interface ReceiverStatus {
  readonly last_delivered_at: number | null;
  readonly waiting: number;
  /** Of the newest message that waits after a try, or was given up. */
  /** A fact. */
  readonly last_error_json: string | null;
}

/** Who is told, secrets sealed. A receiver of every client (`client_id` null) is in the scope of every client only. */
export interface ReceiverRepository {
  /** Those not removed, newest first. */
  list(page: PageRequest): Promise<Page<Row<'receiver'>>>;
  /** The same, all of them, oldest first. */
  all(): Promise<Row<'receiver'>[]>;
  get(id: string): Promise<Row<'receiver'> | null>;
  status(id: string): Promise<ReceiverStatus>;
  /** @throws VigiaError not_found if its client is not in scope. */
  insert(row: NewRow<'receiver'>): Promise<void>;
  /** @throws VigiaError not_found */
  update(
    id: string,
    changes: Pick<Row<'receiver'>, 'client_id' | 'name' | 'kind' | 'document_json' | 'secrets_sealed'>,
  ): Promise<void>;
  /** Also gives up what waits for it. @throws VigiaError not_found */
  remove(id: string): Promise<void>;
}

export function receiverRepository({ db, scope, clock }: ScopedContext): ReceiverRepository {
  const mine = ofScope(scope, 'receiver.client_id');
  const active = () => db.selectFrom('receiver').selectAll().where(mine).where('removed_at', 'is', null);
  async function requireClient(tx: typeof db, clientId: string | null | undefined): Promise<void> {
    if (typeof clientId !== 'string') return requireEveryClient(scope);
    const client = tx.selectFrom('client').select('id').where('id', '=', clientId).where(ofScope(scope, 'client.id'));
    found(await client.executeTakeFirst(), 'client');
  }
  return {
    async list({ limit, cursor }) {
      const size = clampLimit(limit);
      let query = active().orderBy('created_at', 'desc').orderBy('id', 'desc');
      if (cursor !== undefined) {
        query = query.where(before(['created_at', 'id'], decodeCursor(cursor, ['number', 'string'])));
      }
      return toPage(await query.limit(size + 1).execute(), size, (row) => [row.created_at, row.id]);
    },
    all: () => active().orderBy('created_at').orderBy('id').execute(),
    get: async (id) => (await active().where('id', '=', id).executeTakeFirst()) ?? null,
    async status(id) {
      const own = db
        .selectFrom('delivery')
        .where('receiver_id', 'in', active().clearSelect().select('receiver.id').where('receiver.id', '=', id));
      const sums = await own
        .select([
          sql<number | null>`max(delivered_at)`.as('last_delivered_at'),
          sql<number>`coalesce(sum(delivered_at IS NULL AND given_up_at IS NULL), 0)`.as('waiting'),
        ])
        .executeTakeFirstOrThrow();
      const failed = own
        .select('last_error_json')
        .where('last_error_json', 'is not', null)
        .where('delivered_at', 'is', null);
      const newest = await failed.orderBy('id', 'desc').executeTakeFirst();
      return { ...sums, last_error_json: newest?.last_error_json ?? null };
    },
    insert: (row) =>
      inTransaction(db, async (tx) => {
        await requireClient(tx, row.client_id);
        await tx.insertInto('receiver').values(row).execute();
      }),
    update: (id, changes) =>
      inTransaction(db, async (tx) => {
        await requireClient(tx, changes.client_id);
        const update = tx.updateTable('receiver').set(changes).where(mine).where('id', '=', id);
        const result = await update.where('removed_at', 'is', null).executeTakeFirst();
        if (result.numUpdatedRows === 0n) throw noSuch('receiver');
      }),
    remove: (id) =>
      inTransaction(db, async (tx) => {
        const update = tx.updateTable('receiver').set({ removed_at: clock(), secrets_sealed: null }).where(mine);
        const result = await update.where('id', '=', id).where('removed_at', 'is', null).executeTakeFirst();
        if (result.numUpdatedRows === 0n) throw noSuch('receiver');
        await tx
          .updateTable('delivery')
          .set({ given_up_at: clock(), last_error_json: JSON.stringify(said('delivery.removed')) })
          .where('receiver_id', '=', id)
          .where('delivered_at', 'is', null)
          .where('given_up_at', 'is', null)
          .execute();
      }),
  };
}
