import { cpSync } from 'node:fs';
import t, { type Test } from 'tap';
import { loadOrCreateIdentity } from '../../agent/identity/identity.ts';
import type { TwinMachine, TwinMachines } from '../../protocol/api/twin.ts';
import { agentProofMessage } from '../../protocol/wire/frame.ts';
import { freePort } from '../support/free-port.ts';
import { helloFrame, RawLink } from '../support/raw-link.ts';
import { type StoryServer, startServer } from '../support/story.ts';
import { enrol, Machine } from '../support/story-agent.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

t.test('a clone that connects first does not win: the machine that was enrolled is judged', async (t) => {
  const server = await startServer(t);
  const machine = await enrol(t, server);
  const { deviceId, dataDir } = machine;
  const identity = loadOrCreateIdentity(dataDir);
  const clone = async () => {
    const link = await RawLink.open(t, server.address);
    const hello = helloFrame(identity.publicKey, { machineId: 'the machine of the copy' });
    link.send(hello);
    const { identityKey, nonce } = await link.untilFrame('challenge');
    const signature = identity.sign(agentProofMessage(identityKey, nonce, hello.nonce, hello.runId));
    link.send({ type: 'proof', signature });
    return link.untilFrame('error');
  };
  t.match(await clone(), { code: 'run_conflict', fatal: true, retryInMs: 60_000 });
  t.equal((await server.device(deviceId)).state, 'pending', 'what it did is no sign of life of the device');
  const incident = await server.untilIncident(deviceId, 'identity.cloned', () => true);
  t.match(incident, { priority: 'high', state: 'open', sentence: /it is not the machine that was enrolled/ });

  const agent = machine.start();
  await server.untilDevice(deviceId, 'is up', ({ state, lastReportAt }) => state === 'up' && lastReportAt !== null);
  t.match(await clone(), { code: 'run_conflict' });
  t.equal((await server.device(deviceId)).state, 'up');
  const all = (await server.incidents(deviceId)).filter(({ rule }) => rule === 'identity.cloned');
  t.equal(all.length, 1, 'one incident, in both orders');
  await agent.stop('SIGKILL');
});

const twinsOf = (server: StoryServer, deviceId: string): Promise<TwinMachines> =>
  server.get(`/api/v1/devices/${deviceId}/twins`);

const untilTwins = (server: StoryServer, deviceId: string, what: string, holds: (twins: TwinMachines) => boolean) =>
  until(what, async () => {
    const twins = await twinsOf(server, deviceId);
    return holds(twins) && twins;
  });

const besideOf = ({ machines }: TwinMachines): TwinMachine | undefined =>
  machines.find(({ role }) => role === 'beside');

/** An agent and an equal one, with a copy of its folder, both known to the server as two. */
async function twoEqualMachines(t: Test) {
  const port = String(await freePort());
  const dataDir = tempDir(t);
  const start = () => startServer(t, { dataDir, environment: { VIGIA_PORT: port } });
  const server = await start();
  const machine = await enrol(t, server);
  const { deviceId } = machine;
  const copy = new Machine(t, deviceId, tempDir(t));
  cpSync(machine.dataDir, copy.dataDir, { recursive: true });
  const agent = machine.start();
  await server.untilDevice(deviceId, 'reports', ({ lastReportAt }) => lastReportAt !== null);
  const other = copy.start();
  const incident = await server.untilIncident(deviceId, 'identity.cloned', () => true);
  await untilTwins(server, deviceId, 'reports are kept apart', (twins) => (besideOf(twins)?.keptReports ?? 0) > 2);
  return { server, start, deviceId, machine, copy, agent, other, incident };
}

/** The machine's own reports since the twin began: of which runs they are. */
const runsIn = (server: StoryServer, deviceId: string): Map<string, number> => {
  const runs = new Map<string, number>();
  for (const { runId } of server.reports(deviceId)) runs.set(runId, (runs.get(runId) ?? 0) + 1);
  return runs;
};

t.test('of two equal machines neither is cut off, over a restart of the server, until somebody decides', async (t) => {
  const { server, start, deviceId, agent, copy, other, incident } = await twoEqualMachines(t);
  t.match(incident, { priority: 'high', state: 'open', sentence: /kept apart until somebody says which one/ });
  const before = await twinsOf(server, deviceId);
  t.match(before, { isUndecided: true, machines: [{ id: 'judged', isConnected: true }, { isConnected: true }] });
  const byHand = await server.ask('POST', `/api/v1/incidents/${incident.id}/resolve`, {}, 'technician');
  t.match(byHand, { status: 409, text: /Say which one it is/ });

  await server.app.stop();
  const again = await start();
  const kept = besideOf(before)?.keptReports ?? 0;
  await untilTwins(again, deviceId, 'more is kept', (twins) => (besideOf(twins)?.keptReports ?? 0) > kept + 2);
  t.equal((await again.incidents(deviceId)).filter(({ rule }) => rule === 'identity.cloned').length, 1);
  t.equal((await again.untilDevice(deviceId, 'is up', ({ state }) => state === 'up')).state, 'up');

  const path = `/api/v1/devices/${deviceId}/twins/decision`;
  t.equal((await again.ask('POST', path, { machine: 'judged' }, 'viewer')).status, 403);
  t.equal((await again.ask('POST', path, { machine: 'nobody' }, 'technician')).status, 404);
  const decided = await again.ask('POST', path, { machine: 'judged' }, 'technician');
  t.match(decided, { status: 200, body: { isUndecided: false, machines: [{ id: 'judged' }, { role: 'given_up' }] } });
  t.equal((await again.ask('POST', path, { machine: 'judged' }, 'technician')).status, 409, 'once');
  await other.untilSays('identity_given_up');
  t.match(other.output, /Stop the agent here, delete its data folder and enrol it with a new token/);
  t.match(await again.incident(incident.id), { state: 'resolved' });
  await other.stop('SIGKILL');
  const restarted = copy.start();
  await restarted.untilSays('identity_given_up');
  const runs = runsIn(again, deviceId);
  const own = /"run":"([0-9a-f]{32})"/.exec(agent.output)?.[1] ?? '';
  const others = /"run":"([0-9a-f]{32})"/.exec(other.output)?.[1] ?? '';
  t.ok((runs.get(own) ?? 0) > 3);
  t.ok((runs.get(others) ?? 0) <= 3, 'what was kept apart is dropped, but for what came before it showed itself');
  t.match(await twinsOf(again, deviceId), { machines: [{ keptReports: 0 }, { keptReports: 0 }] });
  t.equal((await again.incidents(deviceId)).filter(({ state }) => state === 'open').length, 0);
  for (const one of [agent, restarted]) await one.stop('SIGKILL');
});

t.test('that one is the machine: it goes on, what was kept of it is taken in, the other is refused', async (t) => {
  const { server, deviceId, agent, other, incident } = await twoEqualMachines(t);
  const twins = await twinsOf(server, deviceId);
  const chosen = besideOf(twins) as TwinMachine;
  const path = `/api/v1/devices/${deviceId}/twins/decision`;
  const decided = await server.ask('POST', path, { machine: chosen.id }, 'technician');
  t.match(decided, { status: 200, body: { isUndecided: false } });
  await agent.untilSays('identity_given_up');
  const own = /"run":"([0-9a-f]{32})"/.exec(other.output)?.[1] ?? '';
  const sequencesOf = (): number[] =>
    server
      .reports(deviceId)
      .filter(({ runId }) => runId === own)
      .map(({ sequence }) => sequence)
      .sort((a, b) => a - b);
  // What was on its way when it was disconnected comes again, behind newer ones.
  const goesOn = await until('its reports count, all of them', async () => {
    const { machines } = await twinsOf(server, deviceId);
    const sequences = sequencesOf();
    const isWhole = sequences.length > chosen.keptReports + 2 && sequences.at(-1) === new Set(sequences).size;
    return machines[0]?.isConnected && machines[0].keptReports === 0 && isWhole && { machines, sequences };
  });
  t.match(goesOn.machines, [{ role: 'judged' }, { role: 'given_up' }]);
  const expected = Array.from({ length: goesOn.sequences.length }, (_, index) => index + 1);
  t.same(goesOn.sequences, expected, 'every report of it, each once');
  t.equal((await server.untilDevice(deviceId, 'is up', ({ state }) => state === 'up')).state, 'up');
  const { events, state } = await server.incident(incident.id);
  t.equal(state, 'resolved');
  t.match(events.at(-1)?.text, /are taken in\. The other, at 127\.0\.0\.1, is refused until it is enrolled anew/);
  const open = (await server.incidents(deviceId)).filter((one) => one.state !== 'resolved');
  t.same(open, [], 'nothing is raised by the change');
  for (const one of [agent, other]) await one.stop('SIGKILL');
});

t.test('what one machine does raises nothing', async (t) => {
  const server = await startServer(t);
  const { deviceId, dataDir } = await enrol(t, server);
  const identity = loadOrCreateIdentity(dataDir);
  const bootedAt = Date.now() - 3_600_000;
  /** @param lagMs how long the machine did not run, since it was set back to a snapshot */
  const connect = async (run: number, bootId = 'boot-1', lagMs = 0) => {
    const link = await RawLink.open(t, server.address);
    const bootMs = Date.now() - bootedAt - lagMs;
    const clocks = { wallMs: Date.now(), monotonicMs: bootMs, bootMs };
    const hello = helloFrame(identity.publicKey, { runId: Buffer.alloc(16, run), bootId, clocks });
    link.send(hello);
    const { identityKey, nonce } = await link.untilFrame('challenge');
    link.send({
      type: 'proof',
      signature: identity.sign(agentProofMessage(identityKey, nonce, hello.nonce, hello.runId)),
    });
    await link.untilFrame('welcome');
    return link;
  };
  await connect(1);
  await connect(1);
  await connect(2);
  await connect(2);
  await connect(3, 'boot-2');
  await connect(2, 'boot-1', 600_000);
  await connect(4, 'boot-1', 600_000);
  await connect(2, 'boot-1', 1_200_000);
  await connect(2, 'boot-1', 1_200_000);
  t.match(await twinsOf(server, deviceId), { isUndecided: false, machines: [{ id: 'judged' }] });
  t.same(
    (await server.incidents(deviceId)).filter(({ rule }) => rule === 'identity.cloned'),
    [],
  );
});
