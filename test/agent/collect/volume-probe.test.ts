import fc from 'fast-check';
import t from 'tap';
import { type Answer, type AskApart, askInTurn } from '../../../agent/collect/ask-apart.ts';
import type { Statfs, StatfsResult, Volume } from '../../../agent/collect/volume.ts';
import { VolumeProbe } from '../../../agent/collect/volume-probe.ts';

const result: StatfsResult = { bsize: 4096, frsize: 4096, blocks: 1000, bavail: 250, files: 100, ffree: 60 };
const volume = (name: string, mayHang = false): Volume => {
  return { name, path: Buffer.from(name), mayHang, readOnly: false, pool: name };
};
const tick = () => new Promise(setImmediate);
const READ = { result, isReadable: true };
const UNKNOWN = { result: undefined, isReadable: null };
const UNREADABLE = { result: undefined, isReadable: false };

/** A statfs that hangs on the paths in `hanging` until they are released, and tells what was asked and what is under way. */
function fakeStatfs() {
  const hanging = new Set<string>();
  const held = new Map<string, () => void>();
  const calls: string[] = [];
  const statfs: Statfs = async (path) => {
    const name = path.toString();
    calls.push(name);
    if (hanging.has(name)) await new Promise<void>((resolve) => held.set(name, resolve));
    if (name.includes('gone')) throw Object.assign(new Error(), { code: 'ENOENT' });
    if (name.includes('stale')) throw Object.assign(new Error(), { code: 'ESTALE' });
    return result;
  };
  return { statfs, hanging, held, calls };
}

/** Asks apart at once and without a clock: who hangs is given up immediately, and stays until it is released. */
function fakeApart() {
  const hanging = new Set<string>();
  const held = new Map<string, () => void>();
  const asked: string[][] = [];
  const apart: AskApart = {
    parallel: 4,
    ask(paths) {
      const names = paths.map((path) => path.toString());
      asked.push(names);
      const stuck = names.find((name) => hanging.has(name));
      const ended = Promise.withResolvers<void>();
      if (stuck === undefined) ended.resolve();
      else held.set(stuck, ended.resolve);
      const alone: readonly Answer[] = [stuck === undefined ? result : 'hung'];
      const answers = stuck === undefined ? names.map(() => result) : names.length > 1 ? undefined : alone;
      return { answers: tick().then(() => answers), ended: ended.promise };
    },
    close() {},
  };
  return { apart, hanging, held, asked };
}

async function settle(): Promise<void> {
  for (let count = 0; count < 50; count += 1) await tick();
}

t.test('some hang, the others are measured, and nobody who hangs is asked again before it is back', async (t) => {
  const { statfs } = fakeStatfs();
  const { apart, hanging, held, asked } = fakeApart();
  hanging.add('/mnt/a').add('/mnt/b');
  const probe = new VolumeProbe(statfs, apart);
  const volumes = [volume('/'), ...['/mnt/a', '/mnt/b', '/mnt/c'].map((name) => volume(name, true))];
  t.same(await probe.sample(volumes, 0), [READ, UNKNOWN, UNKNOWN, UNKNOWN], 'nobody waits for them');
  await settle();
  t.same(await probe.sample(volumes, 10_000), [READ, UNREADABLE, UNREADABLE, READ]);
  for (let nowMs = 20_000; nowMs <= 300_000; nowMs += 10_000) {
    t.same(await probe.sample(volumes, nowMs), [READ, UNREADABLE, UNREADABLE, READ]);
    await settle();
  }
  t.equal(asked.filter((names) => names.length === 1 && names[0] === '/mnt/a').length, 1);
  t.ok(asked.length < 16, `asked ${asked.length} times in five minutes`);
  hanging.clear();
  for (const release of held.values()) release();
  await settle();
  await probe.sample(volumes, 400_000);
  await settle();
  t.same(await probe.sample(volumes, 410_000), [READ, READ, READ, READ], 'they are back');
  await probe.sample(volumes, 440_000);
  t.same(asked.at(-1), ['/mnt/a', '/mnt/b', '/mnt/c'], 'and asked together again');
});

t.test('an answer is shown for three minutes', async (t) => {
  const { apart, hanging } = fakeApart();
  const probe = new VolumeProbe(fakeStatfs().statfs, apart);
  const volumes = [volume('/mnt/nfs', true)];
  await probe.sample(volumes, 0);
  await settle();
  t.same(await probe.sample(volumes, 10_000), [READ]);
  hanging.add('/mnt/nfs');
  await probe.sample(volumes, 30_000);
  await settle();
  t.same(await probe.sample(volumes, 180_000), [{ result, isReadable: false }]);
  t.same(await probe.sample(volumes, 180_001), [UNREADABLE]);
});

t.test(
  'a local one that hangs costs one deadline and one thread: all others are asked apart until it is back',
  async (t) => {
    const { statfs, hanging, held, calls } = fakeStatfs();
    const { apart, hanging: hangingApart, asked } = fakeApart();
    hanging.add('/srv');
    hangingApart.add('/srv');
    const probe = new VolumeProbe(statfs, apart);
    const volumes = [volume('/'), volume('/srv'), volume('/var')];
    const startedMs = performance.now();
    t.same(await probe.sample(volumes, 0), [READ, UNREADABLE, UNKNOWN]);
    const waitedMs = performance.now() - startedMs;
    t.ok(waitedMs >= 500, `waited ${Math.round(waitedMs)} ms`);
    for (let round = 1; round < 10; round++) {
      const states = await probe.sample(volumes, round * 10_000);
      await settle();
      if (round > 1) t.same(states, [READ, UNREADABLE, READ]);
    }
    t.same(calls, ['/', '/srv'], 'no second thread');
    t.equal(asked.filter(([name]) => name === '/srv').length, 1);
    hanging.clear();
    held.get('/srv')?.();
    await settle();
    await probe.sample(volumes, 100_000);
    t.same(calls.slice(2), ['/', '/var'], 'the others are called again, it is not');
  },
);

t.test('what a fault says: one of its own, or that nobody may look', async (t) => {
  const probe = new VolumeProbe(fakeStatfs().statfs, fakeApart().apart);
  const volumes = [volume('/gone'), volume('/stale'), volume('/')];
  t.same(await probe.sample(volumes, 0), [UNKNOWN, UNREADABLE, READ]);
});

t.test('where there is no program to ask, one thread at most is taken', async (t) => {
  const { statfs, hanging, held, calls } = fakeStatfs();
  hanging.add('/mnt/a');
  const inTurn = askInTurn(statfs);
  const impatient: AskApart = { ...inTurn, ask: (paths) => inTurn.ask(paths, 20) };
  const probe = new VolumeProbe(statfs, impatient);
  const volumes = [volume('/mnt/a', true), volume('/mnt/b', true)];
  for (let round = 0; round < 10; round++) {
    await probe.sample(volumes, round * 30_000);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  t.same(calls, ['/mnt/a']);
  hanging.clear();
  held.get('/mnt/a')?.();
  await settle();
  await probe.sample(volumes, 400_000);
  await settle();
  const states = await probe.sample(volumes, 410_000);
  t.same(
    states.map(({ isReadable }) => isReadable),
    [true, true],
  );
});

t.test('property: whoever hangs when, one thread is taken at most, and those that answer are known', async (t) => {
  const names = ['/', '/a', '/b', '/mnt/c', '/mnt/d', '/mnt/e'];
  const history = fc.array(fc.subarray(names.slice(3)), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(history, async (rounds) => {
      const { apart, hanging, held } = fakeApart();
      const probe = new VolumeProbe(fakeStatfs().statfs, apart);
      const volumes = names.map((name) => volume(name, name.startsWith('/mnt')));
      let nowMs = 0;
      for (const stuck of rounds) {
        hanging.clear();
        for (const name of stuck) hanging.add(name);
        for (const [name, release] of held) if (!hanging.has(name)) release();
        for (let count = 0; count < 3; count += 1) {
          nowMs += 30_000;
          await probe.sample(volumes, nowMs);
          await settle();
        }
        const states = await probe.sample(volumes, nowMs);
        for (const [index, name] of names.entries()) {
          if (states[index]?.isReadable !== !hanging.has(name)) throw new Error(`${name} with ${stuck.join(' ')}`);
        }
      }
    }),
    { numRuns: 30 },
  );
  t.pass('held');
});
