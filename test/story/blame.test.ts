import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import t, { type Test } from 'tap';
import type { Ledger } from '../../protocol/api/availability.ts';
import type { Incident, PresenceInterval } from '../../protocol/api/view.ts';
import { Feature } from '../../protocol/wire/frame.ts';
import { formerRelay } from '../support/former-relay.ts';
import { Relay } from '../support/relay.ts';
import { type SimAgent, type SimAgentOptions, startSimAgent } from '../support/sim-agent.ts';
import { stun } from '../support/stopped-listener.ts';
import { type StoryServer, startServer, storyClock } from '../support/story.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

const GiB = 1024 ** 3;
/** The real times, shortened: late after 3 s, lost after 6 s, told after 9 s. */
const settings = {
  presence: {
    lateAfterMs: 3_000,
    lateAfterLinkLossMs: 1_000,
    lostAfterMs: 6_000,
    tellAfterMs: 9_000,
    judgeAfterStartMs: 0,
  },
};
const machine = { availableBytes: () => 50 * GiB };

async function sim(
  t: Pick<Test, 'teardown'>,
  server: StoryServer,
  name: string,
  over: Partial<SimAgentOptions> & { readonly kind?: 'server' | 'workstation' } = {},
): Promise<SimAgent> {
  const { kind = 'server', ...options } = over;
  const token = options.dataDir ? '' : await server.token(kind);
  const agent = await startSimAgent({
    ...{ server: server.address, token, name, intervalMs: 1_000, machine, patience: 0.1 },
    ...options,
  });
  t.teardown(() => agent.stop());
  return agent;
}

const allIncidents = async (server: StoryServer): Promise<Incident[]> =>
  (await server.get('/api/v1/incidents?state=all&limit=200')).items;
const untilUp = (server: StoryServer, deviceId: string) =>
  server.untilDevice(deviceId, 'is up', ({ state, lastReportAt }) => state === 'up' && lastReportAt !== null);
const summary = (ledger: readonly PresenceInterval[]) => ledger.map(({ state, reason }) => `${state} ${reason}`);

t.test('a lone trial device is unplugged: one correct incident, and nobody blames the server or a site', async (t) => {
  const server = await startServer(t, { settings });
  const relay = await Relay.start(t, server.address);
  const { deviceId } = await sim(t, server, 'trial', { server: relay.address });
  await untilUp(server, deviceId);
  relay.cut();
  const incident = await server.untilIncident(deviceId, 'contact', () => true);
  t.match(incident, { priority: 'high', sentence: /^No contact: host or link\. Last proof of life/, parentId: null });
  await until('people are told', () => server.notices.length > 0);
  relay.mend(server.address);
  await server.untilIncident(deviceId, 'contact', ({ state }) => state === 'resolved');
  await until('and of its return', () => server.notices.length > 1);
  t.same(server.noticesOf(incident.id), ['incident.raised', 'incident.resolved']);
  t.equal((await allIncidents(server)).length, 1);
  t.same(summary(await server.presence(deviceId)), ['up reported'], 'the same boot: only the link was lost');
});

t.test('20 workstations are switched off at 17:00: no incident', async (t) => {
  const server = await startServer(t, { settings });
  const agents: SimAgent[] = [];
  for (let n = 1; n <= 20; n += 1) agents.push(await sim(t, server, `desk-${n}`, { kind: 'workstation' }));
  for (const { deviceId } of agents) await untilUp(server, deviceId);
  await Promise.all(agents.map((agent) => agent.leave('shutdown')));
  for (const { deviceId } of agents) {
    const off = await server.untilDevice(deviceId, 'is off', ({ state }) => state === 'off');
    t.match(off.stateReason, /^The agent said shutdown at/);
  }
  t.same(await allIncidents(server), []);
  t.same(server.notices, []);
});

t.test(
  'the server is off while a machine reboots: down until its new boot, and nobody is told of an absence',
  async (t) => {
    const clock = storyClock();
    const dataDir = tempDir(t);
    // As in life, agents have time to return after the server's start.
    const options = { dataDir, clock, settings: { presence: { ...settings.presence, judgeAfterStartMs: 90_000 } } };
    const before = await startServer(t, options);
    let bootedAt = clock.now() - 3_600_000;
    const clocks = () => {
      const bootMs = clock.now() - bootedAt;
      return { wallMs: clock.now(), monotonicMs: bootMs, bootMs };
    };
    const relay = await Relay.start(t, before.address);
    const first = await sim(t, before, 'db-1', { server: relay.address, clocks, bootId: 'boot-1' });
    const { deviceId } = first;
    await until('the first reports', () => before.reports(deviceId).length >= 3);
    relay.cut();
    await before.app.stop();
    await first.leave('service_stop');
    const wentDownAt = clock.now();
    clock.advance(4 * 60_000);
    bootedAt = clock.now();
    clock.advance(6 * 60_000);
    const after = await startServer(t, options);
    relay.mend(after.address);
    await sim(t, after, 'db-1', { server: relay.address, clocks, bootId: 'boot-2', dataDir: first.dataDir });
    await untilUp(after, deviceId);
    const ledger = await until('the backlog', async () => {
      const rows = await after.presence(deviceId);
      const down = rows.find(({ state }) => state === 'down');
      return down && Date.parse(down.from) > wentDownAt - 5_000 ? rows : undefined;
    });
    const stretches = ledger.map(({ state }) => state).filter((state, index, all) => state !== all[index - 1]);
    t.same(stretches, ['up', 'down', 'up']);
    const down = ledger.find(({ state }) => state === 'down')!;
    t.equal(down.reason, 'reboot_unexpected');
    const offMs = Math.abs(Date.parse(down.to) - bootedAt);
    t.ok(offMs < 60_000, `until its boot: ${offMs} ms off, which its frames were under way; it was off for minutes`);
    t.ok(Date.parse(down.from) <= wentDownAt);
    const rules = (await allIncidents(after)).map(({ rule }) => rule);
    t.notOk(rules.includes('contact'), 'nobody was told of what the server did not see');
    t.same(rules, ['reboot.unexpected']);
  },
);

t.test('a site of 50 is cut: one incident, one message', async (t) => {
  const slower = {
    presence: {
      ...settings.presence,
      lateAfterMs: 8_000,
      lateAfterLinkLossMs: 4_000,
      lostAfterMs: 12_000,
      tellAfterMs: 15_000,
      judgeAfterStartMs: 10_000,
    },
  };
  const server = await startServer(t, { settings: slower, reportInterval: '2s' });
  const relay = await Relay.start(t, server.address);
  const agents: SimAgent[] = [];
  for (let n = 0; n < 50; n += 1) {
    agents.push(await sim(t, server, `srv-${n + 1}`, { server: relay.address, intervalMs: 2_000 }));
  }
  for (const { deviceId } of agents) await untilUp(server, deviceId);
  t.same(await allIncidents(server), []);
  relay.cut();
  const site = await until('the site is lost', async () =>
    (await allIncidents(server)).find(({ rule }) => rule === 'site.contact'),
  );
  t.match(site.sentence, /^Main office of Acme is out of contact: \d+ of 50 always-on devices fell silent within /);
  await until('people are told', () => server.notices.length > 0);
  const children = (await allIncidents(server)).filter(({ rule }) => rule === 'contact');
  t.equal(children.length, 50);
  t.ok(children.every(({ parentId }) => parentId === site.id));
  t.same(
    server.notices.map(({ kind, payload }) => [kind, (payload as { rule: string }).rule]),
    [['incident.raised', 'site.contact']],
  );
  const [row] = await server.presence(agents[0]!.deviceId).then((rows) => rows.slice(-1));
  t.match(row, { state: 'unknown', reason: 'site_lost', evidence: /Main office of Acme is out of contact/ });

  relay.mend(server.address);
  for (const { deviceId } of agents) await untilUp(server, deviceId);
  await until('and of its return', () => server.notices.length > 1);
  const open = (await allIncidents(server)).filter(({ state }) => state !== 'resolved');
  t.same(open, []);
  t.same(
    server.notices.map(({ kind }) => kind),
    ['incident.raised', 'incident.resolved'],
  );
});

/** The peer is asked by a task, or by the frames that came before, as an agent or a server is that knows none. */
for (const [way, without] of [
  ['as a task', 0],
  ['by former frames', Feature.tasks],
] as const)
  t.test(`a peer of the site gives the second opinion, asked ${way}`, async (t) => {
    const server = await startServer(t, { settings });
    const relay = await Relay.start(t, server.address);
    const toPeer = await formerRelay(t, server.address, without);
    const host = createServer().listen(0, '127.0.0.1');
    await once(host, 'listening');
    t.teardown(() => host.close());
    const { port } = host.address() as AddressInfo;
    const knockedAtHost = once(host, 'connection');
    const inventory = (listening: number) => ({
      interfaces: [{ name: 'eth0', mac: '', addresses: ['127.0.0.1/8'] }],
      listening: [listening],
    });
    const policy = { allow: ['probe-peers'], networks: ['127.0.0.0/8'] };
    const deaf = await stunnable(t);
    const [peer, alive, dead] = [
      await sim(t, server, 'peer', { server: toPeer.address, policy }),
      await sim(t, server, 'alive', { server: relay.address, inventory: inventory(port) }),
      await sim(t, server, 'dead', { server: relay.address, inventory: inventory(deaf.port) }),
    ];
    for (const { deviceId } of [peer, alive, dead]) {
      await untilUp(server, deviceId);
      await until('its inventory', async () => (await server.device(deviceId)).os);
      await until('some reports', () => server.reports(deviceId).length >= 3);
    }
    t.ok(await Promise.all([knockedAtHost, deaf.knocked]), 'neighbours reached both while they were well');
    t.equal(toPeer.seen.has('task'), without === 0);
    t.equal(toPeer.seen.has('probe'), without !== 0);
    await deaf.stun();
    relay.cut();
    const medium = await server.untilIncident(alive.deviceId, 'contact', ({ priority }) => priority === 'medium');
    t.match(
      medium.sentence,
      /^Agent lost, host answers: peer at .* UTC: 127\.0\.0\.1:\d+ took the connection\. Last proof of life/,
    );
    const high = await server.untilIncident(dead.deviceId, 'contact', ({ sentence }) =>
      sentence.startsWith('Host lost'),
    );
    t.match(high, {
      priority: 'high',
      sentence: /^Host lost: peer at .* UTC: Nothing answered at 127\.0\.0\.1 on port/,
    });
    t.same(summary(await server.presence(alive.deviceId)), ['up reported', 'up reachable']);
    t.same(summary(await server.presence(dead.deviceId)), ['up reported', 'down host_lost']);

    relay.mend(server.address);
    await untilUp(server, dead.deviceId);
    const mended = await until('the ledger is mended', async () => {
      const ledger: Ledger = await server.get(`/api/v1/devices/${dead.deviceId}/ledger?period=rolling_30d`);
      const isDown = ledger.items.some(({ state }) => state === 'down');
      return ledger.revisions.length > 0 && !isDown ? ledger : undefined;
    });
    t.match(mended.revisions[0], { by: 'server', why: /its boot identity says what the time before was/ });
    t.match(
      mended.revisions[0]?.before.map(({ state }) => state),
      ['down'],
      'what was shown as down is kept as such',
    );
  });

interface Stunnable {
  readonly port: number;
  /** Settles with the first connection. */
  readonly knocked: Promise<unknown>;
  stun(): Promise<void>;
}

/** A port that answers until it is stunned: then it takes no connection and refuses none, as its process stands still. */
async function stunnable(t: Pick<Test, 'teardown'>): Promise<Stunnable> {
  const program =
    "const s = require('net').createServer(() => console.log('knocked')).listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(s.address().port))";
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  const [chunk] = await once(child.stdout, 'data');
  const port = Number(String(chunk));
  return { port, knocked: once(child.stdout, 'data'), stun: () => stun(t, child, port) };
}
