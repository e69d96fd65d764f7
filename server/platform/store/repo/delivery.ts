import { sql } from 'kysely';
import type { Said } from '../../../../protocol/said/said.ts';
import { inTransaction, type RepositoryContext } from '../scoping.ts';
import type { NewRow, Row } from '../tables.ts';

/** What waits for one receiver. */
export interface ReceiverQueue {
  readonly receiver_id: string;
  readonly waiting: number;
  /** Of these, those whose time has come. */
  readonly due: number;
  readonly oldest_due_at: number;
  /** Of what failed at least once. */
  readonly failing_since: number | null;
  /** A fact. */
  readonly last_error_json: string | null;
}

/** Who was or will be told about a recurrence of an incident. */
export type Told = Pick<
  Row<'delivery'>,
  'receiver_id' | 'recipient' | 'is_digest' | 'bundle' | 'delivered_at' | 'attempts' | 'due_at'
>;

/** Messages on their way to receivers, across all clients: every receiver is served in turn. */
export interface DeliveryRepository {
  /** Twice the same message to the same receiver is once. */
  insert(rows: readonly NewRow<'delivery'>[]): Promise<void>;
  /** Of all messages whose outbox key starts with `prefix` (up to `end`), as far as they arrived or still may. */
  told(prefix: string, end: string): Promise<Told[]>;
  /** When people were, or will be, told last of each incident that is open. */
  lastTold(): Promise<{ id: string; told_at: number }[]>;
  /** Every receiver for whom something waits. */
  queues(nowMs: number): Promise<ReceiverQueue[]>;
  /** What may go to the receiver now, urgent first, then oldest first: a later message about an incident waits for an earlier one. */
  due(receiverId: string, nowMs: number, limit: number): Promise<Row<'delivery'>[]>;
  /** What waits and is told as one message. */
  bundled(receiverId: string, bundle: string): Promise<Row<'delivery'>[]>;
  /** What waits for the receiver, due or not, but for digests. */
  waitingFor(receiverId: string, limit: number): Promise<Row<'delivery'>[]>;
  /** Makes all of it due now: the receiver is there again. */
  hurry(receiverId: string, nowMs: number): Promise<void>;
  /** Makes one message of several; from then on it keeps its entries. */
  bundle(ids: readonly number[], bundle: string): Promise<void>;
  /** How many messages the receiver got since then, and when it last got a bundle that starts with this. */
  sentSince(
    receiverId: string,
    sinceMs: number,
    bundlePrefix: string,
  ): Promise<{ count: number; lastBundleAt: number | null }>;
  delivered(ids: readonly number[], atMs: number): Promise<void>;
  /** Keeps them for another try. */
  failed(ids: readonly number[], why: Said, dueAtMs: number): Promise<void>;
  gaveUp(ids: readonly number[], why: Said, atMs: number): Promise<void>;
  /** How many were given up since then, by receiver. */
  givenUpSince(sinceMs: number): Promise<{ receiver_id: string; count: number }[]>;
  /** Removes what ended before, with its outbox rows, but for incidents that are open. Returns the number of outbox rows. */
  prune(beforeMs: number): Promise<number>;
}

type Reading = Pick<
  DeliveryRepository,
  'told' | 'lastTold' | 'queues' | 'due' | 'bundled' | 'waitingFor' | 'sentSince' | 'givenUpSince'
>;

export function deliveryRepository(context: RepositoryContext): DeliveryRepository {
  return { ...deliveryReading(context), ...deliveryChanging(context) };
}

function deliveryReading({ db }: RepositoryContext): Reading {
  const waiting = () => db.selectFrom('delivery').where('delivered_at', 'is', null).where('given_up_at', 'is', null);
  return {
    told: (prefix, end) =>
      db
        .selectFrom('delivery')
        .innerJoin('outbox', 'outbox.id', 'delivery.outbox_id')
        .select([
          'receiver_id',
          'recipient',
          'is_digest',
          'bundle',
          'delivery.delivered_at',
          'delivery.attempts',
          'delivery.due_at',
        ])
        .where('idempotency_key', '>=', prefix)
        .where('idempotency_key', '<', end)
        .where('given_up_at', 'is', null)
        .orderBy('delivery.id')
        .execute(),
    lastTold: async () => {
      const { rows } = await sql<{ id: string; told_at: number }>`
        SELECT incident.id AS id, max(outbox.due_at) AS told_at
        FROM incident JOIN outbox ON outbox.idempotency_key >= incident.id || '/' || incident.reopened_count || '/'
          AND outbox.idempotency_key < incident.id || '/' || incident.reopened_count || '0'
        WHERE incident.state = 'open' AND outbox.kind IN ('incident.raised', 'incident.changed', 'incident.flapping', 'incident.calm', 'incident.reminded')
        GROUP BY incident.id`.execute(db);
      return rows;
    },
    queues: (nowMs) =>
      waiting()
        .select([
          'receiver_id',
          sql<number>`count(*)`.as('waiting'),
          sql<number>`sum(due_at <= ${nowMs})`.as('due'),
          sql<number>`min(first_due_at)`.as('oldest_due_at'),
          sql<number | null>`min(CASE WHEN attempts > 0 THEN first_due_at END)`.as('failing_since'),
          sql<string | null>`max(last_error_json)`.as('last_error_json'),
        ])
        .groupBy('receiver_id')
        .execute(),
    due: (receiverId, nowMs, limit) =>
      waiting()
        .selectAll()
        .where('receiver_id', '=', receiverId)
        .where('due_at', '<=', nowMs)
        .where(
          sql<boolean>`(subject IS NULL OR is_digest = 1 OR NOT EXISTS (
            SELECT 1 FROM delivery AS earlier
            WHERE earlier.receiver_id = delivery.receiver_id AND earlier.subject = delivery.subject
              AND earlier.recipient = delivery.recipient AND earlier.id < delivery.id AND earlier.is_digest = 0
              AND earlier.delivered_at IS NULL AND earlier.given_up_at IS NULL
              AND (earlier.bundle IS NULL OR earlier.bundle IS NOT delivery.bundle)))`,
        )
        .orderBy('is_urgent', 'desc')
        .orderBy('id')
        .limit(limit)
        .execute(),
    bundled: (receiverId, bundle) =>
      waiting().selectAll().where('receiver_id', '=', receiverId).where('bundle', '=', bundle).orderBy('id').execute(),
    waitingFor: (receiverId, limit) =>
      waiting()
        .selectAll()
        .where('receiver_id', '=', receiverId)
        .where('is_digest', '=', 0)
        .orderBy('id')
        .limit(limit)
        .execute(),
    sentSince: async (receiverId, sinceMs, bundlePrefix) => {
      const row = await db
        .selectFrom('delivery')
        .select([
          sql<number>`count(DISTINCT coalesce(bundle, id))`.as('count'),
          sql<
            number | null
          >`max(CASE WHEN substr(bundle, 1, ${bundlePrefix.length}) = ${bundlePrefix} THEN delivered_at END)`.as(
            'lastBundleAt',
          ),
        ])
        .where('receiver_id', '=', receiverId)
        .where('delivered_at', '>', sinceMs)
        .executeTakeFirstOrThrow();
      return row;
    },
    givenUpSince: (sinceMs) =>
      db
        .selectFrom('delivery')
        .select(['receiver_id', sql<number>`count(*)`.as('count')])
        .where('given_up_at', '>', sinceMs)
        .groupBy('receiver_id')
        .execute(),
  };
}

function deliveryChanging({ db }: RepositoryContext): Omit<DeliveryRepository, keyof Reading> {
  const update = (ids: readonly number[]) => db.updateTable('delivery').where('id', 'in', [...ids]);
  const oneMore = sql<number>`attempts + 1`;
  return {
    async insert(rows) {
      if (rows.length === 0) return;
      const insert = db.insertInto('delivery').values([...rows]);
      await insert
        .onConflict((conflict) => conflict.columns(['outbox_id', 'receiver_id', 'recipient']).doNothing())
        .execute();
    },
    async hurry(receiverId, nowMs) {
      await db
        .updateTable('delivery')
        .set({ due_at: nowMs })
        .where('receiver_id', '=', receiverId)
        .where('is_digest', '=', 0)
        .where('delivered_at', 'is', null)
        .where('given_up_at', 'is', null)
        .where('due_at', '>', nowMs)
        .execute();
    },
    async bundle(ids, bundle) {
      await update(ids).set({ bundle }).execute();
    },
    async delivered(ids, atMs) {
      await update(ids).set({ delivered_at: atMs, attempts: oneMore, last_error_json: null }).execute();
    },
    async failed(ids, why, dueAtMs) {
      await update(ids)
        .set({ attempts: oneMore, last_error_json: JSON.stringify(why), due_at: dueAtMs })
        .execute();
    },
    async gaveUp(ids, why, atMs) {
      await update(ids)
        .set({ attempts: oneMore, last_error_json: JSON.stringify(why), given_up_at: atMs })
        .execute();
    },
    prune: (beforeMs) =>
      inTransaction(db, async (tx) => {
        const old = tx
          .selectFrom('outbox')
          .select('id')
          .where('delivered_at', '<', beforeMs)
          .where(
            sql<boolean>`NOT EXISTS (SELECT 1 FROM delivery WHERE outbox_id = outbox.id AND delivered_at IS NULL AND given_up_at IS NULL)
              AND NOT EXISTS (SELECT 1 FROM incident WHERE incident.id = json_extract(payload_json, '$.incidentId') AND state <> 'resolved')`,
          );
        const ids = (await old.limit(10_000).execute()).map(({ id }) => id);
        if (ids.length === 0) return 0;
        await tx.deleteFrom('delivery').where('outbox_id', 'in', ids).execute();
        await tx.deleteFrom('outbox').where('id', 'in', ids).execute();
        return ids.length;
      }),
  };
}
