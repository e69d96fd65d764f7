import t from 'tap';
import { typed } from '../../../../protocol/said/said.ts';
import { everyClient } from '../../../../server/domain/scope.ts';
import { heard, linkClosed } from '../../../../server/fleet/device-connection.ts';
import { openEnd } from '../../../../server/fleet/presence-view.ts';
import { type Core, copyFiles, startCore } from '../../../support/core.ts';
import { Neighbourhood } from '../../../support/neighbourhood.ts';
import { spoken } from '../../../support/spoken.ts';
import { tempDir } from '../../../support/temp-dir.ts';

const seconds = 1_000;
const minutes = 60_000;

t.test('a site of 50 is cut: one incident, told once; its devices are its children', async (t) => {
  const scene = await Neighbourhood.start(t, [50, 2]);
  const [site = []] = scene.sites;
  scene.silence(...site);
  await scene.pass(26 * seconds);
  t.same(await scene.incidents(), {});
  await scene.pass(2 * seconds);
  t.same(await scene.incidents(), { 'site.contact high open': 1, 'contact high open child': 50 });
  t.match(await scene.sentences('site.contact'), [
    /^Main of Client 1 is out of contact: 50 of 50 always-on devices fell silent within 1 s, from 2026-03-01 00:01:35 UTC on\.$/,
  ]);
  t.match(
    spoken(site[0]?.connection.liveness.reason),
    /^Its site is out of contact: Main of Client 1, since .* Last proof of life/,
  );
  t.same(await scene.told(), []);
  await scene.pass(3 * minutes);
  t.same(await scene.told(), ['raised site.contact']);
  const tail = openEnd(site[0]!, scene.clock.ms).map(({ state, reason }) => `${state} ${reason}`);
  t.same(tail, ['up reported', 'unknown site_lost']);
  await scene.wake(...site);
  await scene.pass(seconds);
  t.same(await scene.incidents(), { 'site.contact high resolved': 1, 'contact high resolved child': 50 });
  t.same(await scene.told(), ['raised site.contact', 'resolved site.contact']);
  t.same(await scene.blindness(), ['site_lost site']);
});

t.test(
  'who fell silent a little earlier joins the site; who stays away when it is back is told of by itself',
  async (t) => {
    const scene = await Neighbourhood.start(t, [5]);
    const [[first, ...others] = []] = scene.sites;
    scene.silence(first!);
    await scene.pass(40 * seconds);
    t.same(await scene.incidents(), { 'contact high open': 1 });
    scene.silence(...others.slice(0, 3));
    await scene.pass(28 * seconds);
    t.same(await scene.incidents(), { 'site.contact high open': 1, 'contact high open child': 4 });
    await scene.wake(...others);
    await scene.pass(seconds);
    t.same(await scene.incidents(), {
      'site.contact high resolved': 1,
      'contact high resolved child': 3,
      'contact high open': 1,
    });
    t.same(await scene.told(), [], 'it was back before anybody was told');
    await scene.pass(91 * seconds);
    t.same(await scene.told(), ['raised contact'], 'agents had time to return');
    await scene.wake(first!);
    t.same(await scene.told(), ['raised contact', 'resolved contact']);
  },
);

t.test('a restart while a site is lost: nothing is told again, and its return is', async (t) => {
  const dir = tempDir(t);
  const scene = await Neighbourhood.start(t, [4], {}, dir);
  const [site = []] = scene.sites;
  scene.silence(...site);
  await scene.pass(185 * seconds);
  await scene.core.watch.snapshot();
  const told = async (core: Core) => {
    const rows = await core.store.db.selectFrom('outbox').select('kind').orderBy('id').execute();
    return rows.map(({ kind }) => kind);
  };
  const open = (core: Core) =>
    [...core.book.open()].map(({ rule, parentId }) => `${rule}${parentId ? ' child' : ''}`).sort();
  const before = [await told(scene.core), open(scene.core)];
  await scene.core.close();
  const left = tempDir(t);
  copyFiles(dir, left);
  const core = await startCore(t, { dir: left, clock: scene.clock });
  for (let second = 0; second < 100; second += 1) {
    scene.clock.ms += 1_000;
    await core.watch.tick();
  }
  t.same([await told(core), open(core)], before);
  const records = [...core.fleet.devices.values()];
  t.match(spoken(records[0]?.connection.liveness), {
    state: 'lost',
    reason: /^Its site is out of contact: Main of Client 1/,
  });
  for (const record of records) {
    heard(record.connection, scene.clock.ms);
    await core.watch.takeReturn(record);
  }
  await core.watch.tick();
  t.same(open(core), []);
  t.same(await told(core), ['incident.raised', 'incident.resolved']);
});

t.test('the moment at which a device falls due is known, so that it is judged then', async (t) => {
  const scene = await Neighbourhood.start(t, [4]);
  const [[silent] = []] = scene.sites;
  scene.silence(silent!);
  await scene.pass(11 * seconds);
  const { core, clock } = scene;
  const inMs = core.watch.dueInMs;
  t.ok(inMs > 1 && inMs <= 1_000, `in ${inMs} ms`);
  clock.ms += inMs - 1;
  await core.watch.judgeDue();
  t.equal(silent?.connection.liveness.state, 'up');
  clock.ms += 1;
  t.equal(core.watch.dueInMs, 0);
  await core.watch.judgeDue();
  t.equal(silent?.connection.liveness.state, 'late');
  t.equal(clock.ms - (silent?.connection.lastHeardAt ?? 0), 12_000);
  t.ok(core.watch.dueInMs > 1_000, 'of those who are heard nobody is due soon');
  const other = scene.sites[0]![1]!;
  linkClosed(other.connection, clock.ms);
  await core.watch.judgeDue();
  t.equal(core.watch.dueInMs, 4_000, 'sooner where the link was lost');
});

t.test('two of two are a site, one of two and two of three are not', async (t) => {
  const scene = await Neighbourhood.start(t, [2, 2, 3]);
  const [two = [], other = [], three = []] = scene.sites;
  scene.silence(...two, other[0]!, three[0]!, three[1]!);
  await scene.pass(28 * seconds);
  t.same(await scene.incidents(), {
    'site.contact high open': 1,
    'contact high open child': 2,
    'contact high open': 3,
  });
});

t.test('half a site down for 5 min is an emergency: the site incident grows, or one opens', async (t) => {
  const scene = await Neighbourhood.start(t, [3, 4]);
  const [whole = [], half = []] = scene.sites;
  scene.silence(...whole, half[0]!, half[1]!);
  await scene.pass(5 * minutes - 2 * seconds);
  t.same(await scene.incidents(), {
    'site.contact high open': 1,
    'contact high open child': 3,
    'contact high open': 2,
  });
  await scene.pass(4 * seconds);
  t.match(await scene.incidents(), { 'site.contact emergency open': 1, 'site.emergency emergency open': 1 });
  t.match(await scene.sentences('site.emergency'), [
    'Emergency: 2 of 4 always-on devices of Main of Client 2 have been silent for 5 min or more; nobody can see whether they run.',
  ]);
  t.match(await scene.sentences('site.contact'), [
    'Emergency: 3 of 3 always-on devices of Main of Client 1 have been silent for 5 min or more; nobody can see whether they run.',
  ]);
  await scene.wake(whole[0]!, whole[1]!);
  await scene.pass(2 * seconds);
  t.match(
    await scene.sentences('site.contact'),
    ['Main of Client 1 is in contact again; of whoever stays silent is told one by one'],
    'who is back seconds later is not counted',
  );
  await scene.wake(...whole, ...half);
  await scene.pass(2 * seconds);
  t.match(await scene.incidents(), { 'site.contact emergency resolved': 1, 'site.emergency emergency resolved': 1 });
});

t.test('most of the fleet vanishes: one incident about the server, none about devices', async (t) => {
  const scene = await Neighbourhood.start(t, [4, 4, 4]);
  const all = scene.sites.flat();
  scene.silence(...all.slice(0, 10));
  await scene.pass(28 * seconds);
  t.equal(all[0]?.connection.liveness.state, 'unknown');
  t.match(
    spoken(all[0]?.connection.liveness.reason),
    /^The server itself is blind since .*: 10 of 12 always-on devices of 3 clients fell silent together\. Last/,
  );
  // The client of the server itself is made meanwhile.
  await new Promise((resolve) => setImmediate(resolve));
  while (!(await scene.incidents())['server.blind high open']) await scene.pass(seconds);
  t.same(await scene.incidents(), { 'server.blind high open': 1 });
  await scene.pass(3 * minutes);
  t.same(await scene.told(), ['raised server.blind']);
  const tail = openEnd(all[0]!, scene.clock.ms).map(({ state, reason }) => `${state} ${reason}`);
  t.same(tail, ['up reported', 'unknown server_blind']);
  await scene.wake(...all.slice(1));
  await scene.pass(seconds);
  t.same(await scene.incidents(), { 'server.blind high resolved': 1 });
  await scene.pass(91 * seconds);
  t.same(
    await scene.incidents(),
    { 'server.blind high resolved': 1, 'contact high open': 1 },
    'who did not return, after 90 s',
  );
  t.match(scene.core.fleet.clients.size, 4, 'one client more, for the server itself');
});

t.test('one client is never most of the fleet', async (t) => {
  const scene = await Neighbourhood.start(t, [12, 1, 1]);
  const [dominant = []] = scene.sites;
  scene.silence(...dominant);
  await scene.pass(28 * seconds);
  t.same(await scene.incidents(), { 'site.contact high open': 1, 'contact high open child': 12 });
});

t.test('anchors that cannot be reached: blind; they are watched only while something is lost', async (t) => {
  const watched: boolean[] = [];
  const anchors = {
    areUnreachable: false,
    names: '192.0.2.1:53',
    watch(isWanted: boolean) {
      watched.push(isWanted);
      this.areUnreachable = isWanted;
    },
  };
  const scene = await Neighbourhood.start(t, [1, 2], { anchors: anchors as never });
  t.ok(watched.every((wanted) => !wanted));
  const [[lone] = []] = scene.sites;
  scene.silence(lone!);
  await scene.pass(28 * seconds);
  t.match(spoken(lone?.connection.liveness), {
    state: 'unknown',
    reason: /none of its anchors \(192\.0\.2\.1:53\) can be reached\. Last proof/,
  });
  t.notOk((await scene.incidents())['contact high open']);
});

t.test('what others say: agent lost, host lost, and nobody can say', async (t) => {
  const asked: string[] = [];
  const ask = (records: readonly { info: { name: string } }[]) =>
    void asked.push(...records.map(({ info }) => info.name));
  const scene = await Neighbourhood.start(t, [3], { ask });
  const [[lost] = []] = scene.sites;
  t.same(asked, []);
  scene.silence(lost!);
  await scene.pass(12 * seconds);
  t.equal(asked[0], lost?.info.name, 'others are asked as soon as it is late');
  const find = (host: 'up' | 'down', detail: string) =>
    scene.core.watch.takeFinding(lost!, { host, by: 'web-2', detail });
  await find('up', '192.0.2.9:22 took the connection.');
  await scene.pass(16 * seconds);
  t.same(await scene.incidents(), { 'contact medium open': 1 });
  t.match(await scene.sentences('contact'), [
    /^Agent lost, host answers: web-2 at .*: 192\.0\.2\.9:22 took the connection\. Last proof of life .* ago\.$/,
  ]);
  await scene.pass(44 * seconds);
  await find('down', 'Nothing answered at 192.0.2.9 on port 22.');
  t.same(await scene.incidents(), { 'contact high open': 1 });
  t.match(await scene.sentences('contact'), [
    /^Host lost: web-2 at .*: Nothing answered at 192\.0\.2\.9 on port 22\. Last/,
  ]);
  const tail = openEnd(lost!, scene.clock.ms).map(({ state, reason }) => `${state} ${reason}`);
  t.same(tail, ['up reported', 'up reachable', 'down host_lost']);
  await scene.pass(2 * minutes);
  t.same(await scene.told(), ['raised contact'], 'one message, when it is due');
  const { rows } = await scene.core.store.db
    .selectFrom('outbox')
    .select('payload_json')
    .execute()
    .then((all) => ({ rows: all }));
  t.match(
    spoken(JSON.parse(rows[0]!.payload_json)),
    { priority: 'high', said: /^Host lost: / },
    'in the words that hold then',
  );
  await scene.pass(minutes);
  t.match(
    spoken(lost?.connection.liveness.reason),
    /^No contact: host or link\./,
    'an old word says nothing of the present',
  );

  await scene.wake(lost!);
  t.match(await scene.incidents(), { 'contact high resolved': 1 });
  const [revision] = await scene.core.store.db.selectFrom('ledger_revision').selectAll().execute();
  t.match(spoken(revision!), {
    by_user: 'server',
    subject_id: lost!.info.id,
    said_json: /its boot identity says what the time before was/,
  });
  t.match(
    JSON.parse(revision!.before_json).map(({ state }: { state: string }) => state),
    ['up', 'down', 'unknown'],
  );
  t.match(JSON.parse(revision!.after_json), [{ state: 'up', reason: 'same_boot' }]);
});

t.test('a copied identity is one incident, however often the copy tries', async (t) => {
  const scene = await Neighbourhood.start(t, [1]);
  const [[record] = []] = scene.sites;
  for (let n = 0; n < 5; n += 1) await scene.core.watch.takeClone(record!, '198.51.100.77', 'machine');
  t.same(await scene.incidents(), { 'identity.cloned high open': 1 });
  t.match(await scene.sentences('identity.cloned'), [/^Another machine at 198\.51\.100\.77 uses the identity of /]);
  scene.clock.ms += 61 * minutes;
  await scene.pass(seconds);
  t.same(await scene.incidents(), { 'identity.cloned high resolved': 1 });
});

t.test('a copied identity that nobody could be told of is told of at its next try', async (t) => {
  const scene = await Neighbourhood.start(t, [1]);
  const [[record] = []] = scene.sites;
  const { watch } = scene.core;
  const gate = Promise.withResolvers<void>();
  for (let n = 0; n < watch.lane.limit; n += 1) void watch.lane.runAlways(() => gate.promise);
  await t.rejects(watch.takeClone(record!, '198.51.100.77', 'machine'), { code: 'overloaded' });
  gate.resolve();
  await watch.lane.idle();
  t.same(await scene.incidents(), {});
  await watch.takeClone(record!, '198.51.100.77', 'machine');
  t.same(await scene.incidents(), { 'identity.cloned high open': 1 });
});

t.test('while storage refuses, absence is nobody’s fault', async (t) => {
  const scene = await Neighbourhood.start(t, [1, 1]);
  const [[lone] = []] = scene.sites;
  scene.core.health.set('journal', typed('The server cannot store reports: no space.'));
  scene.silence(lone!);
  await scene.pass(28 * seconds);
  t.match(spoken(lone?.connection.liveness), {
    state: 'unknown',
    reason: /^The server itself is blind since .*: The server cannot store reports: no space\. Last/,
  });
  t.same(await scene.incidents(), {});
  scene.core.health.set('journal', null);
  await scene.pass(107 * seconds);
  t.match(await scene.incidents(), { 'contact high open': 1 });
});

t.test('a server that could not write while its storage refused tells of it afterwards', async (t) => {
  const scene = await Neighbourhood.start(t, [1]);
  await ownClient(scene);
  scene.core.health.set('state', typed('The server cannot write its state: no space.'));
  scene.clock.ms += 40 * seconds;
  scene.core.health.set('state', null);
  await scene.pass(10 * seconds);
  t.same(await scene.incidents(), { 'server.blind high open': 1 });
  t.match(await scene.sentences('server.blind'), [/^The server itself is blind since .* its state: no space\.$/]);
  await scene.pass(10 * seconds);
  t.same(await scene.incidents(), { 'server.blind high resolved': 1 });
});

t.test('what everybody was told of from memory is not told again', async (t) => {
  const asked: number[] = [];
  const isTold = (at: number) => asked.push(at) > 0;
  const scene = await Neighbourhood.start(t, [1], { isTold });
  await ownClient(scene);
  const from = scene.clock.ms;
  scene.core.health.set('state', typed('The server cannot write its state: no space.'));
  scene.clock.ms += 40 * seconds;
  scene.core.health.set('state', null);
  await scene.pass(20 * seconds);
  t.same(await scene.incidents(), { 'server.blind high resolved': 1 });
  t.same(await scene.told(), [], 'nor is it told as news');
  t.same(asked, [from]);
});

t.test('storage that refuses now and then for half a minute is an incident, a moment of it is none', async (t) => {
  const scene = await Neighbourhood.start(t, [1]);
  await ownClient(scene);
  const refuse = () => scene.core.health.set('journal', typed('The server cannot store reports: no space.'));
  refuse();
  await scene.pass(5 * seconds);
  scene.core.health.set('journal', null);
  await scene.pass(60 * seconds);
  t.same(await scene.incidents(), {});
  for (let round = 0; round < 4; round += 1) {
    refuse();
    await scene.pass(5 * seconds);
    scene.core.health.set('journal', null);
    await scene.pass(5 * seconds);
  }
  t.same(await scene.incidents(), { 'server.blind high open': 1 });
});

/** Made by the first incident of the server otherwise, in a while. */
async function ownClient({ core }: Neighbourhood): Promise<void> {
  await core.store.scoped(everyClient).clients.ensure('Vigia');
  await core.fleet.loadCatalogue();
}
