import type { Columns } from '../columns.ts';
import { DamagedError } from '../damaged-error.ts';
import type { Buckets } from '../rollup/buckets.ts';
import { replaceBuckets } from '../rollup/combine.ts';
import type { SeriesStep } from '../series-store.ts';
import type { Sliced } from '../slices.ts';
import { DAY_MS, floorTo, HOUR_MS, type Host } from './directory.ts';
import type { Parts } from './parts.ts';
import { columnsOf, type NewBlock, newBlock } from './raw-table.ts';
import type { Rolling } from './rolling.ts';
import { changeRow, writeRows } from './rollup-rows.ts';
import { bucketMsOf, type RollUp } from './rollup-table.ts';
import { allOf } from './rows-of.ts';
import type { Sealing } from './sealing.ts';
import { setAside } from './set-aside.ts';

/** Blocks that one transaction dates anew: some milliseconds. */
const BLOCKS_PER_STEP = 4;

/** Rows of `meta`: the step that is known, and the work that a step back has made. */
const meta = {
  since: 'step_since',
  after: 'step_after',
  next: 'redate_after',
  to: 'redate_to',
  by: 'redate_by',
} as const;

interface StoredBlock {
  readonly id: number;
  readonly host: number;
  readonly isPast: number;
  readonly data: Uint8Array;
}

/**
 * Dates anew what was stamped by a clock that was ahead. When the clock is set ahead, all that is open is sealed: blocks with a greater
 * number than the newest were stamped since, all of their reports. If that step is taken back, these blocks are written once more, earlier by its size, and
 * their hours are rolled up again from raw reports.
 */
export class Redating {
  readonly #parts: Parts;
  readonly #sealing: Sealing;
  readonly #rolling: Rolling;
  readonly #next;
  isDue: boolean;

  constructor(parts: Parts, sealing: Sealing, rolling: Rolling) {
    this.#parts = parts;
    this.#sealing = sealing;
    this.#rolling = rolling;
    this.#next = parts.db.sql.prepare(
      `SELECT id, host, is_past AS isPast, data FROM raw WHERE id > ? AND id <= ? ORDER BY id LIMIT ${BLOCKS_PER_STEP}`,
    );
    this.isDue = this.#get(meta.to) !== null;
  }

  /**
   * To be told in the order of commits, before anything is appended that was stamped after the step. When it returns, the step is known, or what
   * it takes back will be dated anew, also after a crash; what is told twice counts once.
   * @throws Error if that cannot be written
   */
  take(step: SeriesStep): void {
    const { db } = this.#parts;
    if (step.kind === 'undone' && this.#get(meta.since) !== step.since) return;
    // What is left of a step before that has its own size.
    for (const _ of this.run());
    this.#sealAll();
    const newest = (db.sql.prepare('SELECT max(id) AS id FROM raw').get()?.id as number | null) ?? 0;
    db.durable(() => {
      if (step.kind === 'ahead') {
        this.#put(meta.since, step.since);
        this.#put(meta.after, newest);
        return;
      }
      this.#put(meta.next, this.#get(meta.after) ?? newest);
      this.#put(meta.to, newest);
      this.#put(meta.by, step.sizeMs);
      this.#remove(meta.since, meta.after);
    });
    this.isDue = step.kind === 'undone';
  }

  /** @throws Error if it cannot write; what is due stays due */
  *run(): Sliced {
    while (this.isDue) {
      this.#step();
      yield;
    }
  }

  #sealAll(): void {
    for (const open of this.#parts.lanes.values()) {
      if (open.isEmpty) continue;
      open.isEnded = true;
      this.#sealing.consider(open, true);
    }
    for (const _ of this.#sealing.run());
  }

  #step(): void {
    const { db, raw, tally, directory } = this.#parts;
    const [to, by] = [this.#get(meta.to) ?? 0, this.#get(meta.by) ?? 0];
    const found = allOf<StoredBlock>(this.#next, this.#get(meta.next) ?? 0, to);
    const moved: { readonly id: number; readonly bytes: number; readonly block: NewBlock; readonly host: Host }[] = [];
    for (const { id, host: hostId, isPast, data } of found) {
      const host = directory.hosts.get(hostId);
      if (!host) continue;
      const columns = this.#open(id, data);
      if (columns)
        moved.push({ id, bytes: data.length, block: newBlock(hostId, isPast === 1, earlier(columns, by)), host });
    }
    // First, so that nobody is shown what is neither here nor there: without roll-ups, raw reports are read.
    for (const { block, host } of moved) if (!block.isPast) this.#unroll(host, block.firstAt);
    const change = {
      bytes: moved.reduce((sum, { block, bytes }) => sum + block.data.length - bytes, 0),
      blocks: 0,
      samples: 0,
    };
    const last = found.at(-1);
    db.background(() => {
      for (const { id, block } of moved) {
        raw.remove(id);
        raw.insert(block);
      }
      tally.write('raw', change);
      if (last) this.#put(meta.next, last.id);
      else this.#remove(meta.next, meta.to, meta.by);
    });
    tally.changed('raw', change);
    this.isDue = last !== undefined;
  }

  #open(id: number, data: Uint8Array): Columns | null {
    try {
      return columnsOf(data);
    } catch (cause) {
      if (!(cause instanceof DamagedError)) throw cause;
      setAside(this.#parts, 'raw', id);
      return null;
    }
  }

  /** Removes what was rolled up of a host from an hour on: it is rolled up again, from reports that are dated right. */
  #unroll(host: Host, fromMs: number): void {
    const rolledTo = Math.min(host.rolledTo, floorTo(fromMs, HOUR_MS));
    const hoursTo = Math.min(host.hoursTo, floorTo(rolledTo, DAY_MS));
    this.#rolling.added(host.id, fromMs);
    this.#cut('fiveMinute', host.id, rolledTo);
    this.#cut('hour', host.id, hoursTo);
    this.#rolling.goBack(host, rolledTo, hoursTo);
  }

  #cut(resolution: RollUp, host: number, fromMs: number): void {
    const { db, tally, directory } = this.#parts;
    const none = emptyBuckets(bucketMsOf[resolution]);
    for (const { id, startMs, data } of this.#parts[resolution].range(host, fromMs, Number.MAX_SAFE_INTEGER)) {
      const kept =
        startMs < fromMs
          ? changeRow(this.#parts, resolution, host, startMs, (existing) =>
              replaceBuckets(existing, none, fromMs, Number.POSITIVE_INFINITY, directory.descriptors),
            )
          : null;
      if (kept) {
        writeRows(this.#parts, [kept], () => undefined);
        continue;
      }
      // Set aside by now if it was damaged.
      if (!this.#parts[resolution].byId(id)) continue;
      const change = { bytes: -data.length, blocks: -1, samples: 0 };
      db.background(() => {
        this.#parts[resolution].remove(id);
        tally.write(resolution, change);
      });
      tally.changed(resolution, change);
    }
  }

  #get(key: string): number | null {
    const row = this.#parts.db.sql.prepare('SELECT value FROM meta WHERE key = ?').get(key);
    return (row?.value as number | undefined) ?? null;
  }

  #put(key: string, value: number): void {
    this.#parts.db.sql.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value);
  }

  #remove(...keys: string[]): void {
    for (const key of keys) this.#parts.db.sql.prepare('DELETE FROM meta WHERE key = ?').run(key);
  }
}

/** The same reports by a clock that is `sizeMs` further on; below 0 for one that is behind. */
function earlier(columns: Columns, sizeMs: number): Columns {
  const { newest } = columns;
  return {
    ...columns,
    at: columns.at.map((at) => at + sizeMs),
    newest: {
      ...newest,
      receivedAt: newest.receivedAt + sizeMs,
      clockOffsetMs: newest.clockOffsetMs - sizeMs,
    },
  };
}

function emptyBuckets(bucketMs: number): Buckets {
  const nothing = new Float64Array(0);
  return { bucketMs, start: nothing, reports: nothing, coveredMs: nothing, gauges: new Map(), counters: new Map() };
}
