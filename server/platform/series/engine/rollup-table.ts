import type { StatementSync } from 'node:sqlite';
import type { StoredRollUp } from '../read-source.ts';
import { tableOf } from './damage.ts';
import type { Database } from './database.ts';
import { DAY_MS, floorTo, HOUR_MS } from './directory.ts';
import { allOf, oneOf } from './rows-of.ts';

export type RollUp = 'fiveMinute' | 'hour';

/** What a bucket and a row of them span, ms. */
export const bucketMsOf = { fiveMinute: 300_000, hour: HOUR_MS } as const;
export const stretchMsOf = { fiveMinute: DAY_MS, hour: 30 * DAY_MS } as const;

export interface RollUpRow extends StoredRollUp {
  readonly host: number;
}

/** Rows of roll-ups of one resolution: one a host and stretch of time. */
export class RollUpTable {
  readonly resolution: RollUp;
  readonly stretchMs: number;
  readonly #statements: Record<'put' | 'oldest' | 'get' | 'range' | 'before' | 'remove' | 'byId', StatementSync>;

  constructor({ sql }: Database, resolution: RollUp) {
    this.resolution = resolution;
    this.stretchMs = stretchMsOf[resolution];
    const table = tableOf[resolution];
    const columns = `id, host, stretch * ${this.stretchMs} AS startMs, data`;
    this.#statements = {
      put: sql.prepare(
        `INSERT INTO ${table} (host, stretch, data) VALUES (?, ?, ?)
         ON CONFLICT (host, stretch) DO UPDATE SET data = excluded.data`,
      ),
      oldest: sql.prepare(`SELECT stretch * ${this.stretchMs} AS startMs FROM ${table} ORDER BY id LIMIT 1`),
      get: sql.prepare(`SELECT ${columns} FROM ${table} WHERE host = ? AND stretch = ?`),
      range: sql.prepare(
        `SELECT ${columns} FROM ${table} WHERE host = ? AND stretch >= ? AND stretch < ? ORDER BY stretch`,
      ),
      before: sql.prepare(
        `SELECT id, length(data) AS bytes FROM ${table} WHERE host = ? AND stretch < ? ORDER BY stretch LIMIT ?`,
      ),
      remove: sql.prepare(`DELETE FROM ${table} WHERE id = ?`),
      byId: sql.prepare(`SELECT ${columns} FROM ${table} WHERE id = ?`),
    };
  }

  /** When the row begins that was written first; null if there is none. */
  get oldestAt(): number | null {
    return (this.#statements.oldest.get()?.startMs as number | undefined) ?? null;
  }

  /** The row that a time falls into. */
  at(host: number, ms: number): RollUpRow | undefined {
    return oneOf<RollUpRow>(this.#statements.get, host, Math.floor(ms / this.stretchMs));
  }

  /** Writes the row that a time falls into. */
  put(host: number, ms: number, data: Uint8Array): void {
    this.#statements.put.run(host, Math.floor(ms / this.stretchMs), data);
  }

  /** Rows that touch a half-open range, oldest first. */
  range(host: number, fromMs: number, toMs: number): RollUpRow[] {
    const from = Math.floor(fromMs / this.stretchMs);
    return allOf<RollUpRow>(this.#statements.range, host, from, Math.ceil(toMs / this.stretchMs));
  }

  /** Some of the rows that end before a time, oldest first. */
  before(host: number, ms: number, limit: number): { id: number; bytes: number }[] {
    const stretch = Math.floor(floorTo(ms, this.stretchMs) / this.stretchMs);
    return allOf<{ id: number; bytes: number }>(this.#statements.before, host, stretch, limit);
  }

  byId(id: number): RollUpRow | undefined {
    return oneOf<RollUpRow>(this.#statements.byId, id);
  }

  remove(id: number): void {
    this.#statements.remove.run(id);
  }
}
