import type { Page } from 'playwright-core';
import t from 'tap';
import type { RecoveryPlanInput } from '../../protocol/api/recovery.ts';
import { violations } from '../support/axe.ts';
import { openPage } from '../support/chromium.ts';
import { type StoryServer, startServer } from '../support/story.ts';
import { enrol } from '../support/story-agent.ts';

t.setTimeout(300_000);

const HOUR_MS = 3_600_000;

async function signIn(page: Page, server: StoryServer): Promise<void> {
  const token = new URL(server.app.firstRunLink() ?? '').hash.replace('#token=', '');
  const account = { token, name: 'Ada Lovelace', email: 'ada@example.com', password: 'lanterns over quiet gravel' };
  await page.goto(`${server.address}/healthz`);
  await page.evaluate(async (body) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch('/api/v1/first-run', { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`The first account could not be made: ${answer.status}`);
  }, account);
}

t.test('a plan is made with a promise that holds, and the page says what would be lost of each', async (t) => {
  const server = await startServer(t);
  const { deviceId } = await enrol(t, server);
  const page = await openPage(t);
  await signIn(page, server);

  await page.goto(`${server.address}/recovery`);
  await page.getByText('Nothing is protected yet.', { exact: false }).waitFor();
  t.same(await violations(page), []);
  await page.getByRole('button', { name: 'Plan a backup' }).first().click();
  const form = page.getByRole('dialog');
  const client = (await server.get(`/api/v1/devices/${deviceId}`)).clientId;
  await form.getByLabel('Client').selectOption(client);
  await form.getByLabel('Name', { exact: true }).fill('Files of the office');
  await form.getByLabel('Which machine').selectOption(deviceId);
  await form.getByLabel('Where the backups lie').fill('NAS in the cellar');
  await form.getByLabel('At most this much work is lost, hours').fill('24');
  await form.getByLabel('Time zone').fill('UTC');
  await form.getByText('The RPO of 24 h can never hold', { exact: false }).waitFor();
  t.same(await violations(page), []);
  await form.getByRole('button', { name: 'Promise 26h instead' }).click();
  await form.getByText('holds', { exact: false }).waitFor();
  await form.getByRole('button', { name: 'Plan a backup' }).click();
  await page.getByRole('row', { name: /Files of the office/ }).waitFor();
  t.equal(await page.getByRole('dialog').count(), 0);

  const [files] = (await server.get('/api/v1/recovery/plans')).items;
  t.equal(files?.rpoMinutes, 26 * 60, 'as was proposed');

  const hourly: RecoveryPlanInput = {
    ...{ clientId: client, deviceId: null, serviceId: null, name: 'Orders', tool: 'command', rpoMinutes: 60 },
    ...{ target: { place: 'Cloud', isOffSite: true }, rtoMinutes: 240, rhythm: { kind: 'interval', everyMinutes: 30 } },
    ...{ closed: { weekdays: [], dates: [] }, timeZone: 'UTC', durationMinutes: 5, graceMinutes: null },
  };
  const made = (await server.ask('POST', '/api/v1/recovery/plans', hourly)).body;
  const at = (agoMs: number) => new Date(Date.now() - agoMs).toISOString();
  const point = (planId: string, startedAt: string, finishedAt: string) =>
    server.ask('POST', '/api/v1/recovery/points', {
      planId,
      id: 'a',
      startedAt,
      finishedAt,
      exitCode: 0,
      sizeBytes: 5_000_000,
    });
  await point(made.id, at(3 * HOUR_MS), at(2.9 * HOUR_MS));
  await point(files?.id ?? '', at(3 * HOUR_MS), at(2 * HOUR_MS));

  await page.reload();
  await page.getByRole('row', { name: /^Breached Orders .*3h of 1h/ }).waitFor();
  await page.getByRole('row', { name: /^Kept Files of the office .*3h of 26h/ }).waitFor();
  const names = await page.locator('.rows-body .cell-name > a:first-child').allTextContents();
  t.same(names, ['Orders', 'Files of the office'], 'the worst first');
  await page.getByText('1 would lose more than promised').waitFor();
  t.same(await violations(page), []);

  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole('row', { name: /Orders/ }).waitFor();
  t.same(await violations(page), [], 'on a phone');
  await page.setViewportSize({ width: 1440, height: 900 });

  await page.getByLabel('Filter by name').fill('cellar');
  await page.getByRole('row', { name: /Orders/ }).waitFor({ state: 'detached' });
  await page.getByLabel('Filter by name').fill('');
  await page.getByRole('button', { name: /^Breached/ }).click();
  await page.getByRole('row', { name: /Files/ }).waitFor({ state: 'detached' });
  t.match(page.url(), /stage=breached/);

  await page.getByRole('link', { name: 'Orders' }).click();
  await page.getByRole('heading', { name: 'Orders' }).waitFor();
  await page.getByText('3h of 1h').waitFor();
  await page.getByText('every 30m').waitFor();
  t.same(await violations(page), []);

  await page.goto(server.address);
  const now = page.locator('section', { has: page.getByRole('heading', { name: 'Recovery at risk' }) });
  await now.getByRole('link', { name: /Backup of Orders/ }).click();
  await page.getByRole('heading', { name: 'Orders' }).waitFor();

  await page.getByRole('button', { name: 'Make an address' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Make an address' }).click();
  const lines = await page.getByLabel('Lines around the backup').inputValue();
  const [address = ''] = /https?:\/\/\S+(?=\/start;)/.exec(lines) ?? [];
  t.same(await violations(page), [], 'the address');
  await page.getByRole('button', { name: 'Close' }).click();
  for (const event of ['start', 'success?exit=0&size=2048'])
    t.equal((await fetch(`${address}/${event}`)).status, 200, `the job calls ${event}`);
  await page.reload();
  const told = page.locator('section', { has: page.getByRole('heading', { name: 'Runs that tell of themselves' }) });
  await told.getByText('complete').waitFor();
  await told.getByText('2.0 KB').waitFor();
  await page.getByText('Kept', { exact: true }).waitFor();

  await page.getByRole('button', { name: 'Record a drill' }).click();
  const drill = page.getByRole('dialog');
  await drill.getByLabel('Restored, GB').fill('12');
  await drill.getByLabel('Evidence').fill('Ticket 4711: every file compared');
  await drill.getByRole('button', { name: 'Record a drill' }).click();
  const drills = page.locator('section', { has: page.getByRole('heading', { name: 'Restore drills' }) });
  await drills.getByText('within the RTO').waitFor();
  await drills.getByText('restored, and the same').waitFor();
  await page.getByRole('button', { name: 'How often' }).click();
  await page.getByRole('dialog').getByLabel('A drill at least every so many days').fill('30');
  await page.getByRole('dialog').getByRole('button', { name: 'Save the plan' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  t.equal((await server.get(`/api/v1/recovery/plans/${made.id}/outlook`)).drills.target.maxAgeDays, 30);
  t.same(await violations(page), [], 'runs and drills');

  await page.goto(`${server.address}/devices/${deviceId}`);
  await page.getByRole('link', { name: 'Files of the office' }).waitFor();
  await page.getByText('3h of 26h').waitFor();
  t.same(await violations(page), [], 'the machine');
  await page.getByRole('link', { name: 'If it died now' }).click();
  await page.getByRole('heading', { name: /^If .* died now$/ }).waitFor();
  await page.getByText('never tried in full').waitFor();
  await page.getByText('No service counts on it.').waitFor();
  t.same(await violations(page), [], 'the sheet');
  await page.goto(`${server.address}/clients/${client}`);
  t.same(await violations(page), [], 'the client');
  await page.getByRole('link', { name: 'Orders' }).click();
  await page.getByRole('heading', { name: 'Orders' }).waitFor();

  await page.getByRole('button', { name: 'Remove the plan' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove the plan' }).click();
  await page.getByRole('heading', { name: 'Recovery' }).waitFor();
  await page.getByRole('row', { name: /Files of the office/ }).waitFor();
  t.equal(await page.getByRole('row', { name: /Orders/ }).count(), 0);
});
