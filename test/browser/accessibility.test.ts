import t from 'tap';
import { look, violations } from '../support/axe.ts';
import { type FakeDashboard, openDashboard } from '../support/fake-dashboard.ts';
import { dialogGone, dialogOpen } from '../support/page.ts';

t.setTimeout(900_000);

const paths = ({ idOf }: FakeDashboard) => [
  '/',
  '/fleet',
  '/fleet?group=site',
  `/devices/${idOf('db-1')}`,
  `/devices/${idOf('edge-1')}`,
  `/devices/${idOf('db-1')}?range=30d`,
  '/compare',
  '/compare?metric=memory.available&range=30d&order=lowest',
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

t.test('axe finds nothing in either theme', async (t) => {
  const dashboard = await openDashboard(t);
  const { api, page, visit } = dashboard;
  for (const path of paths(dashboard)) {
    await visit(path);
    t.same(await violations(page), [], path);
  }
  await visit('/');
  for (const key of ['/', '?']) {
    await page.keyboard.press(key);
    await dialogOpen(page);
    t.same(await violations(page), [], `the overlay of ${key}`);
    await page.keyboard.press('Escape');
    await dialogGone(page);
  }
  api.blind(true);
  await page.getByText(/Live connection lost/).waitFor();
  t.same(await violations(page), [], 'blind');
  const gate = await openDashboard(t, { signedIn: false });
  await gate.visit('/');
  t.same(await violations(gate.page), [], 'login');
});

t.test('a fault is found in the theme that has it', async (t) => {
  const { page, visit } = await openDashboard(t);
  await visit('/settings/about');
  await page.evaluate(() => {
    const pale = document.createElement('p');
    pale.id = 'pale';
    pale.textContent = 'Hard to read at night';
    pale.style.color = 'light-dark(black, #333)';
    document.querySelector('main')?.append(pale, document.createElement('img'));
  });
  const found = await violations(page);
  t.equal(found.length, 2);
  t.match(found[0], /^dark color-contrast: #pale/);
  t.match(found[1], /^light image-alt: img/);
});

t.test('a phone scrolls down and never sideways, and fingers find what they look for', async (t) => {
  const dashboard = await openDashboard(t, { browser: { viewport: { width: 390, height: 844 } } });
  for (const path of paths(dashboard)) {
    await dashboard.visit(path);
    const width = await dashboard.page.evaluate(() => document.documentElement.scrollWidth);
    t.equal(width, 390, path);
    t.same(await look(dashboard.page, ['target-size']), [], `${path}: large enough to be touched`);
  }
  const inSight = async (path: string, name: string): Promise<void> => {
    await dashboard.visit(path);
    const box = await dashboard.page.locator(name).boundingBox();
    t.ok(box && box.x >= 0 && box.x + box.width <= 390, `${path}: what is chosen is in sight`);
  };
  await inSight('/settings/about', '.settings-nav [aria-current]');
  await inSight('/fleet?drive=low', '.chip[aria-pressed="true"]');
  await dashboard.page
    .getByText(/GB left$/)
    .first()
    .waitFor();
});
