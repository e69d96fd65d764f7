import type { Said } from '../../../../protocol/said/said.ts';
import type { RepositoryContext } from '../scoping.ts';
import type { Row } from '../tables.ts';

/** What waits to be told, across all clients: the sender serves them in turn. */
export interface OutboxRepository {
  /** Undelivered messages whose time has come, oldest first. */
  due(nowMs: number, limit: number): Promise<Row<'outbox'>[]>;
  delivered(id: number, atMs: number, attempts: number): Promise<void>;
  /** Keeps the message for another try at `dueAtMs`. */
  failed(id: number, attempts: number, why: Said, dueAtMs: number): Promise<void>;
}

export function outboxRepository({ db }: RepositoryContext): OutboxRepository {
  const update = (id: number) => db.updateTable('outbox').where('id', '=', id);
  return {
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
