import type { StatementSync } from 'node:sqlite';
import { encodeBlock, openBlock } from '../block/raw-block.ts';
import type { Columns } from '../columns.ts';
import type { BlockEntry } from '../read-source.ts';
import { samplesOf } from './columns-of-rows.ts';
import type { Database } from './database.ts';
import { HOUR_MS } from './directory.ts';
import { allOf } from './rows-of.ts';

/** From the first to the last report of a block, ms. */
export const BLOCK_SPAN_MS = 2 * HOUR_MS;

export interface NewBlock {
  readonly host: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly samples: number;
  readonly isPast: boolean;
  readonly data: Uint8Array;
}

/** A block with its bytes. */
interface StoredBlock extends BlockEntry {
  readonly isPast: number;
  readonly data: Uint8Array;
}

/** A block that may be removed. */
export interface RawEntry {
  readonly id: number;
  readonly lastAt: number;
  readonly samples: number;
  readonly bytes: number;
  readonly isPast: boolean;
}

/** @throws RangeError for columns that are no block */
export function newBlock(host: number, isPast: boolean, columns: Columns): NewBlock {
  const { at } = columns;
  return {
    host,
    firstAt: at[0] as number,
    lastAt: at[at.length - 1] as number,
    samples: samplesOf(columns),
    isPast,
    data: encodeBlock(columns),
  };
}

/** Sealed blocks of raw reports. */
export class RawTable {
  readonly #statements: Record<
    'insert' | 'oldest' | 'count' | 'entries' | 'range' | 'before' | 'next' | 'newest' | 'remove' | 'data' | 'bytes',
    StatementSync
  >;

  constructor({ sql }: Database) {
    const overlap = 'host = ? AND last_at >= ? AND last_at < ? AND first_at < ?';
    this.#statements = {
      insert: sql.prepare(
        'INSERT INTO raw (host, first_at, last_at, samples, is_past, data) VALUES (?, ?, ?, ?, ?, ?)',
      ),
      oldest: sql.prepare('SELECT first_at AS at FROM raw ORDER BY id LIMIT 1'),
      count: sql.prepare(`SELECT count(*) AS count FROM raw WHERE ${overlap}`),
      // All of it stands in the index.
      entries: sql.prepare(
        `SELECT id, first_at AS firstAt, last_at AS lastAt FROM raw WHERE ${overlap} ORDER BY last_at, first_at, id`,
      ),
      range: sql.prepare(
        `SELECT id, first_at AS firstAt, last_at AS lastAt, is_past AS isPast, data FROM raw WHERE ${overlap} ORDER BY last_at, first_at, id`,
      ),
      before: sql.prepare(
        `SELECT id, last_at AS lastAt, samples, length(data) AS bytes, is_past AS isPast FROM raw
         WHERE host = ? AND last_at < ? ORDER BY last_at LIMIT ?`,
      ),
      next: sql.prepare('SELECT min(last_at) AS at FROM raw WHERE host = ? AND last_at >= ?'),
      newest: sql.prepare('SELECT id, last_at AS lastAt, data FROM raw WHERE host = ? ORDER BY last_at DESC LIMIT 1'),
      remove: sql.prepare('DELETE FROM raw WHERE id = ?'),
      bytes: sql.prepare('SELECT data FROM raw WHERE id = ?'),
      data: sql.prepare('SELECT host, first_at AS firstAt, last_at AS lastAt, samples, data FROM raw WHERE id = ?'),
    };
  }

  insert({ host, firstAt, lastAt, samples, isPast, data }: NewBlock): void {
    this.#statements.insert.run(host, firstAt, lastAt, samples, isPast ? 1 : 0, data);
  }

  /** When the block begins that was written first; null if there is none. */
  get oldestAt(): number | null {
    return (this.#statements.oldest.get()?.at as number | undefined) ?? null;
  }

  /** How many blocks {@link range} would give. */
  count(host: number, fromMs: number, toMs: number): number {
    return this.#statements.count.get(host, fromMs, toMs + BLOCK_SPAN_MS, toMs)?.count as number;
  }

  /** Blocks that may hold reports of a half-open range, by their last report. */
  entries(host: number, fromMs: number, toMs: number): BlockEntry[] {
    return allOf<BlockEntry>(this.#statements.entries, host, fromMs, toMs + BLOCK_SPAN_MS, toMs);
  }

  /** The same with their bytes. */
  range(host: number, fromMs: number, toMs: number): StoredBlock[] {
    return allOf<StoredBlock>(this.#statements.range, host, fromMs, toMs + BLOCK_SPAN_MS, toMs);
  }

  bytes(id: number): Uint8Array | undefined {
    return this.#statements.bytes.get(id)?.data as Uint8Array | undefined;
  }

  /** Some of the blocks whose last report is before a time, oldest first. */
  before(host: number, ms: number, limit: number): RawEntry[] {
    type Stored = Omit<RawEntry, 'isPast'> & { readonly isPast: number };
    const found = allOf<Stored>(this.#statements.before, host, ms, limit);
    return found.map((row) => ({ ...row, isPast: row.isPast === 1 }));
  }

  /** When the next block from a time on ends; null if there is none. */
  nextAt(host: number, ms: number): number | null {
    return this.#statements.next.get(host, ms)?.at as number | null;
  }

  newest(host: number): { id: number; lastAt: number; data: Uint8Array } | undefined {
    return this.#statements.newest.get(host) as { id: number; lastAt: number; data: Uint8Array } | undefined;
  }

  byId(id: number) {
    return this.#statements.data.get(id) as
      | { host: number; firstAt: number; lastAt: number; samples: number; data: Uint8Array }
      | undefined;
  }

  remove(id: number): void {
    this.#statements.remove.run(id);
  }
}

/** All columns of a block. @throws DamagedError */
export function columnsOf(data: Uint8Array): Columns {
  return openBlock(data).columns();
}
