import type { Page } from 'playwright-core';
import t from 'tap';
import { openDashboard } from '../support/fake-dashboard.ts';
import { until } from '../support/until.ts';

t.setTimeout(400_000);

/** What the page asks for, in order: the paths of the API, `live`, and `program` for the main script. */
function followOrder(page: Page): string[] {
  const asked: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/api/v1/')) asked.push(pathname.slice('/api/v1'.length));
  });
  page.on('websocket', () => asked.push('live'));
  return asked;
}

/** Lets the program come only after `gate`, as over a slow line. */
async function holdProgram(page: Page, gate: Promise<void>): Promise<void> {
  await page.route(/\/assets\/main-\w+\.js$/, async (route) => {
    await gate;
    await route.continue();
  });
}

const timesOf = (asked: readonly string[], what: string): number => asked.filter((one) => one === what).length;

t.test('session, overview and live connection are begun before the program is there, and used by it', async (t) => {
  const { page, api, visit } = await openDashboard(t);
  await visit('/fleet');
  const { promise, resolve } = Promise.withResolvers<void>();
  await holdProgram(page, promise);
  const asked = followOrder(page);
  await page.goto(`${api.url}/fleet?q=renamed`, { waitUntil: 'commit' });
  await until('the overview is asked for', () => asked.includes('/overview'));
  t.same([...asked].sort(), ['/overview', '/session', 'live'], 'without a line of the program');
  const changed = [...api.world.devices.values()].find(({ state }) => state === 'up');
  if (!changed) throw new Error('nothing is up in the made-up fleet');
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/overview')),
  );
  // It happens after the overview was made and before anybody listens.
  api.world.push({ devices: [{ ...changed, name: 'renamed-meanwhile' }] });
  resolve();
  await page.getByRole('link', { name: 'renamed-meanwhile', exact: true }).first().waitFor();
  await page.locator('.live-up').waitFor({ state: 'attached' });
  for (const what of ['/overview', '/session', 'live']) t.equal(timesOf(asked, what), 1, `${what} is asked for once`);
});

t.test('a browser in which nobody was signed in asks for nothing early', async (t) => {
  const { page, api } = await openDashboard(t, { signedIn: false });
  const { promise, resolve } = Promise.withResolvers<void>();
  await holdProgram(page, promise);
  const asked = followOrder(page);
  await page.goto(`${api.url}/`, { waitUntil: 'commit' });
  await page.waitForFunction(() => 'vigiaEarly' in window || performance.getEntriesByType('resource').length >= 3);
  t.same(asked, []);
  resolve();
  await page.getByLabel('Password').waitFor();
  t.same(asked, ['/session']);
});

t.test('a session that has ended meanwhile is no session, and the next start does not ask early', async (t) => {
  const { page, api, visit } = await openDashboard(t);
  await visit('/');
  api.world.session = null;
  await page.goto(`${api.url}/`);
  await page.getByLabel('Password').waitFor();
  t.equal(await page.evaluate(() => localStorage.getItem('vigia.signedIn')), null);
});

t.test('an early answer that failed is asked for again', async (t) => {
  const { page, visit } = await openDashboard(t);
  await visit('/');
  let refused = 0;
  await page.route('**/api/v1/session', async (route) => {
    refused += 1;
    if (refused === 1) await route.abort();
    else await route.continue();
  });
  await visit('/fleet');
  t.equal(refused, 2);
});

t.test('a live connection that breaks before the program is there is not trusted with an old overview', async (t) => {
  const { page, api, visit } = await openDashboard(t);
  await visit('/fleet');
  const { promise, resolve } = Promise.withResolvers<void>();
  await holdProgram(page, promise);
  const asked = followOrder(page);
  await page.goto(`${api.url}/fleet?q=renamed`, { waitUntil: 'commit' });
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/overview')),
  );
  api.blind(true);
  const [changed] = api.world.devices.values();
  if (!changed) throw new Error('the made-up fleet is empty');
  api.world.devices.set(changed.id, { ...changed, name: 'renamed-unheard' });
  api.blind(false);
  resolve();
  await page.getByRole('link', { name: 'renamed-unheard', exact: true }).first().waitFor();
  t.ok(timesOf(asked, '/overview') >= 2, 'it was asked for again');
});
