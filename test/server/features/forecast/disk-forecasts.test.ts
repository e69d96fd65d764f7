import { join } from 'node:path';
import pino from 'pino';
import t, { type Test } from 'tap';
import { plain } from '../../../../protocol/said/plain.ts';
import { parseSaid } from '../../../../protocol/said/read.ts';
import type { IncidentBook } from '../../../../server/core/incidents/incident-book.ts';
import type { FillMemory } from '../../../../server/domain/forecast/fill-memory.ts';
import { defaultSettings } from '../../../../server/domain/settings.ts';
import { DiskForecasts } from '../../../../server/features/forecast/disk-forecasts.ts';
import { identify } from '../../../../server/fleet/device-identity.ts';
import { memoryChanged } from '../../../../server/fleet/device-memory.ts';
import { everywhere } from '../../../../server/fleet/effective-settings.ts';
import type { Fleet } from '../../../../server/fleet/fleet.ts';
import type { SeriesStore } from '../../../../server/platform/series/series-store.ts';
import { openStore } from '../../../../server/platform/store/store.ts';
import { type Core, CoreAgent, startCore } from '../../../support/core.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { disk, GiB, type Values } from '../../../support/reading.ts';
import { spoken } from '../../../support/spoken.ts';
import { addTenant } from '../../../support/store.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { until } from '../../../support/until.ts';

/** The judge on real stores, under a clock that the test moves: five minutes from report to report. */

const STEP_MS = 5 * 60_000;
const HOUR_MS = 12 * STEP_MS;
const START = Date.UTC(2026, 2, 2);
const settings = { ...defaultSettings, presence: { ...defaultSettings.presence, judgeAfterStartMs: 0 } };

class Scene {
  readonly clock = new FakeClock(START);
  readonly agent = new CoreAgent(START);
  readonly dir: string;
  readonly #t: Test;
  core!: Core;
  forecasts!: DiskForecasts;

  constructor(t: Test) {
    this.#t = t;
    this.dir = tempDir(t);
  }

  async begin(): Promise<this> {
    const store = await openStore({ path: join(this.dir, 'state.db'), clock: () => START });
    await addTenant(store, 'Acme');
    await store.close();
    await this.start();
    return this;
  }

  /** Starts the server; the judge is wired as the server wires it. */
  async start(): Promise<void> {
    let parts: { fleet: Fleet; book: IncidentBook; series: SeriesStore } | null = null;
    const judge = {
      about: 'forecasts',
      judge: (...args: Parameters<DiskForecasts['judge']>) => this.forecasts?.judge(...args),
    };
    this.core = await startCore(this.#t, { dir: this.dir, clock: this.clock, settings, judges: [judge] });
    parts = this.core;
    const { fleet, book, series } = parts;
    this.forecasts = new DiskForecasts({
      fleet,
      book,
      settings: everywhere(settings),
      read: (request) => series.query(request),
      now: () => this.clock.ms,
      zoneOf: () => 'America/Costa_Rica',
      logger: pino({ level: 'silent' }),
    });
    for (const report of await series.latest()) {
      const record = fleet.devices.get(report.deviceId);
      if (record) fleet.setLatest(record, report);
    }
    await this.tick();
  }

  async restart(): Promise<void> {
    this.core.series.release(await this.core.watch.snapshot());
    this.forecasts.close();
    await this.core.close();
    await this.start();
  }

  get record() {
    const [record] = this.core.fleet.devices.values();
    if (!record) throw new Error('no device');
    return record;
  }

  /** Ticks until nothing waits to be read. */
  async tick(): Promise<void> {
    await this.core.watch.tick();
    await until('the past is read', () => this.forecasts.pending === 0);
    await this.core.watch.tick();
  }

  /** Reports every five minutes for so many hours; `availableGiB` by the hours since the first. */
  async live(
    hours: number,
    availableGiB: (hours: number) => number,
    sizeGiB = 400,
    mountpoint = '/var',
  ): Promise<void> {
    await this.liveWith(hours, (now) => disk(mountpoint, sizeGiB, availableGiB(now)));
  }

  /** The same with whatever a report says at that hour. */
  async liveWith(hours: number, values: (hours: number) => Values): Promise<void> {
    for (let step = 0; step < hours * 12; step += 1) {
      this.clock.ms += STEP_MS;
      this.agent.connect(this.record, this.clock.ms);
      this.agent.offer(this.core, this.record, this.clock.ms, values(step / 12));
      await this.core.ingest.drain();
      await this.tick();
    }
  }

  incidents() {
    return [...this.core.book.open()].map(({ rule, priority, parentId, said, updatedAt }) => {
      return { rule, priority, isChild: parentId !== null, sentence: plain(said, updatedAt) };
    });
  }

  fills(): Map<string, FillMemory> {
    return this.record.memory.detection.fills;
  }

  figures() {
    return this.record.diskForecasts.get('/var');
  }
}

t.test('a leak opens Medium, then High, survives restarts, and a clean-up ends it', async (t) => {
  const scene = await new Scene(t).begin();
  await scene.live(26, () => 300);
  t.match(spoken(scene.figures()), { fullAtMs: null, said: '/var is not about to be full' }, 'quiet, and it says why');

  await scene.live(5, (hours) => 300 - 4 * hours);
  t.same(scene.incidents(), [], 'full in 70 hours, but the "for" is not over');
  await scene.restart();
  t.ok(scene.figures()?.fullAtMs, 'the hours before the restart were read back');
  await scene.live(2, (hours) => 280 - 4 * hours);
  t.match(scene.incidents(), [{ rule: 'disk.forecast', priority: 'medium', isChild: false }]);
  const [medium] = scene.incidents();
  t.match(medium?.sentence, /^\/var will be full on 2026-03-\d\d \d\d:\d\d:00 UTC, in 2 d \d+ h/);
  t.match(medium?.sentence, /it fills at (3\.9|4\.0) GB an hour and has 27\d GB left \(sure, by \d+ measurements over/);
  const shown = scene.figures();
  const truth = scene.clock.ms + (272 / 4) * HOUR_MS;
  t.ok(Math.abs((shown?.fullAtMs ?? 0) - truth) < 2 * HOUR_MS, 'the date is right');

  await scene.live(5, (hours) => 272 - 40 * hours);
  t.match(scene.incidents(), [{ rule: 'disk.forecast', priority: 'high' }], 'faster: the same incident, more urgent');
  await scene.restart();
  t.match(scene.incidents(), [{ rule: 'disk.forecast', priority: 'high' }]);

  await scene.live(3, () => 350);
  t.same(scene.incidents(), [], 'emptied, and over');
  const rows = await scene.core.store.db.selectFrom('incident').selectAll().execute();
  t.equal(rows.length, 1);
  t.match(plain(parseSaid(rows[0]!.said_json), 0), /^No longer about to be full\. \/var /);
});

/** Three datasets of one pool, of which the second grows, by what each holds; and one with a quota of its own that is full and rests. */
function growingPool(grownGiB: number): Values {
  const leftGiB = 300 - grownGiB;
  const held = { '/tank': 1, '/tank/data': 400 + grownGiB, '/tank/home': 50 };
  const datasets = Object.entries(held).map(([name, own]) => disk(name, own + leftGiB, leftGiB));
  const pool = Object.fromEntries([...Object.keys(held), '/tank/quota'].map((name) => [`fs.pool[${name}]`, 1]));
  return Object.assign({}, ...datasets, disk('/tank/quota', 100, 40), pool);
}

t.test('a pool that fills is one forecast, whichever of its datasets grows', async (t) => {
  const scene = await new Scene(t).begin();
  await scene.liveWith(26, () => growingPool(0));
  await scene.liveWith(8, (hours) => growingPool(4 * hours));
  t.match(scene.incidents(), [{ rule: 'disk.forecast', priority: 'medium', isChild: false }]);
  const [incident] = scene.incidents();
  t.match(incident?.sentence, /^\/tank will be full on .*, shared with \/tank\/data and \/tank\/home$/);
  t.match(incident?.sentence, /fills at (3\.9|4\.0) GB an hour and has 27\d GB left/);
  const figures = scene.record.diskForecasts;
  const [whole, ...others] = ['/tank', '/tank/data', '/tank/home'].map((name) => figures.get(name));
  t.same(others, [whole, whole], 'each shows that of the pool');
  t.ok(Math.abs((whole?.fullAtMs ?? 0) - (scene.clock.ms + (268 / 4) * HOUR_MS)) < 2 * HOUR_MS, 'the date is right');
  t.match(figures.get('/tank/quota'), { fullAtMs: null }, 'the quota is not about to be full');
  t.same([...scene.fills().keys()].sort(), ['/tank', '/tank/quota'], 'one memory for the pool');

  await scene.restart();
  t.match(scene.incidents(), [{ rule: 'disk.forecast', priority: 'medium' }], 'and it is one after a restart');
  await scene.liveWith(3, () => growingPool(-40));
  t.same(scene.incidents(), [], 'emptied, and over');
});

t.test('while the shortage itself is an incident, the forecast stands below it', async (t) => {
  const scene = await new Scene(t).begin();
  await scene.live(26, () => 60, 100);
  // 0.5 GB an hour: announced by the forecast long before the static levels.
  await scene.live(84, (hours) => 60 - 0.5 * hours, 100);
  t.match(scene.incidents(), [{ rule: 'disk.forecast', priority: 'medium', isChild: false }]);
  await scene.live(22, (hours) => 18 - 0.5 * hours, 100);
  t.match(
    scene.incidents().toSorted((a, b) => (a.rule < b.rule ? -1 : 1)),
    [
      { rule: 'disk.forecast', priority: 'medium', isChild: true },
      { rule: 'disk.space', priority: 'medium', isChild: false },
    ],
    'Medium and Medium: one speaks',
  );
  await scene.live(3, (hours) => 7 - 0.5 * hours, 100);
  const forecast = scene.incidents().find(({ rule }) => rule === 'disk.forecast');
  t.match(forecast, { priority: 'high', isChild: false }, 'the forecast says more than the shortage again');
});

t.test('backfill says nothing of the present, but closes the gap in what is known', async (t) => {
  const scene = await new Scene(t).begin();
  await scene.live(26, () => 300);
  const silentFrom = scene.clock.ms;
  scene.clock.ms += 3 * HOUR_MS;
  await scene.tick();
  await scene.live(1 / 12, () => 285);
  for (let at = silentFrom + STEP_MS; at < scene.clock.ms; at += STEP_MS) {
    const gib = 300 - (5 * (at - silentFrom)) / HOUR_MS;
    scene.agent.offer(scene.core, scene.record, at, disk('/var', 400, gib), true);
  }
  await scene.core.ingest.drain();
  await scene.tick();
  t.same(scene.incidents(), []);
  await scene.live(0.5, (hours) => 284.5 - 5 * hours);
  t.match(plain(scene.figures()!.said, 0), /fill/, 'the gap was read from history');
  await scene.live(2, (hours) => 282 - 5 * hours);
  t.ok(scene.figures()?.fullAtMs, 'five hours of which three came late are a trend');
});

t.test('what an older version saved loads, and its rhythm is learned from history', async (t) => {
  const scene = await new Scene(t).begin();
  await scene.live(40, (hours) => 300 - 5 * (hours % 12));
  scene.fills().clear();
  memoryChanged(scene.record);
  await scene.restart();
  const fills = scene.fills();
  const fill = fills.get('/var');
  t.ok(fill, 'it is remembered again');
  t.ok((fill?.resets.length ?? 0) >= 2, 'with its resets');
  t.ok((fill?.since ?? Number.POSITIVE_INFINITY) < START + 2 * HOUR_MS, 'since it was first seen');
  t.ok(JSON.stringify([...fills]).length < 500, 'in a few hundred bytes');
});

t.test('workstations are not judged', async (t) => {
  const scene = await new Scene(t).begin();
  identify(scene.record, { ...scene.record.info, kind: 'workstation' });
  await scene.live(8, (hours) => 40 - 5 * hours, 400);
  t.same([scene.incidents(), scene.record.diskForecasts.size], [[], 0]);
});

t.test('a file system that is called __proto__ is one like any other, also after a restart', async (t) => {
  const scene = await new Scene(t).begin();
  for (const mountpoint of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    await scene.live(1, () => 300, 400, mountpoint);
    t.equal(scene.fills().get(mountpoint)?.size, 400 * GiB, mountpoint);
    await scene.restart();
    t.equal(scene.fills().get(mountpoint)?.size, 400 * GiB, `${mountpoint} is still remembered`);
  }
  t.same(Object.keys(Object.prototype), [], 'nothing was written onto what all objects share');
  t.notOk('resets' in {}, 'and no object has what belongs to a disk');
});
