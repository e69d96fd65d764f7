import { LANES, laneNumber } from '../rows/lane.ts';
import type { Resolution } from '../series-store.ts';
import type { Sliced } from '../slices.ts';
import { tableOf } from './damage.ts';
import type { Parts } from './parts.ts';

/** Blocks that one transaction removes. */
const BLOCKS_PER_STEP = 50;

/** Frees the bytes of hosts that were removed. What a crash leaves undone is done after the next start. */
export class Leaving {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get isDue(): boolean {
    return this.#parts.directory.leaving.size > 0;
  }

  *run(): Sliced {
    const { leaving } = this.#parts.directory;
    for (const host of leaving) {
      for (const resolution of ['raw', 'fiveMinute', 'hour'] as const) {
        while (this.#free(host, resolution)) yield;
      }
      this.#forget(host);
      leaving.delete(host);
      yield;
    }
  }

  /** @returns whether there may be more */
  #free(host: number, resolution: Resolution): boolean {
    const { db, tally } = this.#parts;
    const table = tableOf[resolution];
    const samples = resolution === 'raw' ? 'samples' : '0';
    const rows = db.sql
      .prepare(`SELECT id, length(data) AS bytes, ${samples} AS samples FROM ${table} WHERE host = ? LIMIT ?`)
      .all(host, BLOCKS_PER_STEP);
    if (rows.length === 0) return false;
    const change = { bytes: 0, blocks: -rows.length, samples: 0 };
    const remove = db.sql.prepare(`DELETE FROM ${table} WHERE id = ?`);
    db.background(() => {
      for (const row of rows) {
        change.bytes -= row.bytes as number;
        change.samples -= row.samples as number;
        remove.run(row.id as number);
      }
      tally.write(resolution, change);
    });
    tally.changed(resolution, change);
    return true;
  }

  #forget(host: number): void {
    const { sql } = this.#parts.db;
    this.#parts.db.background(() => {
      sql.prepare('DELETE FROM stale WHERE host = ?').run(host);
      sql.prepare('DELETE FROM lane WHERE id >= ? AND id < ?').run(laneNumber(host, 0), laneNumber(host, LANES));
      sql.prepare('UPDATE damaged SET host = NULL WHERE host = ?').run(host);
      sql.prepare('DELETE FROM host WHERE id = ?').run(host);
    });
  }
}
