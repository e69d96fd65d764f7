import type { CompiledQuery } from 'kysely';
import type { Loss } from '../../fleet/device-shown.ts';
import type { Store } from '../../platform/store/store.ts';

export interface KnownLoss extends Loss {
  /** No incident has told of it yet. */
  readonly isUntold: boolean;
}

/** Far more than machines that lose history at once. */
const MAX_KEPT = 20_000;

/** What is known to be gone, oldest found first. */
export async function readLosses({ db }: Pick<Store, 'db'>): Promise<KnownLoss[]> {
  const rows = await db.selectFrom('history_loss').selectAll().orderBy('id', 'desc').limit(MAX_KEPT).execute();
  return rows.reverse().map((row) => ({
    kind: row.kind,
    deviceId: row.device_id,
    fromMs: row.from_ms,
    toMs: row.to_ms,
    foundAt: row.found_at,
    isUntold: row.told_at === null,
  }));
}

/** @param clientId of the device; null if nobody knows whose hours they were */
export function insertLoss({ db }: Pick<Store, 'db'>, loss: Loss, clientId: string | null): CompiledQuery {
  const { kind, deviceId, fromMs, toMs, foundAt } = loss;
  return db
    .insertInto('history_loss')
    .values({
      kind,
      client_id: clientId,
      device_id: clientId === null ? null : deviceId,
      from_ms: fromMs,
      to_ms: toMs,
      found_at: foundAt,
      told_at: null,
    })
    .compile();
}

export function toldOfLosses({ db }: Pick<Store, 'db'>, now: number): CompiledQuery {
  return db.updateTable('history_loss').set({ told_at: now }).where('told_at', 'is', null).compile();
}

/** Forgets what would not be kept any more in any case. */
export async function pruneLosses({ db }: Pick<Store, 'db'>, before: number): Promise<number> {
  const { numDeletedRows } = await db.deleteFrom('history_loss').where('to_ms', '<', before).executeTakeFirst();
  return Number(numDeletedRows);
}
