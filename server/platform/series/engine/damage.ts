import type { NumberedDamage } from '../calls.ts';
import type { Resolution } from '../series-store.ts';
import type { Database } from './database.ts';

/** What was set aside at most: beyond it the oldest is dropped. */
const MAX_PARTS = 1_000;
const MAX_PART_BYTES = 1_048_576;

export const tableOf = { raw: 'raw', fiveMinute: 'five_minute', hour: 'hour' } as const satisfies Record<
  Resolution,
  string
>;

/** Parts that did not match their checksum, kept aside for whoever wants to look at them. */
export class Damage {
  readonly #db: Database;
  readonly #onFound: (damage: NumberedDamage) => void;
  readonly parts: NumberedDamage[];

  constructor(db: Database, onFound: (damage: NumberedDamage) => void) {
    this.#db = db;
    this.#onFound = onFound;
    this.parts = db.sql
      .prepare('SELECT source, host, from_ms, to_ms, found_at FROM damaged ORDER BY id')
      .all()
      .map((row) => ({
        source: row.source as NumberedDamage['source'],
        host: row.host as number | null,
        fromMs: row.from_ms as number | null,
        toMs: row.to_ms as number | null,
        foundAt: row.found_at as number,
      }));
  }

  /** Whether the same was found before. */
  isKnown({ source, host, fromMs, toMs }: NumberedDamage): boolean {
    return this.parts.some(
      (part) => part.source === source && part.host === host && part.fromMs === fromMs && part.toMs === toMs,
    );
  }

  /** Tells of what was found before this start. */
  retell(): void {
    for (const part of this.parts) this.#onFound(part);
  }

  /** Inside a transaction: keeps the bytes. To be followed by {@link found} once that is committed. */
  keep({ source, host, fromMs, toMs, foundAt }: NumberedDamage, data: Uint8Array): void {
    const { sql } = this.#db;
    const { lastInsertRowid } = sql
      .prepare('INSERT INTO damaged (source, host, from_ms, to_ms, found_at, data) VALUES (?, ?, ?, ?, ?, ?)')
      .run(source, host, fromMs, toMs, foundAt, data.subarray(0, MAX_PART_BYTES));
    sql.prepare('DELETE FROM damaged WHERE id <= ?').run(Number(lastInsertRowid) - MAX_PARTS);
  }

  found(damage: NumberedDamage): void {
    this.parts.push(damage);
    if (this.parts.length > MAX_PARTS) this.parts.shift();
    this.#onFound(damage);
  }
}
