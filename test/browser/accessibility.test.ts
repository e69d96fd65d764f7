import t from 'tap';
import { violations } from '../support/axe.ts';
import { type FakeDashboard, openDashboard } from '../support/fake-dashboard.ts';
import { until } from '../support/until.ts';

t.setTimeout(240_000);

const paths = ({ idOf }: FakeDashboard) => [
  '/',
  '/fleet',
  '/fleet?group=site',
  `/devices/${idOf('db-1')}`,
  `/devices/${idOf('edge-1')}`,
  '/incidents?state=all',
  '/incidents/i2',
  '/incidents/i5',
  '/add',
  '/settings/display',
  '/settings/people',
  '/settings/keys',
  '/settings/tokens',
  '/settings/about',
  '/nothing/here',
];

for (const colorScheme of ['light', 'dark'] as const) {
  t.test(`axe finds nothing in ${colorScheme}`, async (t) => {
    const dashboard = await openDashboard(t, { browser: { colorScheme } });
    const { api, page, visit } = dashboard;
    for (const path of paths(dashboard)) {
      await visit(path);
      t.same(await violations(page, colorScheme), [], path);
    }
    await visit('/');
    await page.getByRole('heading', { level: 1 }).waitFor();
    for (const key of ['/', '?']) {
      await page.keyboard.press(key);
      await page.locator('dialog[open]').waitFor();
      t.same(await violations(page, colorScheme), [], `the overlay of ${key}`);
      await page.keyboard.press('Escape');
      // Until it is closed, the next key belongs to it.
      await page.locator('dialog[open]').waitFor({ state: 'hidden' });
    }
    api.blind(true);
    await page.getByText(/Live connection lost/).waitFor();
    t.same(await violations(page, colorScheme), [], 'blind');
    const gate = await openDashboard(t, { signedIn: false, browser: { colorScheme } });
    await gate.visit('/');
    t.same(await violations(gate.page, colorScheme), [], 'login');
  });
}

t.test('a phone scrolls down and never sideways', async (t) => {
  const dashboard = await openDashboard(t, { browser: { viewport: { width: 390, height: 844 } } });
  for (const path of paths(dashboard)) {
    await dashboard.visit(path);
    await until('all is loaded', async () => (await dashboard.page.locator('.loading').count()) === 0);
    const width = await dashboard.page.evaluate(() => document.documentElement.scrollWidth);
    t.equal(width, 390, path);
  }
});
