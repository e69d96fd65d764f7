import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { loadOrCreateIdentity } from '../../agent/identity/identity.ts';
import type { TwinMachines } from '../../protocol/api/twin.ts';
import { agentProofMessage } from '../../protocol/wire/frame.ts';
import { violations } from '../support/axe.ts';
import { openPage } from '../support/chromium.ts';
import { helloFrame, RawLink } from '../support/raw-link.ts';
import { type StoryServer, startServer } from '../support/story.ts';
import { enrol } from '../support/story-agent.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

const BOOT_AGO_MS = 3_600_000;

/** A device whose key two machines hold, each with its boot; the second has sent reports. */
async function twoMachines(t: Test, server: StoryServer): Promise<{ deviceId: string; incidentId: string }> {
  const { deviceId, dataDir } = await enrol(t, server);
  const identity = loadOrCreateIdentity(dataDir);
  const clocks = () => ({ wallMs: Date.now(), monotonicMs: BOOT_AGO_MS, bootMs: Math.round(performance.now()) });
  const connect = async (run: number) => {
    const link = await RawLink.open(t, server.address);
    const runId = Buffer.alloc(16, run);
    const hello = helloFrame(identity.publicKey, { runId, bootId: `boot-${run}`, clocks: clocks() });
    link.send(hello);
    const { identityKey, nonce } = await link.untilFrame('challenge');
    const signature = identity.sign(agentProofMessage(identityKey, nonce, hello.nonce, hello.runId));
    link.send({ type: 'proof', signature });
    await link.untilFrame('welcome');
    return link;
  };
  await connect(1);
  await connect(2);
  await connect(1);
  const beside = await connect(2);
  const metrics = [{ name: 'cpu.busy', unit: 'ratio', kind: 'gauge', decimals: 4 }] as const;
  beside.send({ type: 'schema', run: 0, schema: 1, metrics });
  for (let sequence = 1; sequence <= 12; sequence += 1)
    beside.send({ type: 'report', run: 0, schema: 1, sequence, backfill: false, clocks: clocks(), scaled: [1_000] });
  const { id } = await server.untilIncident(deviceId, 'identity.cloned', () => true);
  await until('its reports are kept', async () => {
    const { machines }: TwinMachines = await server.get(`/api/v1/devices/${deviceId}/twins`);
    return machines[1]?.keptReports === 12;
  });
  return { deviceId, incidentId: id };
}

async function signIn(page: Page, server: StoryServer): Promise<void> {
  const token = new URL(server.app.firstRunLink() ?? '').hash.replace('#token=', '');
  const account = { token, name: 'Ada Lovelace', email: 'ada@example.com', password: 'lanterns over quiet gravel' };
  await page.goto(`${server.address}/healthz`);
  const status = await page.evaluate(async (body) => {
    const headers = { 'content-type': 'application/json' };
    return (await fetch('/api/v1/first-run', { method: 'POST', headers, body: JSON.stringify(body) })).status;
  }, account);
  if (status >= 300) throw new Error(`The first account could not be made: ${status}`);
}

t.test('one click says which of two equal machines it is, from the incident and from the device', async (t) => {
  const server = await startServer(t);
  const [first, second] = [await twoMachines(t, server), await twoMachines(t, server)];
  const page = await openPage(t);
  await signIn(page, server);

  await page.goto(`${server.address}/incidents/${first.incidentId}`);
  await page.getByRole('heading', { name: /^Which of these is / }).waitFor();
  await page.getByText('12 reports', { exact: true }).waitFor();
  await page.getByText('its 12 reports are dropped', { exact: false }).waitFor();
  t.same(await violations(page), []);
  await page.getByText('Was there first, and is judged').waitFor();
  await page.getByText('This one is the machine').first().click();
  await page.getByText(/^An equal machine at 127\.0\.0\.1 is refused until it is enrolled anew/).waitFor();
  await server.untilIncident(first.deviceId, 'identity.cloned', ({ state }) => state === 'resolved');
  t.same(server.reports(first.deviceId), [], 'what was kept apart is dropped');

  await page.goto(`${server.address}/devices/${second.deviceId}`);
  await page.getByText('Came later, and is kept apart').waitFor();
  t.same(await violations(page), []);
  await page.getByText('This one is the machine').last().click();
  await page.getByText(/^An equal machine at 127\.0\.0\.1 is refused until it is enrolled anew/).waitFor();
  await until('its reports are in the history', () => server.reports(second.deviceId).length === 12);
  await server.untilIncident(second.deviceId, 'identity.cloned', ({ state }) => state === 'resolved');
});
