import t from 'tap';
import { loadOrCreateIdentity } from '../../agent/identity.ts';
import { agentProofMessage } from '../../protocol/frame.ts';
import { helloFrame, RawLink } from '../support/raw-link.ts';
import { startServer } from '../support/story.ts';
import { enrol } from '../support/story-agent.ts';

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
