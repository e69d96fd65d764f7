import { type CompiledQuery, sql } from 'kysely';
import type { Said } from '../../../../protocol/said/said.ts';
import type { RepositoryContext } from '../scoping.ts';
import type { Row } from '../tables.ts';

/** What is to be told. Its key makes it one: what has the same is told already. */
export interface NewMessage {
  readonly clientId: string;
  readonly key: string;
  readonly kind: string;
  readonly payload: object;
  /** Ms. */
  readonly createdAt: number;
  readonly dueAt: number;
}

/** What waits to be told, across all clients: the sender serves them in turn. Statements are for {@link Store.commit}. */
export interface OutboxRepository {
  /** @param ifToldOf only if somebody was told, or is about to be, of what has a key that begins so, with a slash at its end */
  tellStatement(message: NewMessage, ifToldOf?: string): CompiledQuery;
  /** What waits for a later time than `nowMs` says what is known by now. */
  freshenStatement(
    key: string,
    nowMs: number,
    news: { readonly said: Said; readonly priority?: string },
  ): CompiledQuery;
  /** What waits for a later time than `nowMs` waits until `untilMs`, if that is later still. */
  holdStatement(key: string, nowMs: number, untilMs: number): CompiledQuery;
  /** What waits for a later time than `nowMs` is never told. */
  dropStatement(key: string, nowMs: number): CompiledQuery;
  /** Undelivered messages whose time has come, oldest first. */
  due(nowMs: number, limit: number): Promise<Row<'outbox'>[]>;
  delivered(id: number, atMs: number, attempts: number): Promise<void>;
  /** Keeps the message for another try at `dueAtMs`. */
  failed(id: number, attempts: number, why: Said, dueAtMs: number): Promise<void>;
}

/** The first text behind all that start with `prefix`, which ends with a slash. */
export function after(prefix: string): string {
  return `${prefix.slice(0, -1)}0`;
}

export function outboxRepository({ db }: RepositoryContext): OutboxRepository {
  const update = (id: number) => db.updateTable('outbox').where('id', '=', id);
  const waits = (nowMs: number) => sql`delivered_at IS NULL AND attempts = 0 AND due_at > ${nowMs}`;
  return {
    tellStatement({ clientId, key, kind, payload, createdAt, dueAt }, ifToldOf) {
      const isWanted =
        ifToldOf === undefined
          ? sql`1 = 1`
          : sql`EXISTS (
        SELECT 1 FROM outbox
        WHERE idempotency_key >= ${ifToldOf} AND idempotency_key < ${after(ifToldOf)} AND NOT (${waits(createdAt)}))`;
      return sql`
        INSERT INTO outbox (client_id, idempotency_key, kind, payload_json, created_at, due_at, attempts)
        SELECT ${clientId}, ${key}, ${kind}, ${JSON.stringify(payload)}, ${createdAt}, ${dueAt}, 0
        WHERE ${isWanted}
        ON CONFLICT (idempotency_key) DO NOTHING`.compile(db);
    },
    freshenStatement(key, nowMs, { said, priority }) {
      const withSaid = sql`json_set(payload_json, '$.said', json(${JSON.stringify(said)}))`;
      const payload = priority === undefined ? withSaid : sql`json_set(${withSaid}, '$.priority', ${priority})`;
      return sql`
        UPDATE outbox SET payload_json = ${payload} WHERE idempotency_key = ${key} AND ${waits(nowMs)}`.compile(db);
    },
    holdStatement: (key, nowMs, untilMs) =>
      sql`
        UPDATE outbox SET due_at = ${untilMs}
        WHERE idempotency_key = ${key} AND ${waits(nowMs)} AND due_at < ${untilMs}`.compile(db),
    dropStatement: (key, nowMs) =>
      sql`DELETE FROM outbox WHERE idempotency_key = ${key} AND ${waits(nowMs)}`.compile(db),
    due: (nowMs, limit) =>
      db
        .selectFrom('outbox')
        .selectAll()
        .where('delivered_at', 'is', null)
        .where('due_at', '<=', nowMs)
        .orderBy('id')
        .limit(limit)
        .execute(),
    async delivered(id, atMs, attempts) {
      await update(id).set({ delivered_at: atMs, attempts, last_error_json: null }).execute();
    },
    async failed(id, attempts, why, dueAtMs) {
      await update(id)
        .set({ attempts, last_error_json: JSON.stringify(why), due_at: dueAtMs })
        .execute();
    },
  };
}
