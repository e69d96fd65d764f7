import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type DetectionSettings, defaultSettings } from '../../server/domain/settings.ts';
import { openStore, type Store } from '../../server/platform/store/store.ts';
import { type Core, CoreAgent, chronicle, copyFiles, startCore } from '../support/core.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { disk, type Values } from '../support/reading.ts';
import { addTenant } from '../support/store.ts';
import { tempDir } from '../support/temp-dir.ts';

/**
 * The same story told without a break, and with a kill at every step: the files of that moment are all that is left. What
 * people see afterwards must be the same, to the last line of history.
 */

const STEP_MS = 10_000;
const START = Date.UTC(2026, 2, 1);

const levels = defaultSettings.disk.levels.map((level) => ({
  ...level,
  forMs: level.priority === 'high' ? 10_000 : 20_000,
}));
const settings: DetectionSettings = {
  ...defaultSettings,
  disk: { ...defaultSettings.disk, levels },
  // A start is not to be seen in this story; its grace has its own test.
  presence: { ...defaultSettings.presence, judgeAfterStartMs: 0 },
};

interface Scene {
  readonly core: Core;
  readonly agent: CoreAgent;
  readonly clock: FakeClock;
}
type Act = (scene: Scene) => Promise<void> | void;

const record = ({ core }: Scene) => [...core.fleet.devices.values()][0]!;
const say =
  (availableGiB: number, more: Values = {}): Act =>
  (scene) =>
    scene.agent.offer(scene.core, record(scene), scene.clock.ms, {
      ...disk('/', 100, availableGiB),
      'cpu.busy': 0.1,
      ...more,
    });
const again = (times: number, act: Act): Act[] => new Array<Act>(times).fill(act);
const silence: Act = () => undefined;
const goodbye: Act = (scene) => scene.core.watch.takeGoodbye(record(scene), 'reboot');
const boot =
  (bootId: string): Act =>
  (scene) => {
    scene.agent.bootId = bootId;
    scene.agent.bootedAt = scene.clock.ms - 5_000;
    scene.agent.connect(record(scene), scene.clock.ms);
  };
/** A live report, and those that waited in the spool since the silence began. */
const backfill: Act = async (scene) => {
  await say(50)(scene);
  for (const agoMs of [40_000, 30_000, 20_000]) {
    scene.agent.offer(
      scene.core,
      record(scene),
      scene.clock.ms - agoMs,
      { ...disk('/', 100, 1), 'cpu.busy': 0.1 },
      true,
    );
  }
};
const snapshot: Act = async ({ core }) => {
  core.series.release(await core.watch.snapshot());
};

const story: Act[] = [
  say(50),
  ...again(3, say(9)), // Medium after 20 s
  snapshot,
  ...again(2, say(4)), // High after 10 s
  say(9),
  say(50), // resolved
  ...again(2, say(4)), // reopened
  say(50),
  goodbye,
  silence,
  boot('boot-2'), // announced
  say(50),
  snapshot,
  ...again(2, silence), // contact lost
  say(50), // back, the same boot
  backfill,
  boot('boot-3'), // nobody said so
  ...again(2, say(50, { 'fs.readOnly[/]': 1 })),
  say(50, { 'fs.readOnly[/]': 0 }),
];

/** With `kills`, the server dies at every step: once its reports are in the journal, before anything is evaluated. */
async function tell(t: Test, kills: boolean): Promise<string[]> {
  const root = tempDir(t);
  const clock = new FakeClock(START);
  let dir = join(root, 'step-0');
  copyFiles(await seed(), dir);
  let isFrozen = false;
  const wrapStore = (store: Store): Store => ({
    ...store,
    commit: (statements) => (isFrozen ? new Promise(() => undefined) : store.commit(statements)),
  });
  let core = await startCore(t, { dir, clock, settings, wrapStore });
  const agent = new CoreAgent(START);
  for (const [index, act] of story.entries()) {
    clock.ms += STEP_MS;
    // A goodbye and a snapshot are done when they are written: then the kill comes after them.
    isFrozen = kills && act !== goodbye && act !== snapshot;
    await act({ core, agent, clock });
    if (kills) {
      await committed(core, agent);
      const left = join(root, `step-${index + 1}`);
      copyFiles(dir, left);
      isFrozen = false;
      await core.close();
      dir = left;
      core = await startCore(t, { dir, clock, settings, wrapStore });
      if (act !== silence && act !== goodbye) agent.connect(record({ core, agent, clock }), clock.ms);
    }
    await core.ingest.drain();
    await core.watch.tick();
  }
  return chronicle(core);
}

/** Waits until the journal has what was offered; the state stands still meanwhile. */
async function committed(core: Core, agent: CoreAgent): Promise<void> {
  void core.ingest.drain();
  while (new Set(agent.acknowledged).size < agent.sequence) await core.series.latest();
}

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

t.test('a kill at any step loses no edge and repeats none', async (t) => {
  const whole = await tell(t, false);
  const edges = whole
    .filter((line) => line.startsWith('event'))
    .map((line) => line.split(':')[0]!.replace(/ \d+$/, ''));
  t.same(edges, [
    'event disk.space / opened',
    'event disk.space / changed',
    'event disk.space / changed',
    'event disk.space / resolved',
    'event disk.space / reopened',
    'event disk.space / resolved',
    'event contact  opened',
    'event contact  resolved',
    'event disk.read-only / opened',
    'event reboot.unexpected  opened',
    'event disk.read-only / resolved',
  ]);
  t.same(await tell(t, true), whole);
});
