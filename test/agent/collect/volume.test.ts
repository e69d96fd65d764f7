import t from 'tap';
import {
  type Statfs,
  type StatfsResult,
  type Volume,
  VolumeProbe,
  volumeValues,
} from '../../../agent/collect/volume.ts';

const result: StatfsResult = { bsize: 4096, frsize: 4096, blocks: 1000, bavail: 250, files: 100, ffree: 60 };
const volume = (name: string, network = false): Volume => ({ name, path: Buffer.from(name), network, readOnly: false });
const tick = () => new Promise(setImmediate);

/** A statfs that hangs on the paths in `hung` until they are released, and counts what is under way. */
function fakeStatfs() {
  const hung = new Map<string, () => void>();
  const calls: string[] = [];
  const statfs: Statfs = async (path) => {
    const name = path.toString();
    calls.push(name);
    if (name.includes('hang')) await new Promise<void>((resolve) => hung.set(name, resolve));
    if (name.includes('gone')) throw new Error('ESTALE');
    return result;
  };
  return { statfs, hung, calls };
}

t.test('values', async (t) => {
  const f = (change: Partial<StatfsResult>, want: readonly (number | null)[]) =>
    t.same(volumeValues(volume('/'), { ...result, ...change }), want, JSON.stringify(change));
  f({}, [4096000, 1024000, 100, 60, 0]);
  f({ frsize: 512, bsize: 1048576 }, [512000, 128000, 100, 60, 0]);
  f({ frsize: 0 }, [4096000, 1024000, 100, 60, 0]);
  f({ files: 0, ffree: 0 }, [4096000, 1024000, null, null, 0]);
  f({ blocks: 0, bavail: 0 }, [null, null, null, null, 0]);
  f({ bavail: 2 ** 64 - 4096 }, [4096000, 0, 100, 60, 0]);
  t.same(volumeValues({ ...volume('/'), readOnly: true }, undefined), [null, null, null, null, 1]);
});

t.test('a hung network mount stalls nothing and is asked once', async (t) => {
  const { statfs, hung, calls } = fakeStatfs();
  const probe = new VolumeProbe(statfs);
  const volumes = [volume('/'), volume('/mnt/hang', true), volume('/mnt/second', true)];
  for (let round = 0; round < 20; round++) {
    t.same(await probe.sample(volumes, round * 10_000), [result, undefined, undefined]);
  }
  t.equal(calls.filter((name) => name === '/').length, 20, 'the local one answers every round');
  t.equal(calls.filter((name) => name.startsWith('/mnt')).length, 1, 'never a second network statfs in flight');
  hung.get('/mnt/hang')?.();
  await tick();
  t.same(await probe.sample(volumes, 200_000), [result, result, result], 'it came back, and the next had its turn');
});

t.test('a network answer is shown for three minutes', async (t) => {
  const { statfs, calls } = fakeStatfs();
  let hang = false;
  const probe = new VolumeProbe((path) => (hang ? new Promise(() => {}) : statfs(path)));
  const volumes = [volume('/mnt/nfs', true)];
  await probe.sample(volumes, 0);
  await tick();
  t.equal(calls.length, 1);
  hang = true;
  t.same(await probe.sample(volumes, 10_000), [result]);
  t.same(await probe.sample(volumes, 180_000), [result]);
  t.same(await probe.sample(volumes, 180_001), [undefined]);
});

t.test('a hung local mount costs one deadline, then nothing, and nothing is started beside it', async (t) => {
  const { statfs, hung, calls } = fakeStatfs();
  const probe = new VolumeProbe(statfs);
  const volumes = [volume('/'), volume('/srv/hang'), volume('/var')];
  const startedMs = performance.now();
  t.same(await probe.sample(volumes, 0), [result, undefined, undefined]);
  const waitedMs = performance.now() - startedMs;
  t.ok(waitedMs >= 900 && waitedMs < 5000, `waited ${Math.round(waitedMs)} ms`);
  for (let round = 1; round < 10; round++) {
    t.same(await probe.sample(volumes, round * 10_000), [undefined, undefined, undefined]);
  }
  t.same(calls, ['/', '/srv/hang']);
  hung.get('/srv/hang')?.();
  await tick();
  // It answers from now on: the next call hangs again in this fake, so only the first is looked at.
  t.equal((await probe.sample([volume('/')], 100_000))[0], result);
});

t.test('a mount that is gone is null, its neighbours are not', async (t) => {
  const { statfs } = fakeStatfs();
  const probe = new VolumeProbe(statfs);
  t.same(await probe.sample([volume('/gone'), volume('/')], 0), [undefined, result]);
});
