import t from 'tap';
import { Neighbourhood } from '../../../support/neighbourhood.ts';

const minutes = 60_000;

t.test('an emergency that shrinks and still is half of the site stays one', async (t) => {
  const scene = await Neighbourhood.start(t, [4]);
  const [site = []] = scene.sites;
  scene.silence(...site.slice(0, 3));
  await scene.pass(6 * minutes);
  t.match(await scene.incidents(), { 'site.contact emergency open': 1 });
  await scene.wake(site[0]!);
  await scene.pass(60_000);
  const meanwhile = await scene.incidents();
  t.match(meanwhile, { 'site.contact emergency resolved': 1 });
  t.equal(meanwhile['site.emergency emergency open'], undefined, 'the others may be about to return');
  await scene.pass(40_000);
  t.match(await scene.incidents(), { 'site.contact emergency resolved': 1, 'site.emergency emergency open': 1 });
  t.match(await scene.sentences('site.emergency'), [/2 of 4 always-on devices/]);
  await scene.pass(10 * minutes);
  const told = await scene.told();
  t.equal(told.filter((one) => one === 'raised site.emergency').length, 1, 'told once');
  t.notOk(told.includes('resolved site.emergency'));
  await scene.wake(site[1]!);
  await scene.pass(10_000);
  t.match(await scene.incidents(), { 'site.emergency emergency resolved': 1 }, 'less than half is none');
});

t.test('one that shrinks below half is over', async (t) => {
  const scene = await Neighbourhood.start(t, [4]);
  const [site = []] = scene.sites;
  scene.silence(...site.slice(0, 3));
  await scene.pass(6 * minutes);
  await scene.wake(site[0]!, site[1]!);
  await scene.pass(10 * minutes);
  const incidents = await scene.incidents();
  t.match(incidents, { 'site.contact emergency resolved': 1, 'contact high open': 1 });
  t.equal(incidents['site.emergency emergency open'], undefined);
});
