import t from 'tap';
import { overSlowLink } from '../support/slow-link.ts';

/** Only root may make networks and a device between them. */
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
