import { existsSync, statSync } from 'node:fs';
import type {
  Calls,
  NumberedDamage,
  NumberedExtent,
  NumberedReport,
  NumberedUsage,
  ThreadOptions,
  Time,
} from '../calls.ts';
import { hostOfLane, isPast, laneOf } from '../rows/lane.ts';
import type { Resolution, SeriesStep } from '../series-store.ts';
import { type Sliced, Slices } from '../slices.ts';
import { Checking } from './checking.ts';
import { copySeries } from './copying.ts';
import { Damage } from './damage.ts';
import { Database } from './database.ts';
import { Directory, floorTo, HOUR_MS } from './directory.ts';
import { Expiry } from './expiry.ts';
import { extentOf } from './extent.ts';
import { nameOf } from './format.ts';
import { JournalTable } from './journal-table.ts';
import { type FoundRow, Lanes } from './lanes.ts';
import { Leaving } from './leaving.ts';
import { newestReport } from './newest.ts';
import { markOf } from './open-lane.ts';
import type { Parts } from './parts.ts';
import { Pinning } from './pinning.ts';
import { RawTable } from './raw-table.ts';
import { Redating } from './redating.ts';
import { Walk } from './replaying.ts';
import { Rolling } from './rolling.ts';
import { RollUpTable } from './rollup-table.ts';
import { Sealing } from './sealing.ts';
import { EngineSource } from './source.ts';
import { Stale } from './stale.ts';
import { Tally } from './tally.ts';

export interface EngineListener {
  onDamage(damage: NumberedDamage): void;
  onNote(sentence: string): void;
}

/** Work of the background: whether there is any, and a run through it. */
interface Work {
  readonly isDue: boolean;
  run(): Sliced;
}

const CHECKSUM_BYTES = 4;
/** Rows that one answer brings from the journal, bytes: little, so that they are evaluated while the next are read. */
const BYTES_PER_ANSWER = 131_072;
const MAX_WALKS = 4;
/** So long a walk finds the chains that it began with. Afterwards it looks for them in the journal, from its beginning on. */
const WALK_MS = 60_000;
const MINUTE_MS = 60_000;
/** What readers have not asked for between two of these is no longer kept. */
const KEPT_MS = 5 * MINUTE_MS;

/** The series database at work: takes batches, and does everything else in slices between them. */
export class Engine {
  readonly slices: Slices;
  readonly source: EngineSource;
  readonly #parts: Parts;
  readonly #sealing: Sealing;
  readonly #rolling: Rolling;
  readonly #redating: Redating;
  readonly #expiry: Expiry;
  readonly #checking: Checking;
  readonly #pinning: Pinning;
  readonly #works: readonly Work[];
  readonly #running = new Set<Work>();
  readonly #walks = new Map<number, Walk>();
  readonly #listener: EngineListener;
  #now: number;
  #expiryNow: number | null = null;
  #tickedAt: number;
  /** What the last process left to do is due at once. */
  #isNew = true;
  #released = 0;
  #isClosed = false;
  #lastFailure = '';
  /** Something failed: what is due waits for the next tick. */
  #isPaused = false;

  /** @throws VigiaError database_damaged, database_newer, unavailable */
  constructor({ path, retention, now }: ThreadOptions, listener: EngineListener) {
    this.#now = now;
    this.#tickedAt = now;
    this.#listener = listener;
    const db = new Database(path, (sentence) => listener.onNote(sentence));
    const keptMs = Math.max(...Object.values(retention)) + 31 * 24 * HOUR_MS;
    this.#parts = {
      db,
      directory: new Directory(db, now, keptMs),
      journal: new JournalTable(db),
      lanes: new Lanes(),
      raw: new RawTable(db),
      fiveMinute: new RollUpTable(db, 'fiveMinute'),
      hour: new RollUpTable(db, 'hour'),
      stale: new Stale(db),
      damage: new Damage(db, (damage) => listener.onDamage(damage)),
      tally: new Tally(db),
      retention,
      now: () => this.#now,
      expiryNow: () => this.#expiryNow,
    };
    this.source = new EngineSource(this.#parts);
    this.slices = new Slices((cause) => this.#failed(cause));
    this.#sealing = new Sealing(this.#parts);
    this.#rolling = new Rolling(this.#parts);
    this.#redating = new Redating(this.#parts, this.#sealing, this.#rolling);
    this.#expiry = new Expiry(this.#parts);
    this.#checking = new Checking(this.#parts);
    this.#pinning = new Pinning(this.#parts, this.#sealing);
    this.#works = [
      this.#sealing,
      this.#redating,
      this.#rolling,
      this.#expiry,
      new Leaving(this.#parts),
      this.#checking,
    ];
    this.#parts.damage.retell();
    this.#restore();
    this.#checking.checkNewest();
  }

  /** What the main thread begins with. Positions up to `positionsAfter` are not used again. */
  known(positionsAfter: number): Calls['open']['result'] {
    const { db, directory, journal } = this.#parts;
    const origin = { file: nameOf(db.sql), position: journal.position, setAside: db.setAside };
    journal.skipTo(positionsAfter);
    return { ...directory.known(), position: journal.position, origin };
  }

  /** @throws Error if the batch could not be committed; then nothing of it is kept */
  append({ data, names, forget, now }: Calls['append']['args']): Calls['append']['result'] {
    const { db, directory, journal, lanes, stale } = this.#parts;
    this.#follow(now);
    const rows = data.subarray(0, data.length - CHECKSUM_BYTES);
    const found = lanes.find(rows);
    const position = journal.position + 1;
    const late = this.#lateHours(found);
    db.durable(() => {
      directory.write(names, forget, now);
      for (const [host, hour] of late) stale.write(host, hour);
      journal.write(position, data);
    });
    journal.written(position, data.length);
    directory.learn(names, forget, now);
    for (const [host, hour] of late) stale.marked(host, hour, now);
    for (const [index, row] of found.entries()) {
      const open = lanes.push(row, rows, position, markOf(position, index), now);
      this.#rolling.added(hostOfLane(row.lane), row.at);
      // A key row ends the chain before it.
      if (row.index === 0) this.#sealing.consider(open);
    }
    const renew = this.#pinning.renew();
    this.#start();
    return { position, renew, floor: journal.floor };
  }

  /** The next batches of a walk over the journal, which begins with its first call; none at its end. */
  replay(id: number, after: number): Calls['replay']['result'] {
    let walk = this.#walks.get(id);
    if (!walk) {
      walk = new Walk(this.#parts, after);
      // Who walks away without a word must not pile up.
      const [oldest] = this.#walks.size >= MAX_WALKS ? this.#walks.keys() : [];
      if (oldest !== undefined) this.#walks.delete(oldest);
      this.#walks.set(id, walk);
    }
    const answer = walk.next(BYTES_PER_ANSWER);
    if (answer.batches.length === 0) this.endReplay(id);
    return answer;
  }

  endReplay(id: number): void {
    this.#walks.delete(id);
    this.#start();
  }

  latest(hosts: readonly number[]): NumberedReport[] {
    return hosts.flatMap((id) => {
      const host = this.#parts.directory.hosts.get(id);
      return (host && newestReport(this.#parts, host)) ?? [];
    });
  }

  extents(hosts: readonly number[]): NumberedExtent[] {
    return hosts.flatMap((host) => extentOf(this.#parts, host) ?? []);
  }

  /** The chains of all lanes have ended. @throws Error if it cannot be written */
  clockSet(step: SeriesStep): void {
    this.#redating.take(step);
    this.#start();
  }

  release(position: number): void {
    this.#released = Math.max(this.#released, position);
  }

  remove(host: number): void {
    this.#parts.directory.remove(host);
    this.#parts.lanes.removeHost(host);
    this.#parts.stale.removeHost(host);
    this.#start();
  }

  backup(path: string): Promise<number> {
    return copySeries(this.#parts.db.path, path);
  }

  usage(): NumberedUsage {
    const { db, journal, lanes, tally, retention, damage } = this.#parts;
    const size = (path: string): number => (existsSync(path) ? statSync(path).size : 0);
    const pragma = (name: string): number => Number(db.sql.prepare(`PRAGMA ${name}`).get()?.[name]);
    const held = (resolution: Resolution) => {
      const { bytes, blocks } = tally.held(resolution);
      return { bytes, blocks, retentionMs: retention[resolution], fromMs: this.#parts[resolution].oldestAt };
    };
    return {
      fileBytes: size(db.path) + size(`${db.path}-wal`),
      freeBytes: pragma('freelist_count') * pragma('page_size'),
      journalBytes: journal.bytes,
      openReports: lanes.rows,
      openBytes: lanes.bytes,
      held: { raw: held('raw'), fiveMinute: held('fiveMinute'), hour: held('hour') },
      rawSamples: tally.held('raw').samples,
      damaged: damage.parts,
    };
  }

  /** Batches and ticks may overtake one another by moments; by more, the clock was set back, and what is new is new again. */
  #follow(now: number): void {
    this.#now = this.#now - now > MINUTE_MS ? now : Math.max(this.#now, now);
  }

  /** The time went on: finds what is due and does it in slices. `all` looks at every host at once. */
  tick({ now, expiryNow }: Time, all = false): void {
    this.#expiryNow = expiryNow;
    this.#follow(now);
    this.#isPaused = false;
    const passedMs = Math.max(0, this.#now - this.#tickedAt);
    const isNewMinute = this.#isNew || floorTo(this.#now, MINUTE_MS) !== floorTo(this.#tickedAt, MINUTE_MS);
    this.#isNew = false;
    if (floorTo(this.#now, KEPT_MS) !== floorTo(this.#tickedAt, KEPT_MS)) this.source.age();
    this.#tickedAt = this.#now;
    this.#pinning.look(all);
    if (isNewMinute || all) this.#rolling.find();
    this.#expiry.find(passedMs, all);
    this.#checking.find(passedMs);
    this.#prune();
    this.#start();
  }

  /** Whether nothing is left to do. */
  get isSettled(): boolean {
    return this.#running.size === 0 && (this.#isPaused || !this.#sealing.isDue);
  }

  close(): void {
    this.#isClosed = true;
    this.#checking.close();
    this.#parts.db.sql.close();
  }

  /** Begins what is due and not yet under way. What failed is begun again at the next tick. */
  #start(): void {
    if (this.#isPaused) return;
    for (const work of this.#works) {
      if (!work.isDue || this.#running.has(work) || (work === this.#sealing && this.#isReplayed)) continue;
      this.#running.add(work);
      this.slices.add(this.#run(work));
    }
  }

  /** Somebody walks through the journal and counts on chains that are not sealed yet. */
  get #isReplayed(): boolean {
    for (const { beganAt } of this.#walks.values()) if (this.#now - beganAt < WALK_MS) return true;
    return false;
  }

  *#run(work: Work): Sliced {
    try {
      yield* work.run();
    } finally {
      this.#running.delete(work);
    }
  }

  /** The hours that were rolled up before these reports of them came. */
  #lateHours(found: readonly FoundRow[]): [host: number, hour: number][] {
    const { directory, stale } = this.#parts;
    const late = new Map<string, [number, number]>();
    const firstHour = floorTo(this.#now, HOUR_MS);
    for (const { lane, at } of found) {
      const host = hostOfLane(lane);
      if (at >= (directory.hosts.get(host)?.rolledTo ?? firstHour) || isPast(laneOf(lane))) continue;
      const hour = floorTo(at, HOUR_MS);
      if (!stale.isKnown(host, hour)) late.set(`${host} ${hour}`, [host, hour]);
    }
    return [...late.values()];
  }

  #prune(): void {
    const { journal, lanes } = this.#parts;
    const floor = lanes.floor(this.#released);
    try {
      while (journal.prune(floor)) if (this.#walks.size > 0) break;
    } catch (cause) {
      this.#failed(cause);
    }
  }

  #restore(): void {
    const { db, directory, journal, lanes, damage } = this.#parts;
    const sealedTo = new Map<number, number>();
    for (const row of db.sql.prepare('SELECT id, sealed_to FROM lane').all()) {
      sealedTo.set(row.id as number, row.sealed_to as number);
    }
    const foundAt = this.#now;
    lanes.restore(journal, {
      now: this.#now,
      isKnown: (host) => directory.hosts.has(host),
      isStored: (schema) => directory.metricIds(schema) !== undefined,
      sealedTo,
      setAside: (position, data) => {
        const found = { source: 'journal' as const, host: null, fromMs: null, toMs: null, foundAt };
        db.background(() => {
          damage.keep(found, data);
          journal.remove(position);
        });
        damage.found(found);
      },
      lost: ({ host, fromMs, toMs }, rows) => {
        if (host === null || !directory.hosts.has(host)) return;
        const found = { source: 'journal' as const, host, fromMs, toMs, foundAt };
        // As long as the batches of these rows are there, each start comes by them.
        if (damage.isKnown(found)) return;
        db.background(() => damage.keep(found, rows));
        damage.found(found);
      },
    });
  }

  #failed(cause: unknown): void {
    // Slices that were still to come find the database closed.
    if (this.#isClosed) return;
    this.#isPaused = true;
    const message = cause instanceof Error ? cause.message : String(cause);
    // The same second after second is told once.
    if (message !== this.#lastFailure) {
      this.#listener.onNote(`Work of the series store failed and will be tried again: ${message}`);
    }
    this.#lastFailure = message;
  }
}
