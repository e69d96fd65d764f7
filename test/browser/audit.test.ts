import t from 'tap';
import { violations } from '../support/axe.ts';
import { openDashboard } from '../support/fake-dashboard.ts';

t.setTimeout(900_000);

t.test('the audit log is searched, and the address holds the search', async (t) => {
  const { page, visit } = await openDashboard(t);
  await visit('/settings/audit');
  await page.getByRole('cell', { name: /Retired a device/ }).waitFor();
  t.same(await violations(page), []);
  t.match(await page.getByRole('row').nth(1).innerText(), /Ben Carter[\s\S]*Retired a device[\s\S]*gone/);
  t.match(await page.getByRole('row').nth(2).innerText(), /The server[\s\S]*Changed a client[\s\S]*Name: Acme/);

  t.match(
    await page.getByRole('row').nth(3).innerText(),
    /Made an enrolment token[\s\S]*Site: Main clinic[\s\S]*Valid for: 10 min/,
  );
  const when = page.getByRole('row').nth(3).locator('time').first();
  t.match(await when.innerText(), /^\d{1,2} \w+ 20\d\d, \d\d:\d\d:\d\d$/);
  t.equal(await when.evaluate((one) => one.getClientRects().length), 1, 'on one line');

  await page.getByLabel('What', { exact: true }).selectOption('Changed a client');
  await page.getByRole('cell', { name: /Retired a device/ }).waitFor({ state: 'detached' });
  t.equal(new URL(page.url()).search, '?action=client.change');
  const asked = page.waitForRequest(
    (request) => request.url().includes('/api/v1/audit?') && request.url().includes('to='),
  );
  await page.getByLabel('To (day, included)').fill('2026-03-01');
  const { searchParams } = new URL((await asked).url());
  t.equal(searchParams.get('action'), 'client.change');
  t.match(searchParams.get('to'), /^2026-03-0[12]T\d\d:00:00\.000Z$/);
  const file = await page.getByRole('link', { name: 'Save as CSV' }).getAttribute('href');
  t.match(file, /^\/api\/v1\/audit\.csv\?action=client\.change&to=2026-03-0/);
});
