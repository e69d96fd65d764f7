import { createHash, timingSafeEqual } from 'node:crypto';
import { movedBack, type SetBack } from '../../../domain/moved-back.ts';
import { everyClient } from '../../../domain/scope.ts';
import type { Store } from '../../../platform/store/store.ts';
import type { Row } from '../../../platform/store/tables.ts';

export type PingRow = Row<'recovery_ping'>;

/** The secret addresses of plans, by the hashes of their secrets. What changes here follows what was written. */
export class PingBook {
  readonly #byPlan = new Map<string, PingRow>();
  readonly #byHash = new Map<string, PingRow>();

  async load(store: Pick<Store, 'scoped'>): Promise<void> {
    for (const row of await store.scoped(everyClient).recoveryRuns.pings()) this.put(row);
  }

  clockSet(set: SetBack & { readonly now: number }): void {
    for (const row of [...this.#byPlan.values()]) {
      const { created_at, expires_at } = row;
      const moved = movedBack(created_at, set.now, set);
      this.put({ ...row, created_at: moved, expires_at: expires_at === null ? null : expires_at - created_at + moved });
    }
  }

  put(row: PingRow): void {
    this.remove(row.plan_id);
    this.#byPlan.set(row.plan_id, row);
    this.#byHash.set(keyOf(row.secret_hash), row);
  }

  remove(planId: string): void {
    const known = this.#byPlan.get(planId);
    if (known) this.#byHash.delete(keyOf(known.secret_hash));
    this.#byPlan.delete(planId);
  }

  of(planId: string): PingRow | null {
    return this.#byPlan.get(planId) ?? null;
  }

  /** Sought by its hash, so that the time that takes says nothing of the secrets there are. Null for none, and for one that is over. */
  bySecret(secret: string, now: number): PingRow | null {
    const hash = hashOf(secret);
    const row = this.#byHash.get(keyOf(hash));
    if (row === undefined || !timingSafeEqual(row.secret_hash, hash)) return null;
    return row.expires_at === null || now < row.expires_at ? row : null;
  }
}

export function hashOf(secret: string): Uint8Array {
  return createHash('sha256').update(secret).digest();
}

const keyOf = (hash: Uint8Array): string => Buffer.from(hash).toString('hex');
