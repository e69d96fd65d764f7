import type { StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { Database } from './database.ts';
import { allOf } from './rows-of.ts';

/** A batch as it lies in the journal. */
export interface StoredBatch {
  readonly position: number;
  readonly data: Uint8Array;
}

interface Kept {
  readonly position: number;
  readonly bytes: number;
}

const CHECKSUM_BYTES = 4;
/** Batches that one slice reads or removes. */
const BATCHES_PER_STEP = 50;

/** The batches that were committed and are still needed, oldest first. */
export class JournalTable {
  readonly #db: Database;
  readonly #insert: StatementSync;
  readonly #prune: StatementSync;
  /** Every batch that is there. */
  #kept: Kept[] = [];
  #bytes = 0;
  #position = 0;

  constructor(db: Database) {
    this.#db = db;
    this.#insert = db.sql.prepare('INSERT INTO journal (position, data) VALUES (?, ?)');
    this.#prune = db.sql.prepare('DELETE FROM journal WHERE position < ?');
    this.#kept = allOf(db.sql.prepare('SELECT position, length(data) AS bytes FROM journal ORDER BY position'));
    for (const { bytes } of this.#kept) this.#bytes += bytes;
    const newest = db.sql.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'journal'").get();
    this.#position = (newest?.seq as number | undefined) ?? 0;
  }

  /** Before anything is written: positions up to this one were used already, by a file that was lost. */
  skipTo(position: number): void {
    this.#position = Math.max(this.#position, position);
  }

  /** The newest position ever used. */
  get position(): number {
    return this.#position;
  }

  /** The oldest that is there, or the next one. */
  get floor(): number {
    return this.#kept[0]?.position ?? this.#position + 1;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Inside a transaction: writes a batch whose last four bytes are for its checksum. */
  write(position: number, data: Uint8Array): void {
    const end = data.length - CHECKSUM_BYTES;
    new DataView(data.buffer, data.byteOffset + end).setUint32(0, crc32(data.subarray(0, end)), true);
    this.#insert.run(position, data);
  }

  /** After the commit. */
  written(position: number, bytes: number): void {
    this.#kept.push({ position, bytes });
    this.#bytes += bytes;
    this.#position = position;
  }

  /** Batches after a position, oldest first; what is removed meanwhile is left out. */
  *batches(after: number): Generator<StoredBatch, void, void> {
    const select = this.#db.sql.prepare(
      `SELECT position, data FROM journal WHERE position > ? ORDER BY position LIMIT ${BATCHES_PER_STEP}`,
    );
    for (let from = after; ; ) {
      const rows = allOf<StoredBatch>(select, from);
      yield* rows;
      const last = rows.at(-1);
      if (!last) return;
      from = last.position;
    }
  }

  /** Removes batches before a position, some of them at a time. @returns whether more are to be removed */
  prune(before: number): boolean {
    const step = this.#kept.slice(0, BATCHES_PER_STEP).filter(({ position }) => position < before);
    const last = step.at(-1);
    if (!last) return false;
    this.#db.background(() => this.#prune.run(last.position + 1));
    this.#kept.splice(0, step.length);
    for (const { bytes } of step) this.#bytes -= bytes;
    return (this.#kept[0]?.position ?? before) < before;
  }

  /** Inside a transaction: takes out one batch that is damaged. */
  remove(position: number): void {
    this.#db.sql.prepare('DELETE FROM journal WHERE position = ?').run(position);
    const index = this.#kept.findIndex((kept) => kept.position === position);
    const [gone] = index < 0 ? [] : this.#kept.splice(index, 1);
    this.#bytes -= gone?.bytes ?? 0;
  }
}

/** The rows of a batch without their checksum; null if they do not match it. */
export function rowsOf({ data }: StoredBatch): Uint8Array | null {
  const end = data.length - CHECKSUM_BYTES;
  if (end < 0) return null;
  const expected = new DataView(data.buffer, data.byteOffset + end).getUint32(0, true);
  const rows = data.subarray(0, end);
  return crc32(rows) === expected ? rows : null;
}
