import t from 'tap';
import { typed } from '../../protocol/said/said.ts';
import { openDashboard } from '../support/fake-dashboard.ts';
import { reads } from '../support/page.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

t.test('a lost live connection is said at once, and what changed meanwhile is there when it is back', async (t) => {
  const { page, api, visit, idOf } = await openDashboard(t);
  await visit('/');
  api.blind(true);
  await page.getByText(/Live connection lost at/).waitFor();
  await page.locator('main.blind').waitFor();
  await page.locator('.health').getByText('Not reachable').waitFor();
  api.world.devices.get(idOf('mail-1'))!.state = 'lost';
  api.blind(false);
  // It may have tried by itself meanwhile, and its button be gone.
  await page.getByRole('button', { name: 'Try now' }).evaluateAll((buttons: HTMLElement[]) => {
    for (const button of buttons) button.click();
  });
  await page.getByRole('link', { name: '2 lost' }).waitFor();
  await until('the banner goes', async () => (await page.getByText(/Live connection lost/).count()) === 0);
  t.ok(await until('the page is clear again', async () => (await page.locator('main.blind').count()) === 0));
});

t.test('a server that has just started says that absence is not judged yet, and its warnings are shown', async (t) => {
  const { page, api, visit } = await openDashboard(t);
  api.world.health = {
    ...api.world.health,
    judgingFrom: new Date(Date.now() + 60_000).toISOString(),
    warningsSaid: [typed('The disk of the data folder is nearly full.')],
  };
  await visit('/fleet');
  await page.getByText('Absence is not judged until').waitFor();
  await page.getByText('The disk of the data folder is nearly full.').waitFor();
  api.world.push({
    server: {
      ...api.world.health,
      now: new Date().toISOString(),
      judgingFrom: new Date(0).toISOString(),
      warningsSaid: [],
    },
  });
  t.ok(await until('both go', async () => (await page.locator('.banner').count()) === 0));
});

t.test(
  'a warning of the server stands once, above every page, and its card says that it needs attention',
  async (t) => {
    const { page, api, visit } = await openDashboard(t);
    const warning = 'The disk of the data folder is nearly full.';
    api.world.health = { ...api.world.health, warnings: [warning], warningsSaid: [typed(warning)] };
    for (const path of ['/', '/settings/about']) {
      await visit(path);
      await page.locator('.health').getByText('Needs attention').waitFor();
      t.equal(await page.locator('.banner').getByText(warning).count(), 1, `${path} says it`);
      t.equal(await page.getByText(warning).count(), 1, `${path} says it once`);
    }
  },
);

t.test('never seen and unknown are shown as such, never as zero', async (t) => {
  const { page, api, visit } = await openDashboard(t);
  await visit('/fleet?state=pending');
  const row = page.locator('.fleet-table .rows-body .fleet-row').first();
  await reads(t, row, /Never seen/);
  t.notMatch(await row.textContent(), /0%/);
  const pending = [...api.world.devices.values()].find(({ state }) => state === 'pending')!;
  await visit(`/devices/${pending.id}`);
  await page.getByText('Nothing is known yet.').waitFor();
  await page.getByText('This machine has not reported any measurement yet.').waitFor();
});

t.test('quiet and empty say true things', async (t) => {
  const quiet = await openDashboard(t);
  for (const incident of quiet.api.world.incidents.values())
    Object.assign(incident, { state: 'resolved', resolvedAt: new Date().toISOString() });
  await quiet.visit('/');
  await quiet.page.getByRole('heading', { name: 'All quiet' }).waitFor();
  await quiet.page.getByText(/Nothing needs you\. The newest report came/).waitFor();
  const empty = await openDashboard(t, { devices: 0 });
  await empty.visit('/');
  await empty.page.getByRole('heading', { name: 'Nothing to watch yet' }).waitFor();
  t.equal(await empty.page.getByRole('heading', { name: 'All quiet' }).count(), 0, 'no machine is not a quiet fleet');
});
