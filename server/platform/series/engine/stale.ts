import type { StatementSync } from 'node:sqlite';
import type { Database } from './database.ts';

/** Hours that were rolled up before all their reports had come, by host: they are rolled up again. */
export class Stale {
  readonly #insert: StatementSync;
  readonly #remove: StatementSync;
  readonly #hours = new Map<number, Map<number, number>>();

  constructor({ sql }: Database) {
    this.#insert = sql.prepare('INSERT OR IGNORE INTO stale (host, hour) VALUES (?, ?)');
    this.#remove = sql.prepare('DELETE FROM stale WHERE host = ? AND hour = ?');
    for (const row of sql.prepare('SELECT host, hour FROM stale').all()) {
      this.marked(row.host as number, row.hour as number, 0);
    }
  }

  get size(): number {
    return this.#hours.size;
  }

  hosts(): number[] {
    return [...this.#hours.keys()];
  }

  /** Whether a host has any hour before a time that is to be rolled up again. */
  hasBefore(host: number, ms: number): boolean {
    for (const hour of this.#hours.get(host)?.keys() ?? []) if (hour < ms) return true;
    return false;
  }

  /** The oldest hour of a host that was last marked up to a time; null if there is none. */
  due(host: number, markedUpTo: number): number | null {
    let oldest: number | null = null;
    for (const [hour, markedAt] of this.#hours.get(host) ?? []) {
      if (markedAt <= markedUpTo && (oldest === null || hour < oldest)) oldest = hour;
    }
    return oldest;
  }

  isKnown(host: number, hour: number): boolean {
    return this.#hours.get(host)?.has(hour) ?? false;
  }

  /** Inside a transaction. To be followed by {@link marked} once that is committed. */
  write(host: number, hour: number): void {
    if (!this.isKnown(host, hour)) this.#insert.run(host, hour);
  }

  marked(host: number, hour: number, now: number): void {
    const hours = this.#hours.get(host) ?? new Map<number, number>();
    this.#hours.set(host, hours);
    // Its first time counts: what comes without end must not put it off for ever.
    if (!hours.has(hour)) hours.set(hour, now);
  }

  /** Inside a transaction. To be followed by {@link unmarked} once that is committed. */
  unwrite(host: number, hour: number): void {
    this.#remove.run(host, hour);
  }

  unmarked(host: number, hour: number): void {
    const hours = this.#hours.get(host);
    hours?.delete(hour);
    if (hours?.size === 0) this.#hours.delete(host);
  }

  removeHost(host: number): void {
    this.#hours.delete(host);
  }
}
