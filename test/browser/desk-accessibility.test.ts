import t from 'tap';
import { violations } from '../support/axe.ts';
import { openDashboard } from '../support/fake-dashboard.ts';
import { dialogOpen } from '../support/page.ts';

t.setTimeout(900_000);

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
  '/recovery',
  '/recovery/plan-0',
  '/settings/receivers',
];

t.test('axe finds nothing in either theme', async (t) => {
  const { page, visit } = await openDashboard(t, { desk: true });
  let explained = 0;
  for (const path of paths) {
    await visit(path);
    const how = page.getByRole('button', { name: 'How was this computed?' });
    if ((await how.count()) > 0) {
      await how.click();
      explained += 1;
    }
    t.same(await violations(page), [], path);
  }
  t.ok(explained > 0, 'a due time was explained');
  const dialogs = [
    ['/maintenance', 'Plan a window'],
    ['/services', 'Add a check'],
    ['/recovery', 'Plan a backup'],
    ['/settings/receivers', 'Add a receiver'],
    ['/incidents/e2', 'Change priority'],
  ] as const;
  for (const [path, name] of dialogs) {
    await visit(path);
    await page.getByRole('button', { name, exact: true }).click();
    await dialogOpen(page);
    t.same(await violations(page), [], name);
  }
});

t.test('a phone scrolls down and never sideways', async (t) => {
  const { page, visit } = await openDashboard(t, { desk: true, browser: { viewport: { width: 390, height: 844 } } });
  for (const path of [...paths, '/maintenance?as=month']) {
    await visit(path);
    t.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, path);
  }
  await page.getByRole('button', { name: /\(menu\)/ }).click();
  await page.getByRole('link', { name: 'Services' }).click();
  await page.getByRole('heading', { name: 'Services', level: 1 }).waitFor();
});
