import t from 'tap';
import { Relay } from '../support/relay.ts';
import { overSlowLink } from '../support/slow-link.ts';
import { startServer } from '../support/story.ts';
import { enrol } from '../support/story-agent.ts';
import { until } from '../support/until.ts';

/** Only root may make networks and a device between them: for everybody else stands a slow way for the bytes alone. */
const asRoot = process.getuid?.() === 0 ? t.test.bind(t) : () => undefined;

t.setTimeout(900_000);

asRoot('over a link of 600 ms each way, past a dead address of every name, all connections stand', async (t) => {
  const { found, state, linkedAfterMs } = JSON.parse(await overSlowLink(t, 600));
  t.comment(`the agent was up after ${Math.round(linkedAfterMs)} ms`);
  const [web, tcp, agentsWeb, agentsTcp, mail, hook] = found;
  t.match(web, /^up: /);
  t.match(tcp, /^up: /);
  t.match(agentsWeb, /^up: /);
  t.match(agentsTcp, /^up: /);
  t.match(mail, { ok: true }, JSON.stringify(mail));
  t.match(hook, { ok: true }, JSON.stringify(hook));
  t.equal(state, 'up');
});

t.test('where each byte takes 600 ms, an agent enrols, is up and delivers', async (t) => {
  const server = await startServer(t, { reportInterval: '500ms', settings: { presence: { judgeAfterStartMs: 0 } } });
  const relay = await Relay.start(t, server.address, { delayMs: 600 });
  const machine = await enrol(t, server, { through: relay.address });
  machine.start();
  await until('reports', () => server.reports(machine.deviceId).length >= 5);
  t.match(await server.device(machine.deviceId), { state: 'up' });
  t.same(await server.incidents(machine.deviceId), []);
  const sequences = server.reports(machine.deviceId).map(({ sequence }) => sequence);
  t.equal(new Set(sequences).size, sequences.length, 'none twice');
});
