import t from 'tap';
import { identify } from '../../../../server/fleet/device-identity.ts';
import type { DeviceRecord } from '../../../../server/fleet/device-record.ts';
import { copyFiles, startCore } from '../../../support/core.ts';
import { Neighbourhood } from '../../../support/neighbourhood.ts';
import { tempDir } from '../../../support/temp-dir.ts';

const seconds = 1_000;
const minutes = 60_000;

async function back(scene: Neighbourhood, ...records: readonly DeviceRecord[]): Promise<void> {
  scene.reboot(30 * seconds, ...records);
  await scene.wake(...records);
}

t.test(
  'five machines restart within minutes: one incident about the site, told once; theirs are its children',
  async (t) => {
    const scene = await Neighbourhood.start(t, [5, 2]);
    const [[a, b, c, d, e] = []] = scene.sites;
    scene.silence(a!, b!, c!, d!, e!);
    await scene.pass(60 * seconds);
    await back(scene, a!);
    await scene.pass(30 * seconds);
    t.same(await scene.told(), [], 'one restart while the others are away may be one of many');
    await back(scene, b!);
    await scene.pass(30 * seconds);
    await back(scene, c!);
    await scene.pass(2 * seconds);
    t.match(await scene.incidents(), {
      'site.power medium open': 1,
      'site.contact high resolved child': 1,
      'reboot.unexpected medium open child': 3,
    });
    await back(scene, d!);
    await scene.pass(20 * seconds);
    await back(scene, e!);
    await scene.pass(2 * minutes);
    t.same(await scene.incidents(), {
      'site.power medium open': 1,
      'site.contact high resolved child': 1,
      'contact high resolved child': 5,
      'reboot.unexpected medium open child': 5,
    });
    t.same(await scene.told(), ['raised site.power']);
    t.match(await scene.sentences('site.power'), [
      /^Main of Client 1: 5 of 5 always-on machines restarted without a goodbye between .* and .*: a power cut, or something else/,
    ]);
    await scene.pass(16 * minutes);
    t.same(await scene.told(), ['raised site.power'], 'and no restart is told later');
  },
);

t.test('all are back at the same moment: the first to report is not told before the others had a word', async (t) => {
  const scene = await Neighbourhood.start(t, [5]);
  const [[a, b, c, d, e] = []] = scene.sites;
  scene.silence(a!, b!, c!, d!, e!);
  await scene.pass(60 * seconds);
  await scene.connect(a!, b!, c!, d!, e!);
  await back(scene, a!);
  await scene.pass(2 * seconds);
  t.same(await scene.told(), []);
  for (const record of [b!, c!, d!, e!]) await back(scene, record);
  await scene.pass(15 * minutes);
  t.same(await scene.told(), ['raised site.power']);
  t.match(await scene.sentences('site.power'), [/5 of 5 always-on machines/]);
});

t.test('a line that broke while one restarted: told of after the hold, by itself', async (t) => {
  const scene = await Neighbourhood.start(t, [5]);
  const [[a, b, c, d, e] = []] = scene.sites;
  scene.silence(a!, b!, c!, d!, e!);
  await scene.pass(60 * seconds);
  await scene.connect(a!, b!, c!, d!, e!);
  await back(scene, a!);
  await scene.report();
  await scene.pass(11 * minutes);
  t.same(await scene.told(), ['raised reboot.unexpected']);
});

t.test('all but one that ran on, as on a UPS', async (t) => {
  const scene = await Neighbourhood.start(t, [4]);
  const [[a, b, c] = []] = scene.sites;
  scene.silence(a!, b!, c!);
  await scene.pass(90 * seconds);
  await back(scene, a!, b!, c!);
  await scene.pass(3 * minutes);
  t.match(await scene.incidents(), { 'site.power medium open': 1, 'reboot.unexpected medium open child': 3 });
  t.match(await scene.sentences('site.power'), [/3 of 4 always-on machines/]);
});

t.test('a machine with the tag "ups" does not count against it', async (t) => {
  const scene = await Neighbourhood.start(t, [3]);
  const [[a, b, onUps] = []] = scene.sites;
  identify(onUps!, { ...onUps!.info, tags_json: '["ups"]' });
  scene.silence(a!, b!);
  await scene.pass(60 * seconds);
  await back(scene, a!, b!);
  await scene.pass(2 * minutes);
  t.match(await scene.incidents(), { 'site.power medium open': 1, 'reboot.unexpected medium open child': 2 });
});

/** What is switched off at night. */
function asWorkstations(...records: readonly DeviceRecord[]): void {
  for (const record of records) identify(record, { ...record.info, kind: 'workstation' });
}

t.test('workstations that boot in the morning make no power cut of the crash of one server', async (t) => {
  const scene = await Neighbourhood.start(t, [6]);
  const [[a, , w1, w2, w3, w4] = []] = scene.sites;
  asWorkstations(w1!, w2!, w3!, w4!);
  scene.silence(w1!, w2!, w3!, w4!);
  await scene.pass(10 * minutes);
  await back(scene, w1!);
  await scene.pass(30 * seconds);
  await back(scene, w2!);
  scene.silence(a!);
  await scene.pass(60 * seconds);
  await back(scene, a!, w3!, w4!);
  await scene.pass(5 * minutes);
  const incidents = await scene.incidents();
  t.equal(incidents['site.power medium open'], undefined);
  t.equal(incidents['reboot.unexpected medium open'], 1, 'told as what it is');
});

t.test(
  'workstations that lose power with the servers are among its machines, and say nothing for or against',
  async (t) => {
    const scene = await Neighbourhood.start(t, [4]);
    const [[a, b, w1, w2] = []] = scene.sites;
    asWorkstations(w1!, w2!);
    scene.silence(a!, b!, w1!);
    await scene.pass(60 * seconds);
    await back(scene, a!, b!, w1!);
    await scene.pass(3 * minutes);
    t.match(await scene.incidents(), { 'site.power medium open': 1, 'reboot.unexpected medium open child': 2 });
    t.match(await scene.sentences('site.power'), [/: 2 of 2 always-on machines restarted without a goodbye/]);
  },
);

t.test('few of many are none: each is told by itself', async (t) => {
  const scene = await Neighbourhood.start(t, [5]);
  const [[a, b] = []] = scene.sites;
  scene.silence(a!, b!);
  await scene.pass(60 * seconds);
  await back(scene, a!, b!);
  await scene.pass(11 * minutes);
  t.match(await scene.incidents(), { 'reboot.unexpected medium open': 2 });
  t.same((await scene.told()).sort(), ['raised reboot.unexpected', 'raised reboot.unexpected']);
});

t.test('the only machine of a site, and one while all others run: told at once, as ever', async (t) => {
  const scene = await Neighbourhood.start(t, [1, 5]);
  const [[alone] = [], [one] = []] = scene.sites;
  scene.silence(alone!, one!);
  await scene.pass(40 * seconds);
  await back(scene, alone!, one!);
  await scene.pass(seconds);
  t.same(await scene.told(), ['raised reboot.unexpected', 'raised reboot.unexpected']);
  await scene.pass(20 * minutes);
  t.match(await scene.incidents(), { 'reboot.unexpected medium open': 2 });
});

t.test('a patch night: polite restarts are none, also with a crash among them', async (t) => {
  const scene = await Neighbourhood.start(t, [5]);
  const [site = []] = scene.sites;
  const [crashed, ...polite] = site;
  for (const record of polite) await scene.core.watch.takeGoodbye(record, 'reboot');
  scene.silence(...site);
  await scene.pass(90 * seconds);
  await back(scene, ...site);
  await scene.pass(12 * minutes);
  t.match(await scene.incidents(), { 'reboot.unexpected medium open': 1 });
  t.same(await scene.told(), ['raised reboot.unexpected']);
  t.ok(crashed);
});

t.test('who never comes back after a cut is told of by itself', async (t) => {
  const scene = await Neighbourhood.start(t, [4]);
  const [[a, b, c, broken] = []] = scene.sites;
  scene.silence(a!, b!, c!, broken!);
  await scene.pass(60 * seconds);
  await back(scene, a!, b!, c!);
  await scene.pass(5 * minutes);
  t.match(await scene.incidents(), { 'site.power medium open': 1, 'contact high open': 1 });
  t.same((await scene.told()).sort(), ['raised contact', 'raised site.power']);
});

t.test('a long cut was told as a site out of contact: the cut adds no second message', async (t) => {
  const scene = await Neighbourhood.start(t, [3]);
  const [site = []] = scene.sites;
  scene.silence(...site);
  await scene.pass(4 * minutes);
  t.same(await scene.told(), ['raised site.contact']);
  await back(scene, ...site);
  await scene.pass(15 * minutes);
  t.match(await scene.incidents(), { 'site.power medium open': 1, 'site.contact high resolved child': 1 });
  t.same(await scene.told(), ['raised site.contact', 'resolved site.contact']);
});

t.test('two cuts in a day are two incidents; a day later each is over', async (t) => {
  const scene = await Neighbourhood.start(t, [3]);
  const [site = []] = scene.sites;
  for (let cut = 0; cut < 2; cut += 1) {
    scene.silence(...site);
    await scene.pass(60 * seconds);
    await back(scene, ...site);
    await scene.pass(40 * minutes);
    await scene.report();
  }
  t.match(await scene.incidents(), { 'site.power medium open': 2 });
  scene.clock.ms += 24 * 60 * minutes;
  await scene.pass(62 * seconds);
  t.match(await scene.incidents(), { 'site.power medium resolved': 2 });
});

t.test('a restart of the server in the middle: those that come later join the same incident', async (t) => {
  const dir = tempDir(t);
  const scene = await Neighbourhood.start(t, [5], {}, dir);
  const [[a, b, c, d, e] = []] = scene.sites;
  scene.silence(a!, b!, c!, d!, e!);
  await scene.pass(60 * seconds);
  await back(scene, a!, b!);
  await scene.pass(5 * seconds);
  await scene.core.watch.snapshot();
  await scene.core.close();
  const left = tempDir(t);
  copyFiles(dir, left);
  const core = await startCore(t, { dir: left, clock: scene.clock });
  const again = scene.movedTo(core);
  const [late] = again.sites[0]!.filter(({ info }) => info.id === c!.info.id);
  await back(again, late!);
  await again.pass(2 * minutes);
  t.match(await again.incidents(), { 'site.power medium open': 1, 'reboot.unexpected medium open child': 3 });
  t.same(await again.told(), ['raised site.power']);
});
