import t from 'tap';
import { typed } from '../../protocol/said/said.ts';
import { everyClient } from '../../server/domain/scope.ts';
import { violations } from '../support/axe.ts';
import { openPage } from '../support/chromium.ts';
import { startHttp } from '../support/http.ts';
import { addTenant, incidentRow } from '../support/store.ts';

t.setTimeout(900_000);

t.test('somebody of the client reports a problem on a phone', async (t) => {
  const { store, base, request, loggedIn, clock } = await startHttp(t);
  const acme = await addTenant(store, 'Acme');
  const all = store.scoped(everyClient);
  await all.sites.create(acme.client.id, 'Warehouse');
  const lost = incidentRow(acme, { device_id: null, onset_at: clock.nowMs - 60_000, opened_at: clock.nowMs - 60_000 });
  const said = { client_id: acme.client.id, incident_id: lost.id, at: clock.nowMs, kind: 'note', by_user: 'Ann' };
  await store.commit([
    all.incidents.saveStatement(lost),
    all.incidents.eventStatement({
      ...said,
      said_json: JSON.stringify(typed('The line is cut: a technician drives to you.')),
      client_visible: 1,
    }),
    all.incidents.eventStatement({ ...said, said_json: JSON.stringify(typed('The guard has the key 4711.')) }),
  ]);
  const headers = await loggedIn('admin');
  const made = await request('POST', `/api/v1/clients/${acme.client.id}/report-link`, { headers, body: {} });
  const page = await openPage(t, { viewport: { width: 390, height: 844 } });
  const requests: string[] = [];
  page.on('request', (sent) => requests.push(sent.url()));

  await page.goto(made.body.url);
  await page.getByText('Acme').waitFor();
  await page.getByText('The line is cut: a technician drives to you.').waitFor();
  t.equal(await page.getByText('4711').count(), 0, 'what we wrote for ourselves stays with us');
  t.same(await violations(page), []);
  t.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, 'never sideways');

  await page.getByLabel('Your name').fill('Ana');
  await page.getByLabel('Where is it?').selectOption('Main');
  await page.getByLabel('What does not work?').fill('No internet.');
  await page.getByRole('button', { name: 'Send the report' }).click();
  await page.getByText(/We know about this since .*\d\d:\d\d and are working on it/).waitFor();
  t.same(await violations(page), []);
  await page.getByRole('button', { name: 'Report something else' }).click();
  t.equal(await page.getByLabel('Your name').inputValue(), 'Ana', 'the name is kept');
  await page.getByLabel('Where is it?').selectOption('I am not sure');
  await page.getByLabel('What does not work?').fill('The printer is slow.');
  await page.getByRole('button', { name: 'Send the report' }).click();
  await page.getByText('Your report has reached us').waitFor();
  const reports = (await all.personReports.list({ limit: 10 })).items.map(({ text, via }) => `${via}: ${text}`);
  t.same(reports.toSorted(), ['portal: No internet.', 'portal: The printer is slow.']);
  const secret = new URL(made.body.url).hash.slice(1);
  t.notOk(
    requests.some((url) => url.replace(/#.*/, '').includes(secret)),
    'the secret is in no address that is sent',
  );
  t.ok(
    requests.every((url) => url.startsWith(base)),
    'nothing foreign is asked',
  );
});

t.test('a link that is cut off, and one that no longer works', async (t) => {
  const { base } = await startHttp(t);
  const page = await openPage(t);
  await page.goto(`${base}/report`);
  await page.getByText(/This address is not complete/).waitFor();
  t.same(await violations(page), []);
  await page.goto(`${base}/nowhere`);
  await page.goto(`${base}/report#${'A'.repeat(43)}`);
  await page.getByText(/This link no longer works/).waitFor();
  t.equal(await page.getByRole('button').count(), 0, 'there is nothing to send');
});
