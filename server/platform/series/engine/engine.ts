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
import type { SeriesStep } from '../series-store.ts';
import type { Slices } from '../slices.ts';
import { Background } from './background.ts';
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
import type { EnginePorts } from './ports.ts';
import { RawTable } from './raw-table.ts';
import { Redating } from './redating.ts';
import { restoreLanes } from './restoring.ts';
import { Rolling } from './rolling.ts';
import { RollUpTable } from './rollup-table.ts';
import { Sealing } from './sealing.ts';
import { EngineSource } from './source.ts';
import { Stale } from './stale.ts';
import { Tally } from './tally.ts';
import { usageOf } from './usage.ts';
import { Walks } from './walks.ts';

export interface EngineListener {
  onDamage(damage: NumberedDamage): void;
  onNote(sentence: string): void;
}

const CHECKSUM_BYTES = 4;
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
  readonly #background: Background;
  readonly #walks: Walks;
  readonly #ports: EnginePorts;
  #now: number;
  #expiryNow: number | null = null;
  #tickedAt: number;
  /** What the last process left to do is due at once. */
  #isNew = true;
  #released = 0;

  /** @throws SeriesError database_damaged, database_newer, unavailable */
  constructor({ path, retention, now }: ThreadOptions, listener: EngineListener, ports: EnginePorts) {
    this.#now = now;
    this.#tickedAt = now;
    this.#ports = ports;
    const note = (sentence: string): void => listener.onNote(sentence);
    const db = new Database(path, note, ports.openDatabase);
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
    this.#walks = new Walks(this.#parts);
    this.#sealing = new Sealing(this.#parts);
    this.#rolling = new Rolling(this.#parts);
    this.#redating = new Redating(this.#parts, this.#sealing, this.#rolling);
    this.#expiry = new Expiry(this.#parts);
    this.#checking = new Checking(this.#parts);
    this.#pinning = new Pinning(this.#parts, this.#sealing);
    const leaving = new Leaving(this.#parts);
    const works = [this.#sealing, this.#redating, this.#rolling, this.#expiry, leaving, this.#checking];
    this.#background = new Background(works, note);
    this.slices = this.#background.slices;
    this.#parts.damage.retell();
    restoreLanes(this.#parts, now);
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
    const answer = this.#walks.next(id, after);
    if (answer.batches.length === 0) this.endReplay(id);
    return answer;
  }

  endReplay(id: number): void {
    this.#walks.end(id);
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
    return copySeries(this.#ports.copyDatabase, this.#parts.db.path, path);
  }

  usage(): NumberedUsage {
    return usageOf(this.#parts);
  }

  /** Batches and ticks may overtake one another by moments; by more, the clock was set back, and what is new is new again. */
  #follow(now: number): void {
    this.#now = this.#now - now > MINUTE_MS ? now : Math.max(this.#now, now);
  }

  /** The time went on: finds what is due and does it in slices. `all` looks at every host at once. */
  tick({ now, expiryNow }: Time, all = false): void {
    this.#expiryNow = expiryNow;
    this.#follow(now);
    this.#background.resume();
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
    return this.#background.isIdle && (this.#background.isPaused || !this.#sealing.isDue);
  }

  close(): void {
    this.#background.close();
    this.#checking.close();
    this.#parts.db.sql.close();
  }

  /** Begins what is due. Chains that somebody replays are not sealed meanwhile. */
  #start(): void {
    this.#background.begin((work) => work === this.#sealing && this.#walks.isAnyNew);
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
      while (journal.prune(floor)) if (this.#walks.isAny) break;
    } catch (cause) {
      this.#background.failed(cause);
    }
  }
}
