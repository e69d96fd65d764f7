import t from 'tap';
import { violations } from '../support/axe.ts';
import { openDashboard } from '../support/fake-dashboard.ts';
import { dialogGone, dialogOpen } from '../support/page.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

t.test('a person changes their own password', async (t) => {
  const { page, visit } = await openDashboard(t);
  await visit('/settings/account');
  t.same(await violations(page), []);
  await page.getByLabel('Current password').fill('an old password');
  await page.getByLabel('New password').fill('lanterns over quiet gravel');
  const sent = page.waitForRequest('**/api/v1/session/password');
  await page.getByRole('button', { name: 'Change the password' }).click();
  t.same((await sent).postDataJSON(), { current: 'an old password', password: 'lanterns over quiet gravel' });
  await page.getByText('The password is changed.').waitFor();
  t.equal(await page.getByLabel('Current password').inputValue(), '');
});

t.test('an admin makes a link to a new password for somebody else', async (t) => {
  const { page, visit } = await openDashboard(t);
  await visit('/settings/people');
  await page.getByRole('button', { name: 'Link to a new password: Ben Carter' }).click();
  await dialogOpen(page);
  await page.getByRole('button', { name: 'Make the link' }).click();
  t.match(await page.getByLabel('Link to a new password', { exact: true }).inputValue(), /\/reset-password#token=/);
  t.same(await violations(page), []);
});

t.test('the page behind the link, also for who is not signed in', async (t) => {
  const { page, api, visit } = await openDashboard(t, { signedIn: false });
  await visit('/reset-password');
  await page.getByText(/This address is not complete/).waitFor();
  await page.goto('about:blank');
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(`${api.url}/reset-password#token=secretsecretsecret`);
  await page.getByText('For Ben Carter, ben@lookout.example.').waitFor();
  t.same(await violations(page), []);
  await page.getByLabel('New password').fill('lanterns over quiet gravel');
  const sent = page.waitForRequest((request) => request.method() === 'POST');
  await page.getByRole('button', { name: 'Set the password and sign in' }).click();
  t.same((await sent).postDataJSON(), { token: 'secretsecretsecret', password: 'lanterns over quiet gravel' });
  await until('the dashboard opens', () => new URL(page.url()).pathname === '/');
  t.notOk(
    requests.some((url) => new URL(url).pathname.includes('secret') || new URL(url).search.includes('secret')),
    'the token is in no address that is sent',
  );
});

t.test('who is removed: what they made ends, unless it is kept', async (t) => {
  const { page, visit } = await openDashboard(t);
  await visit('/settings/people');
  await page.getByRole('button', { name: 'Remove: Ben Carter' }).click();
  await page.getByRole('group', { name: 'What Ben Carter made that still works' }).waitFor();
  t.same(await violations(page), []);
  await page.getByLabel('Keep the API key Ticket robot (Technician)').check();
  const sent = page.waitForRequest('**/disable');
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  t.same((await sent).postDataJSON(), { keep: ['k2'] });
  await dialogGone(page);
  await until('he is gone', async () => (await page.getByText('Ben Carter').count()) === 0);
});

t.test('lists of keys and tokens say who, when last, and until when', async (t) => {
  const { page, visit } = await openDashboard(t);
  await visit('/settings/keys');
  const robot = page.getByRole('row', { name: /^Ticket robot/ });
  t.match(await robot.innerText(), /Ben Carter[\s\S]*never[\s\S]*no end/);
  await visit('/settings/tokens');
  t.match(await page.getByRole('row', { name: /Ben Carter/ }).innerText(), /\d hr ago/);
});

t.test('a key that is revoked: what was made with it is listed and ends, unless it is kept', async (t) => {
  const { page, visit } = await openDashboard(t);
  await visit('/settings/keys');
  await page.getByRole('button', { name: 'Revoke: Ticket robot' }).click();
  const made = page.getByRole('group', { name: 'What Ticket robot made that still works' });
  await made.waitFor();
  t.equal(await made.getByRole('checkbox').count(), 2, 'a key and a token');
  t.same(await violations(page), []);
  await made.getByLabel('Keep the API key Nightly export (Viewer)').check();
  const sent = page.waitForRequest('**/api-keys/k2/revoke');
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  t.same((await sent).postDataJSON(), { keep: ['k3'] });
  await dialogGone(page);
  await until(
    'it is gone',
    async () => (await page.getByRole('button', { name: 'Revoke: Ticket robot' }).count()) === 0,
  );
  t.equal(await page.getByRole('row', { name: /Nightly export/ }).count(), 1, 'what is kept goes on');
  await visit('/settings/tokens');
  await page.getByRole('row', { name: /Ben Carter/ }).waitFor();
  t.equal(await page.getByRole('row', { name: /Ticket robot/ }).count(), 0, 'the token has ended');
});

t.test('a key that made nothing is revoked by one more click', async (t) => {
  const { page, visit } = await openDashboard(t);
  await visit('/settings/keys');
  await page.getByRole('button', { name: 'Revoke: Prometheus' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).waitFor();
  t.equal(await page.getByRole('dialog').getByRole('checkbox').count(), 0);
  const sent = page.waitForRequest('**/api-keys/k1/revoke');
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  t.same((await sent).postDataJSON(), { keep: [] });
  await dialogGone(page);
});

t.test('the link of a report page: who made it is said, and it is listed among what they made', async (t) => {
  const { page, api, visit } = await openDashboard(t);
  Object.assign(api.world.clients[1] ?? {}, { hasReportLink: true });
  await visit('/clients/c2');
  const facts = page.getByText(/Made by Ben Carter on .*Last used: .*Works until: no end/);
  await facts.waitFor();
  t.match(await facts.innerText(), /5 hr ago/);
  await visit('/settings/people');
  await page.getByRole('button', { name: 'Remove: Ben Carter' }).click();
  await page.getByLabel(/^Keep the link of the report page of /).check();
  const sent = page.waitForRequest('**/disable');
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  t.same((await sent).postDataJSON(), { keep: ['c2'] });
});
