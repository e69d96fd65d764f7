import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { ByteReader, ByteWriter } from '../../protocol/bytes.ts';
import type { MetricDescriptor } from '../../protocol/metric.ts';
import { readSchema, writeSchema } from '../../protocol/schema.ts';
import { type Entry, packEntries, unpackEntries } from './entry.ts';

/**
 * The series database as its worker sees it. A group commit appends one row to `batch`; entries are then gathered by device
 * into `page` rows, so that a query reads one device's bytes only. A page is written inside a later group commit, and a batch
 * row goes once all its entries are in pages and no start needs it any more: every report is in exactly one readable place.
 */
export class Journal {
  readonly #db: DatabaseSync;
  readonly #open = new Map<string, OpenPage>();
  readonly schemas = new Map<number, readonly MetricDescriptor[]>();
  readonly #statements: Record<'batch' | 'page' | 'schema' | 'prune' | 'expire', StatementSync>;
  #position: number;
  #released = 0;
  #prunedAt = 0;

  /** `positionsAfter`: positions up to this one were used already, by a file that was lost. */
  constructor(path: string, positionsAfter = 0) {
    this.#db = new DatabaseSync(path);
    this.#db.exec(`
      PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;
      CREATE TABLE IF NOT EXISTS batch (position INTEGER PRIMARY KEY AUTOINCREMENT, data BLOB NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS page (
        device_id TEXT NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, position INTEGER NOT NULL, data BLOB NOT NULL
      ) STRICT;
      CREATE INDEX IF NOT EXISTS page_by_device ON page (device_id, last_at);
      CREATE INDEX IF NOT EXISTS page_by_age ON page (last_at);
      CREATE TABLE IF NOT EXISTS schema (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
    `);
    this.#statements = {
      batch: this.#db.prepare('INSERT INTO batch (position, data) VALUES (?, ?)'),
      page: this.#db.prepare('INSERT INTO page (device_id, first_at, last_at, position, data) VALUES (?, ?, ?, ?, ?)'),
      schema: this.#db.prepare('INSERT OR IGNORE INTO schema (id, data) VALUES (?, ?)'),
      prune: this.#db.prepare('DELETE FROM batch WHERE position < ?'),
      expire: this.#db.prepare('DELETE FROM page WHERE last_at < ?'),
    };
    for (const row of this.#db.prepare('SELECT id, data FROM schema').all()) {
      this.schemas.set(row.id as number, readSchema(new ByteReader(row.data as Uint8Array)).metrics);
    }
    this.#position = Math.max(this.#restoreOpenPages(), positionsAfter);
  }

  get position(): number {
    return this.#position;
  }

  /** Entries that no page holds yet go back to memory. Returns the newest position ever used, even if its row is gone. */
  #restoreOpenPages(): number {
    const pagedUpTo = new Map<string, number>();
    for (const row of this.#db
      .prepare('SELECT device_id, max(position) AS position FROM page GROUP BY device_id')
      .all()) {
      pagedUpTo.set(row.device_id as string, row.position as number);
    }
    for (const { position, entries } of this.batches(0)) {
      for (const entry of entries) if (position > (pagedUpTo.get(entry.deviceId) ?? 0)) this.#gather(entry, position);
    }
    const newest = this.#db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'batch'").get();
    return (newest?.seq as number | undefined) ?? 0;
  }

  /** Commits entries and the schemas they are the first to use. @throws Error if it cannot; then nothing was kept. */
  append(entries: readonly Entry[], schemas: ReadonlyMap<number, readonly MetricDescriptor[]>, now: number): number {
    for (const { schema } of entries) {
      // Its batch was rolled back: without it a start could never read these entries again.
      if (!schemas.has(schema) && !this.schemas.has(schema)) throw new Error(`schema ${schema} is not stored`);
    }
    const position = this.#position + 1;
    const full = this.#fullPages(now);
    this.#transaction(() => {
      for (const [id, metrics] of schemas) this.#statements.schema.run(id, encodeSchema(metrics));
      this.#statements.batch.run(position, compress(packEntries(entries)));
      for (const page of full) {
        this.#statements.page.run(
          page.deviceId,
          page.firstAt,
          page.lastAt,
          page.position,
          compress(packEntries(page.entries)),
        );
      }
    });
    for (const page of full) this.#open.delete(page.deviceId);
    for (const [id, metrics] of schemas) this.schemas.set(id, metrics);
    for (const entry of entries) this.#gather(entry, position);
    this.#position = position;
    return position;
  }

  /** Batches after a position, oldest first. */
  *batches(afterPosition: number): Iterable<{ position: number; entries: Entry[] }> {
    const statement = this.#db.prepare('SELECT position, data FROM batch WHERE position > ? ORDER BY position');
    for (const row of statement.iterate(afterPosition)) {
      yield { position: row.position as number, entries: unpackEntries(decompress(row.data as Uint8Array)) };
    }
  }

  /** A device's entries that overlap a range, oldest first. @throws RangeError if they exceed `maxEntries` */
  entries(deviceId: string, fromMs: number, toMs: number, maxEntries: number): Entry[] {
    const found: Entry[] = [];
    const take = (entries: readonly Entry[]): void => {
      for (const entry of entries) if (entry.at >= fromMs && entry.at < toMs) found.push(entry);
      if (found.length > maxEntries) throw new RangeError(`more than ${maxEntries} reports`);
    };
    const pages = this.#db.prepare(
      'SELECT data FROM page WHERE device_id = ? AND last_at >= ? AND first_at < ? ORDER BY last_at',
    );
    for (const row of pages.iterate(deviceId, fromMs, toMs)) take(unpackEntries(decompress(row.data as Uint8Array)));
    take(this.#open.get(deviceId)?.entries ?? []);
    return found.sort((a, b) => a.at - b.at);
  }

  /** The newest entry of every device. */
  *latest(): Iterable<Entry> {
    const newest = this.#db.prepare(
      'SELECT data FROM page p WHERE last_at = (SELECT max(last_at) FROM page WHERE device_id = p.device_id)',
    );
    const seen = new Map<string, Entry>();
    const consider = (entry: Entry): void => {
      const known = seen.get(entry.deviceId);
      if (!known || known.at <= entry.at) seen.set(entry.deviceId, entry);
    };
    for (const row of newest.iterate())
      for (const entry of unpackEntries(decompress(row.data as Uint8Array))) consider(entry);
    for (const page of this.#open.values()) page.entries.forEach(consider);
    yield* seen.values();
  }

  release(position: number): void {
    this.#released = Math.max(this.#released, position);
  }

  /** Drops what is past its time, at most once a minute: old pages, and batches whose entries are all in pages. */
  tidy(now: number, retentionMs: number): void {
    if (now - this.#prunedAt < 60_000) return;
    this.#prunedAt = now;
    let needed = this.#released + 1;
    for (const page of this.#open.values()) needed = Math.min(needed, page.firstPosition);
    this.#transaction(() => {
      this.#statements.prune.run(needed);
      this.#statements.expire.run(now - retentionMs);
    });
  }

  remove(deviceId: string): void {
    // Its batch rows still name the device; they go with their time, and a replay skips devices that are unknown.
    this.#db.prepare('DELETE FROM page WHERE device_id = ?').run(deviceId);
    this.#open.delete(deviceId);
  }

  close(): void {
    this.#db.close();
  }

  #gather(entry: Entry, position: number): void {
    const page = this.#open.get(entry.deviceId);
    if (!page) {
      this.#open.set(entry.deviceId, {
        deviceId: entry.deviceId,
        entries: [entry],
        firstAt: entry.at,
        lastAt: entry.at,
        firstPosition: position,
        position,
        openedAt: entry.at,
      });
      return;
    }
    page.entries.push(entry);
    page.firstAt = Math.min(page.firstAt, entry.at);
    page.lastAt = Math.max(page.lastAt, entry.at);
    page.position = position;
  }

  #fullPages(now: number): OpenPage[] {
    const full: OpenPage[] = [];
    for (const page of this.#open.values()) {
      if (page.entries.length >= PAGE_ENTRIES || now - page.openedAt > PAGE_MAX_AGE_MS) full.push(page);
      if (full.length >= PAGES_PER_COMMIT) break;
    }
    return full;
  }

  #transaction(work: () => void): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#db.exec('COMMIT');
    } catch (cause) {
      // SQLite has rolled back by itself after a full disk or an I/O error; a second ROLLBACK would hide the cause.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw cause;
    }
  }
}

interface OpenPage {
  readonly deviceId: string;
  readonly entries: Entry[];
  firstAt: number;
  lastAt: number;
  readonly firstPosition: number;
  position: number;
  readonly openedAt: number;
}

const PAGE_ENTRIES = 60;
const PAGE_MAX_AGE_MS = 10 * 60_000;
/** Bounds what one commit writes when a whole fleet's pages fill at the same moment. */
const PAGES_PER_COMMIT = 200;

function encodeSchema(metrics: readonly MetricDescriptor[]): Uint8Array {
  const writer = new ByteWriter(1024);
  writeSchema(writer, { type: 'schema', run: 0, schema: 0, metrics });
  return writer.finish();
}

const level = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

function compress(bytes: Uint8Array): Uint8Array {
  return zstdCompressSync(bytes, level);
}

function decompress(bytes: Uint8Array): Uint8Array {
  return zstdDecompressSync(bytes);
}
