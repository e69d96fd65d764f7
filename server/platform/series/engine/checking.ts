import { unseal } from '../block/seal.ts';
import { DamagedError } from '../damaged-error.ts';
import { type Resolution, resolutions } from '../series-store.ts';
import type { Sliced } from '../slices.ts';
import { tableOf } from './damage.ts';
import type { Parts } from './parts.ts';
import { allOf } from './rows-of.ts';
import { setAside } from './set-aside.ts';

const BLOCKS_PER_STEP = 20;
/** What the slow walk over everything reads at most a second, bytes. */
const BYTES_PER_SECOND = 262_144;
/** How long a start may check before it lets the server go on, ms. */
const START_MS = 300;

const CLEAN = 'checked_raw';

/** Holds blocks against their checksums: the newest at a start, then all of them, newest first, again and again. */
export class Checking {
  readonly #parts: Parts;
  /** Next to be checked are the ids below. */
  #below: { resolution: Resolution; id: number } = { resolution: 'raw', id: Number.MAX_SAFE_INTEGER };
  #budget = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get isDue(): boolean {
    return this.#budget > 0;
  }

  /** Checks what was written since the last clean close, for a while. */
  checkNewest(): void {
    const { sql } = this.#parts.db;
    const clean = (sql.prepare('SELECT value FROM meta WHERE key = ?').get(CLEAN)?.value as number | undefined) ?? 0;
    const until = performance.now() + START_MS;
    while (this.#below.resolution === 'raw' && this.#below.id > clean && performance.now() < until) {
      if (!this.#step()) break;
    }
  }

  /** Says that everything up to now was written by a process that ended well. */
  close(): void {
    const { sql } = this.#parts.db;
    const newest = sql.prepare('SELECT max(id) AS id FROM raw').get()?.id as number | null;
    sql.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(CLEAN, newest ?? 0);
  }

  find(passedMs: number): void {
    this.#budget = Math.min(BYTES_PER_SECOND, this.#budget + (passedMs / 1_000) * BYTES_PER_SECOND);
  }

  *run(): Sliced {
    while (this.#budget > 0) {
      if (!this.#step()) {
        // The end of a table: the next, and one after the other for ever.
        const next = resolutions[(resolutions.indexOf(this.#below.resolution) + 1) % resolutions.length] ?? 'raw';
        this.#below = { resolution: next, id: Number.MAX_SAFE_INTEGER };
        if (next === 'raw') this.#budget = 0;
      }
      yield;
    }
  }

  /** @returns whether there may be more of the same table */
  #step(): boolean {
    const { resolution, id } = this.#below;
    const below = this.#parts.db.sql.prepare(
      `SELECT id, data FROM ${tableOf[resolution]} WHERE id < ? ORDER BY id DESC LIMIT ${BLOCKS_PER_STEP}`,
    );
    const rows = allOf<{ id: number; data: Uint8Array }>(below, id);
    for (const row of rows) {
      this.#budget -= row.data.length;
      this.#below = { resolution, id: row.id };
      try {
        unseal(row.data);
      } catch (cause) {
        if (!(cause instanceof DamagedError)) throw cause;
        setAside(this.#parts, resolution, row.id);
      }
    }
    return rows.length === BLOCKS_PER_STEP;
  }
}
