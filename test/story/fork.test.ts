import t from 'tap';
import { readBootId, readClocks } from '../../agent/collect/clocks.ts';
import { loadOrCreateIdentity } from '../../agent/identity/identity.ts';
import type { TwinMachines } from '../../protocol/api/twin.ts';
import { agentProofMessage, Feature } from '../../protocol/wire/frame.ts';
import { describe } from '../../protocol/wire/metric.ts';
import { helloFrame, RawLink } from '../support/raw-link.ts';
import { startServer } from '../support/story.ts';
import { enrol } from '../support/story-agent.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

/**
 * A machine that was copied while it ran, memory and all: nothing differs, not even the run. The process of an agent cannot be
 * copied here; the second machine is a peer that speaks for the same run with the same key.
 */
t.test('of one run on two machines neither is cut off, and neither history takes from the other', async (t) => {
  const server = await startServer(t);
  const machine = await enrol(t, server);
  const { deviceId, dataDir } = machine;
  const agent = machine.start();
  await server.untilDevice(deviceId, 'reports', ({ lastReportAt }) => lastReportAt !== null);
  const shared = /"run":"([0-9a-f]{32})"/.exec(agent.output)?.[1] ?? '';
  const identity = loadOrCreateIdentity(dataDir);
  const knock = async (runId: Buffer, features: number): Promise<RawLink> => {
    const link = await RawLink.open(t, server.address);
    const hello = helloFrame(identity.publicKey, {
      runId,
      features,
      bootId: readBootId(undefined),
      clocks: readClocks(),
    });
    link.send(hello);
    const { identityKey, nonce } = await link.untilFrame('challenge');
    const signature = identity.sign(agentProofMessage(identityKey, nonce, hello.nonce, hello.runId));
    link.send({ type: 'proof', signature });
    return link;
  };
  const twins = (): Promise<TwinMachines> => server.get(`/api/v1/devices/${deviceId}/twins`);
  const sequencesOf = (run: string): number[] =>
    server
      .reports(deviceId)
      .filter(({ runId }) => runId === run)
      .map(({ sequence }) => sequence)
      .sort((a, b) => a - b);

  // The agent answers on the link that stands: the other one is the copy.
  const refused = await knock(Buffer.from(shared, 'hex'), Feature.newRun);
  t.match(await refused.untilFrame('error'), { code: 'run_forked', fatal: true, retryInMs: 0 });
  t.notMatch(agent.output, /not connected/);

  // While the agent does not run, its copy takes its place, as a link that is half open must give way.
  process.kill(agent.pid, 'SIGSTOP');
  const copy = await knock(Buffer.from(shared, 'hex'), Feature.newRun);
  await copy.untilFrame('welcome');
  const first = Math.max(...sequencesOf(shared)) + 1;
  copy.send({ type: 'schema', run: 0, schema: 1, metrics: [describe('cpu.busy')] });
  const tell = (sequence: number) =>
    copy.send({ type: 'report', run: 0, schema: 1, sequence, backfill: false, clocks: readClocks(), scaled: [1] });
  for (const sequence of [first, first + 1, first + 2]) tell(sequence);
  await until('the copy has reported', () => sequencesOf(shared).includes(first + 2));
  process.kill(agent.pid, 'SIGCONT');
  const question = await until('it is asked whether it is alive', () =>
    copy.frames.find((frame) => frame.type === 'ping' && frame.id >= 2 ** 40),
  );
  if (question.type === 'ping') copy.send({ type: 'pong', id: question.id, clocks: readClocks() });

  await agent.untilSays('going on as a new run');
  const own = /going on as a new run.*"run":"([0-9a-f]{32})"/.exec(agent.output)?.[1] ?? '';
  const incident = await server.untilIncident(deviceId, 'identity.cloned', () => true);
  t.match(incident, { state: 'open', sentence: /kept apart until somebody says which one/ });
  const undecided = await until('its reports are kept apart', async () => {
    const now = await twins();
    return (now.machines[1]?.keptReports ?? 0) > 3 && now;
  });
  t.match(undecided, { isUndecided: true, machines: [{ isConnected: true }, { role: 'beside', isConnected: true }] });
  t.same(sequencesOf(own), []);
  t.equal(copy.closeCode, undefined, 'the one judged keeps its link');
  tell(first + 3);
  await until('and goes on', () => sequencesOf(shared).includes(first + 3));
  t.equal(sequencesOf(shared).at(-1), first + 3, 'nothing of the other is in its history');
  t.equal((await server.incidents(deviceId)).filter(({ rule }) => rule === 'identity.cloned').length, 1);

  const chosen = undecided.machines[1]?.id;
  const path = `/api/v1/devices/${deviceId}/twins/decision`;
  const decided = await server.ask('POST', path, { machine: chosen }, 'technician');
  t.match(decided, { status: 200, body: { isUndecided: false } });
  t.match(await copy.untilFrame('error'), { code: 'identity_given_up' });
  const taken = await until('what was kept of it is taken in', async () => {
    const { machines } = await twins();
    const sequences = sequencesOf(own);
    return machines[0]?.isConnected && machines[0].keptReports === 0 && sequences.includes(first) && sequences;
  });
  t.ok(taken.includes(first + 1), 'also what it numbered as the other did');
  t.equal(taken.length, new Set(taken).size);
  await agent.stop('SIGKILL');
});
