import t from 'tap';
import { violations } from '../support/axe.ts';
import { openDashboard } from '../support/fake-dashboard.ts';
import { until } from '../support/until.ts';

t.setTimeout(300_000);

const paths = [
  '/',
  '/incidents',
  '/incidents/e2',
  '/incidents/e3-1',
  '/reports?client=c1&service=v-invoice',
  '/maintenance',
  '/maintenance?as=agenda',
  '/maintenance?window=w2',
  '/services',
  '/settings/receivers',
];

for (const colorScheme of ['light', 'dark'] as const) {
  t.test(`axe finds nothing in ${colorScheme}`, async (t) => {
    const { page, visit } = await openDashboard(t, { desk: true, browser: { colorScheme } });
    for (const path of paths) {
      await visit(path);
      const how = page.getByRole('button', { name: 'How was this computed?' });
      if ((await how.count()) > 0) await how.click();
      t.same(await violations(page, colorScheme), [], path);
    }
    const dialogs = [
      ['/maintenance', 'Plan a window'],
      ['/services', 'Add a check'],
      ['/settings/receivers', 'Add a receiver'],
      ['/incidents/e2', 'Change priority'],
    ] as const;
    for (const [path, name] of dialogs) {
      await visit(path);
      await page.getByRole('button', { name, exact: true }).click();
      await page.locator('dialog[open]').waitFor();
      t.same(await violations(page, colorScheme), [], name);
    }
  });
}

t.test('a phone scrolls down and never sideways', async (t) => {
  const { page, visit } = await openDashboard(t, { desk: true, browser: { viewport: { width: 390, height: 844 } } });
  for (const path of [...paths, '/maintenance?as=month']) {
    await visit(path);
    await until('all is loaded', async () => (await page.locator('.loading').count()) === 0);
    t.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, path);
  }
  await page.getByRole('button', { name: /\(menu\)/ }).click();
  await page.getByRole('link', { name: 'Services' }).click();
  await page.getByRole('heading', { name: 'Services', level: 1 }).waitFor();
});
