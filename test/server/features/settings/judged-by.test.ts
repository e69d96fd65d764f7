import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { PolicyInput } from '../../../../protocol/api/settings.ts';
import { everyClient } from '../../../../server/domain/scope.ts';
import { defaultSettings } from '../../../../server/domain/settings.ts';
import { putPolicy, removePolicy } from '../../../../server/features/settings/acts.ts';
import { PolicyBook } from '../../../../server/features/settings/policy-book.ts';
import { openStore } from '../../../../server/platform/store/store.ts';
import { type Core, CoreAgent, chronicle, copyFiles, startCore } from '../../../support/core.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { disk, GiB } from '../../../support/reading.ts';
import { addTenant } from '../../../support/store.ts';
import { tempDir } from '../../../support/temp-dir.ts';

const START = Date.UTC(2026, 2, 1, 9);
const MINUTE = 60_000;
const minute = (count: number): number => START + 60 * MINUTE + count * MINUTE;
const presence = { ...defaultSettings.presence, judgeAfterStartMs: 0 };
const ann = { id: 'ann', name: 'Ann', scope: everyClient };

let seeded: Promise<string> | undefined;
/** One state database for all tellings, so that names and identifiers are the same. */
function seed(): Promise<string> {
  seeded ??= (async () => {
    const dir = tempDir(t);
    const store = await openStore({ path: join(dir, 'state.db'), clock: () => START });
    await addTenant(store, 'Acme');
    await store.close();
    return dir;
  })();
  return seeded;
}

/** One machine with 100 GiB, and people who decide what is too little. */
class World {
  readonly clock = new FakeClock(minute(0));
  readonly agent = new CoreAgent(START);
  readonly #t: Test;
  #core: Core | null = null;
  #book = new PolicyBook(defaultSettings);
  #dir: string;
  #starts = 0;

  constructor(t: Test) {
    this.#t = t;
    this.#dir = tempDir(t);
  }

  get core(): Core {
    if (!this.#core) throw new Error('It does not run.');
    return this.#core;
  }

  get record() {
    return [...this.core.fleet.devices.values()][0]!;
  }

  async start(from: string): Promise<void> {
    this.#starts += 1;
    const dir = join(this.#dir, String(this.#starts));
    copyFiles(from, dir);
    const policies = async (store: Parameters<PolicyBook['load']>[0]): Promise<PolicyBook> => {
      this.#book = new PolicyBook({ ...defaultSettings, presence });
      await this.#book.load(store);
      return this.#book;
    };
    this.#core = await startCore(this.#t, {
      dir,
      clock: this.clock,
      settings: { ...defaultSettings, presence },
      policies,
    });
  }

  /** The files as they are now are all that is left. */
  async kill(): Promise<void> {
    const left = join(this.#dir, `left-${this.#starts}`);
    copyFiles(join(this.#dir, String(this.#starts)), left);
    await this.core.close();
    await this.start(left);
    this.agent.connect(this.record, this.clock.ms);
  }

  async report(at: number, availableGiB: number): Promise<void> {
    this.agent.offer(this.core, this.record, at, disk('/', 100, availableGiB));
    await this.core.ingest.drain();
  }

  /** What is raised of the disk. */
  get raised(): string | null {
    return this.record.memory.detection.raised.get('disk.space|/')?.priority ?? null;
  }

  put(id: string, values: PolicyInput['values'], rank = 0) {
    return putPolicy(this.#needs, ann, id.replace('@', this.record.info.id), { values, rank });
  }

  remove(id: string) {
    return removePolicy(this.#needs, ann, id.replace('@', this.record.info.id));
  }

  async tag(...tags: string[]): Promise<void> {
    const { id } = this.record.info;
    await this.core.watch.actOnStore(ann, 'device.change', everyClient, async (turn, { devices }) => {
      const info = await devices.update(id, { tags });
      const placements = await devices.placements(id);
      turn.afterwards(() => void this.core.fleet.take(info, null, placements));
      turn.record(id);
    });
  }

  get #needs() {
    return { actOnStore: this.core.watch.actOnStore, book: this.#book, onChanged: () => undefined };
  }
}

const atOnce = { 'disk.high.forMs': 0, 'disk.medium.forMs': 0 };

async function world(t: Test): Promise<World> {
  const made = new World(t);
  await made.start(await seed());
  await made.put('default', atOnce);
  made.clock.ms = minute(1);
  made.agent.connect(made.record, made.clock.ms);
  await made.report(minute(1), 50);
  return made;
}

t.test('a report of 10:13:10 that is judged at 10:15 is judged by what held at 10:13:10', async (t) => {
  const w = await world(t);
  w.clock.ms = minute(14);
  await w.put('device:@', { 'disk.high.belowBytes': GiB, 'disk.medium.belowBytes': GiB });
  w.clock.ms = minute(15);
  await w.report(minute(13.2), 4);
  t.equal(w.raised, 'high', 'it was too little then');
  await w.report(minute(13.6), 9);
  t.equal(w.raised, 'medium');
  await w.report(minute(14.5), 4);
  t.equal(w.raised, null, 'and is enough since');
  await w.remove('device:@');
  w.clock.ms = minute(16);
  await w.report(minute(16), 4);
  t.equal(w.raised, 'high');
});

t.test('and as the device was then', async (t) => {
  const w = await world(t);
  await w.put('tag:archive', { 'disk.high.belowBytes': 0, 'disk.medium.belowBytes': 0 });
  w.clock.ms = minute(14);
  await w.tag('archive');
  w.clock.ms = minute(15);
  await w.report(minute(13.2), 4);
  t.equal(w.raised, 'high', 'it had not the tag yet');
  await w.report(minute(14.5), 4);
  t.equal(w.raised, null);
});

t.test('who is late is judged by its own settings, and at the moment that they say', async (t) => {
  const w = await world(t);
  await w.put('device:@', { 'presence.lateAfterMs': 120_000, 'presence.lostAfterMs': 300_000 });
  const f = async (silentMs: number, want: string) => {
    w.clock.ms = minute(1) + silentMs;
    await w.core.watch.tick();
    t.equal(w.record.connection.liveness.state, want, `${silentMs} ms`);
  };
  await f(0, 'up');
  t.ok(w.core.watch.dueInMs > 60_000, 'nobody looks before it may be late');
  await f(119_000, 'up');
  await f(121_000, 'late');
  await f(301_000, 'lost');
});

const say = (availableGiB: number) => (w: World) => w.report(w.clock.ms, availableGiB);
const small = { 'disk.high.belowBytes': GiB, 'disk.medium.belowBytes': GiB };
const story: ((w: World) => Promise<unknown>)[] = [
  say(50),
  (w) => w.put('default', { 'disk.medium.forMs': 30_000, 'disk.high.forMs': 20_000 }),
  say(9),
  say(9),
  (w) => w.put('tag:archive', small),
  say(4),
  say(4),
  (w) => w.tag('archive'),
  say(4),
  (w) => w.put('device:@', { ...small, 'disk.medium.belowBytes': 8 * GiB, 'disk.medium.forMs': 10_000 }),
  say(4),
  say(4),
  (w) => w.tag(),
  (w) => w.remove('device:@'),
  say(4),
  say(4),
  say(4),
  (w) => w.remove('default'),
  say(50),
];

async function tell(t: Test, kills: boolean): Promise<string[]> {
  const w = await world(t);
  for (const act of story) {
    w.clock.ms += 10_000;
    await act(w);
    if (kills) await w.kill();
    await w.core.watch.tick();
  }
  return chronicle(w.core);
}

t.test('a replay judges each report by what held when it was measured', async (t) => {
  const whole = await tell(t, false);
  t.ok(
    whole.some((line) => line.startsWith('event disk.space')),
    'something happens',
  );
  t.same(await tell(t, true), whole);
});
