import t from 'tap';
import type { DeviceRecord } from '../../../../server/fleet/device-record.ts';
import { copyFiles, startCore } from '../../../support/core.ts';
import { Neighbourhood } from '../../../support/neighbourhood.ts';
import { tempDir } from '../../../support/temp-dir.ts';

const seconds = 1_000;
const minutes = 60_000;
const hours = 60 * minutes;
const days = 24 * hours;

/** So long nobody looks: then all report, and agents had time to be heard. */
async function later(scene: Neighbourhood, durationMs: number): Promise<void> {
  scene.clock.ms += durationMs;
  await scene.report();
  await scene.pass(95 * seconds);
  await scene.report();
}

async function drop(scene: Neighbourhood, records: readonly DeviceRecord[], durationMs: number): Promise<void> {
  scene.silence(...records);
  await scene.pass(durationMs);
  await scene.wake(...records);
  await scene.pass(3 * seconds);
}

const raised = async (scene: Neighbourhood): Promise<string[]> =>
  (await scene.told()).filter((one) => one.startsWith('raised'));

t.test(
  'the first drops are told as ever; then they are one incident with count and minutes, which ends after a quiet week',
  async (t) => {
    const scene = await Neighbourhood.start(t, [1]);
    const [[alone] = []] = scene.sites;
    for (let nth = 0; nth < 3; nth += 1) {
      await drop(scene, [alone!], 4 * minutes);
      await later(scene, 5 * hours);
    }
    t.match(await scene.incidents(), { 'contact high resolved': 3, 'line.unsteady medium open': 1 });
    t.same(await raised(scene), ['raised contact', 'raised contact', 'raised contact', 'raised line.unsteady']);
    t.match(await scene.sentences('line.unsteady'), [
      /^The line of .* is unsteady: it dropped 3 times in 7 days, 12 min in all; last from .* UTC for 4 min$/,
    ]);
    for (let nth = 0; nth < 2; nth += 1) {
      await drop(scene, [alone!], 6 * minutes);
      await later(scene, 20 * hours);
    }
    t.match(await scene.incidents(), { 'contact high resolved child': 2, 'line.unsteady medium open': 1 });
    t.equal(
      (await scene.told()).filter((one) => /contact/.test(one)).length,
      6,
      'three raised, three resolved, no more',
    );
    t.match(await scene.sentences('line.unsteady'), [/dropped 5 times in 7 days, 24 min in all/]);
    const line = [...scene.core.book.open()].find(({ rule }) => rule === 'line.unsteady');
    const events = await scene.core.store.db
      .selectFrom('incident_event')
      .select('kind')
      .where('incident_id', '=', line!.id)
      .execute();
    t.same(
      events.map(({ kind }) => kind),
      ['opened', 'changed', 'changed'],
      'the history keeps every drop',
    );
    await later(scene, 6 * days);
    t.match(await scene.incidents(), { 'line.unsteady medium open': 1 });
    await later(scene, 1 * days);
    t.match(await scene.incidents(), { 'line.unsteady medium resolved': 1 });
    t.equal((await scene.told()).at(-1), 'resolved line.unsteady');
  },
);

/** With three drops of 4 min behind it. */
async function unsteady(t: Parameters<typeof Neighbourhood.start>[0], size: number, dir = tempDir(t)) {
  const scene = await Neighbourhood.start(t, [size], {}, dir);
  const [site = []] = scene.sites;
  for (let nth = 0; nth < 3; nth += 1) {
    await drop(scene, site, 4 * minutes);
    await later(scene, 3 * hours);
  }
  t.match(await scene.incidents(), { 'line.unsteady medium open': 1 });
  return { scene, site };
}

t.test('a drop that lasts is told after all', async (t) => {
  const { scene, site } = await unsteady(t, 1);
  const before = await scene.told();
  await drop(scene, site, 29 * minutes);
  t.same(await scene.told(), before);
  await later(scene, 2 * hours);
  await drop(scene, site, 31 * minutes);
  t.same((await scene.told()).slice(before.length), ['raised contact', 'resolved contact']);
  t.match(await scene.sentences('line.unsteady'), [/dropped 4 times in 7 days/], 'and is no drop of minutes');
});

t.test('of a site with several machines it is the line of the site', async (t) => {
  const { scene } = await unsteady(t, 2);
  t.match(await scene.sentences('line.unsteady'), [/^The line of Main of Client 1 is unsteady: it dropped 3 times/]);
  t.equal((await raised(scene)).filter((one) => one === 'raised site.contact').length, 3);
});

t.test('an emergency is told, whatever the line was like', async (t) => {
  const { scene, site } = await unsteady(t, 3);
  const before = await scene.told();
  await drop(scene, site, 7 * minutes);
  t.match((await scene.told()).slice(before.length), [/ site\.contact$/, /^resolved site\.contact$/]);
});

t.test('restarts of the machine are none, nor is what takes seconds', async (t) => {
  const scene = await Neighbourhood.start(t, [1]);
  const [[alone] = []] = scene.sites;
  for (let nth = 0; nth < 4; nth += 1) {
    scene.silence(alone!);
    await scene.pass(4 * minutes);
    scene.reboot(60 * seconds, alone!);
    await scene.wake(alone!);
    await later(scene, 3 * hours);
    await drop(scene, [alone!], 45 * seconds);
    await later(scene, 3 * hours);
  }
  t.same(await scene.sentences('line.unsteady'), []);
});

t.test('drops further apart than a week are none of it', async (t) => {
  const scene = await Neighbourhood.start(t, [1]);
  const [[alone] = []] = scene.sites;
  for (let nth = 0; nth < 4; nth += 1) {
    await drop(scene, [alone!], 4 * minutes);
    await later(scene, 4 * days);
  }
  t.same(await scene.sentences('line.unsteady'), []);
});

t.test('a restart of the server in the middle of a drop forgets nothing', async (t) => {
  const dir = tempDir(t);
  const { scene, site } = await unsteady(t, 1, dir);
  scene.silence(...site);
  await scene.pass(40 * seconds);
  await scene.core.watch.snapshot();
  await scene.core.close();
  const left = tempDir(t);
  copyFiles(dir, left);
  const again = scene.movedTo(await startCore(t, { dir: left, clock: scene.clock }));
  await again.pass(200 * seconds);
  await again.wake(...(again.sites[0] ?? []));
  await later(again, seconds);
  t.match(await again.sentences('line.unsteady'), [/dropped 4 times in 7 days, 16 min in all/]);
  t.equal((await raised(again)).length, 4);
});
