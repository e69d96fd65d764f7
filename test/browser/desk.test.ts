import t from 'tap';
import { openDashboard } from '../support/fake-dashboard.ts';
import { dialogGone, reads, stands } from '../support/page.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

t.test('Now: what is breached stands first, clocks count down, and no row jumps under the pointer', async (t) => {
  const { page, api, visit } = await openDashboard(t, { desk: true });
  await visit('/');
  const rows = page.locator('.incident-row');
  const sentences = () => page.locator('.incident-row .incident-sentence').allTextContents();
  await reads(t, rows.first(), /Invoicing is down.*breached \d+m/);
  await reads(t, rows.nth(1), /\/var has 4\.1 GB.*due in \d+m \d+s.*8\d% spent/);
  await reads(t, rows.nth(2), /Laboratory is lost.*on site/, 'the nearest of its two clocks counts');
  t.notMatch((await sentences()).join('\n'), /No contact with lis-1/, 'what another one explains stands with that one');
  const figure = rows.nth(1).locator('.deadline-figure').first();
  const before = await figure.textContent();
  await until('it ticks', async () => (await figure.textContent()) !== before);

  await rows.nth(3).hover();
  const order = await sentences();
  const last = api.world.incidents.get('e5')!;
  const soon = new Date(api.world.nowMs() + 60_000).toISOString();
  api.world.push({
    incidents: [
      { ...last, clock: { ...last.clock!, dueAt: soon }, updatedAt: new Date(api.world.nowMs()).toISOString() },
    ],
  });
  await page
    .locator('.incident-row', { hasText: 'The till prints nothing' })
    .getByText(/due in \d+s|due in 1m/)
    .waitFor();
  t.same(await sentences(), order, 'the new due time is shown, and the row stays where it is');
  await page.mouse.move(5, 5);
  await until('it goes to its place', async () => /till prints/.test((await sentences())[1] ?? ''));
});

t.test('Now: the month beside the incidents, and the numbers lead to their evidence', async (t) => {
  const { page, api, visit } = await openDashboard(t, { desk: true });
  await visit('/');
  const side = page.locator('.now-side');
  await side.getByText('92%').waitFor();
  await side.getByText('median 14m ahead').waitFor();
  await side.getByText('8m 2s over').waitFor();
  await side.getByText('Storage firmware').waitFor();
  t.match(await side.getByRole('link', { name: 'Invoicing', exact: true }).getAttribute('href'), /service\/v-invoice/);
  api.world.push({ services: [{ ...api.desk.services.get('v-invoice')!, state: 'up' }] });
  await until('it is up again', async () => (await side.getByText('Services not up').count()) === 0);
});

t.test('Incident: the due time explains itself, pauses with a reason and runs on', async (t) => {
  const { page, visit, atRest } = await openDashboard(t, { desk: true });
  await visit('/incidents/e2');
  await page.getByText('2 incidents, told with this one').waitFor();
  await page.getByRole('button', { name: 'How was this computed?' }).click();
  await page.getByText('closed: Closed for the inventory').waitFor();
  await atRest();
  t.equal(await page.locator('.stretch-open').count(), 2, 'two days with open hours');
  await reads(t, page.locator('.stretch').last(), /nothing left: due/);

  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  const dialog = page.getByRole('dialog');
  t.ok(await dialog.getByRole('button', { name: 'Pause', exact: true }).isDisabled(), 'not without a reason');
  await dialog.getByRole('textbox').fill('The guard has to open the door');
  await dialog.getByRole('button', { name: 'Pause', exact: true }).click();
  await dialogGone(page);
  await page
    .locator('.clock-figures')
    .getByText(/^paused for/)
    .waitFor();
  await page.locator('.stretch-paused').getByText('The guard has to open the door').waitFor();
  await page.getByRole('button', { name: 'Resume' }).click();
  await page
    .locator('.clock-figures')
    .getByText(/^due in 1d/)
    .waitFor();

  await page.getByRole('button', { name: 'Change priority' }).click();
  await dialog.getByLabel('Priority').selectOption('medium');
  await dialog.getByLabel('Why').fill('Only the archive is there');
  await dialog.getByRole('button', { name: 'Change priority' }).click();
  await dialogGone(page);
  await page
    .locator('.clock-list .counts')
    .getByText(/Medium/)
    .waitFor();
  t.ok((await page.locator('.clock-list .counts').count()) > 0);

  await page.getByRole('button', { name: 'Client contacted' }).click();
  await dialog.getByRole('textbox').fill('Called the guard');
  await dialog.getByRole('button', { name: 'Client contacted' }).click();
  await dialogGone(page);
  await page.locator('.time-reached').getByText('Responded to the client').waitFor();
  await page.getByRole('button', { name: 'Arrived on site' }).click();
  await page.locator('.time-reached').getByText('On site').waitFor();
  await page.locator('.clock-figures').getByText('met').first().waitFor();
});

t.test('Incident: the site card calls and writes, the remote session opens apart, reports are linked', async (t) => {
  const { page, visit } = await openDashboard(t, { desk: true });
  await visit('/incidents/e1');
  t.equal(await page.getByRole('link', { name: '+506 2222 0144' }).getAttribute('href'), 'tel:+50622220144');
  t.equal(await page.getByRole('link', { name: /lucia@/ }).getAttribute('href'), 'mailto:lucia@alvarado.example');
  const remote = page.getByRole('link', { name: 'Connect' });
  t.equal(await remote.getAttribute('target'), '_blank');
  t.match(await remote.getAttribute('rel'), /noopener/);
  await page.getByText('We knew 14m before.').waitFor();
  await page.getByRole('button', { name: 'Link a report' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Link this one' }).click();
  await dialogGone(page);
  await page.locator('.incident-side').getByText('La página de facturas no abre.').waitFor();
  await page.goto(page.url().replace('e1', 'e3-1'));
  await page.getByText('The loss of Laboratory explains it').waitFor();
  await page
    .locator('.notice')
    .getByRole('link', { name: /Laboratory is lost/ })
    .click();
  await page.getByRole('heading', { name: /Laboratory is lost/ }).waitFor();
});

t.test('a report by a person finds its incident, or becomes one', async (t) => {
  const { page, api, visit } = await openDashboard(t, { desk: true });
  await visit('/incidents');
  await page.getByRole('link', { name: 'Report a problem' }).click();
  await page.getByLabel('Client').selectOption({ label: 'Alvarado Logistics' });
  await page.getByLabel('Service').selectOption({ label: 'Invoicing' });
  await page.getByLabel('What is wrong').fill('The invoices do not print');
  await page.getByLabel('Who reports it').fill('Don Carlos');
  await page.getByRole('radio', { name: /Invoicing is down.*The same service/ }).check();
  await page.getByRole('button', { name: 'Save the report' }).click();
  await page.getByText(/The report is kept with/).waitFor();
  const kept = api.desk.reports.find(({ reporter }) => reporter === 'Don Carlos');
  t.equal(kept?.incidentId, 'e1');
  t.ok((kept?.leadMs ?? 0) > 0);
  await page.locator('.report-rows').getByText('Don Carlos').waitFor();

  await page.getByLabel('Client').selectOption({ label: 'Hotel Miramar' });
  await page.getByLabel('What is wrong').fill('The lift camera is dark');
  await page.getByLabel('Who reports it').fill('Night porter');
  await page.getByLabel('Priority').selectOption('high');
  await page.getByRole('button', { name: 'Save the report' }).click();
  await page.locator('.report-rows').getByText('Night porter', { exact: true }).waitFor();
  t.match([...api.world.incidents.values()].at(-1), { source: 'person', priority: 'high', clientId: 'c5' });
});

t.test('maintenance: planned with a preview, shown in the calendar, edited and cancelled', async (t) => {
  const { page, visit, atRest } = await openDashboard(t, { desk: true });
  await visit('/maintenance');
  await page.locator('.occurrence.runs').getByText('Storage firmware').waitFor();
  await page.getByRole('button', { name: 'Plan a window' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('What is done').fill('New switches');
  await dialog.getByLabel('Client', { exact: true }).selectOption({ label: 'Colegio San Rafael' });
  await dialog.getByLabel('Starts').fill('2026-10-07T06:00');
  await dialog.getByLabel('Repeats').selectOption('weekly');
  const preview = dialog.locator('.preview-list li');
  await until('the preview follows', async () => (await preview.count()) === 5);
  await reads(t, preview.nth(0), /Wed 7 Oct, 06:00.*Silences only.*excludes nothing/);
  await reads(t, preview.nth(1), /Wed 14 Oct, 06:00.*Time excluded/);
  await dialog.getByLabel('Repeats').selectOption('raw');
  await dialog.getByLabel('Rule').fill('FREQ=SECONDLY');
  await dialog.getByRole('alert').waitFor();
  await dialog.getByLabel('Rule').fill('FREQ=WEEKLY;BYDAY=WE;COUNT=2');
  await until('the preview is back', async () => (await preview.count()) === 2);
  await dialog.getByRole('button', { name: 'Plan a window' }).click();
  await dialogGone(page);
  await until(
    'both are in the month',
    async () => (await page.locator('.occurrence', { hasText: 'New switches' }).count()) === 2,
  );

  await page.locator('.occurrence', { hasText: 'New switches' }).first().click();
  await stands(t, page, /window=/, 'the open window stands in the address');
  await dialog.getByRole('button', { name: 'Edit the window' }).click();
  t.equal(await dialog.getByLabel('Rule').inputValue(), 'FREQ=WEEKLY;BYDAY=WE;COUNT=2');
  await dialog.getByLabel('Hours').fill('3');
  await dialog.getByRole('button', { name: 'Save the window' }).click();
  await dialog.getByText('What was changed').waitFor();
  await dialog.getByRole('button', { name: 'Cancel the window' }).click();
  await dialog.getByRole('button', { name: 'Yes, cancel it' }).click();
  await until('it is gone', async () => (await page.locator('.occurrence', { hasText: 'New switches' }).count()) === 0);
  await page.getByRole('button', { name: 'Agenda' }).click();
  await page.locator('.agenda').getByText('Restore rehearsal').waitFor();
  await page.getByRole('combobox', { name: 'Client' }).selectOption({ label: 'Colegio San Rafael' });
  await stands(t, page, /client=c3/, 'the client stands in the address');
  await until('others are not shown', async () => (await page.getByText('Restore rehearsal').count()) === 0);
  await page.reload();
  await page.locator('.agenda').getByText('Switch replaced').waitFor();
  await page.locator('.window-list').getByText('New switches').waitFor();
  await atRest();
  t.equal(await page.getByText('Restore rehearsal').count(), 0, 'and stays over a reload');
});

t.test('a machine: its remote session and its hours', async (t) => {
  const { page, api, idOf, visit } = await openDashboard(t, { desk: true });
  const id = idOf('desk-2');
  await visit(`/devices/${id}`);
  const remote = page.getByRole('link', { name: 'Remote session' });
  t.equal(await remote.count(), 0, 'nothing says how it is reached');
  await page.getByRole('button', { name: 'Machine' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Remote session').fill('https://remote.lookout.example/#{hostname}');
  await dialog.getByLabel('Expected to run in service hours').check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialogGone(page);
  await remote.waitFor();
  t.equal(await remote.getAttribute('href'), 'https://remote.lookout.example/#desk-2');
  t.match(api.world.devices.get(id), { expectedHours: true, remoteUrl: 'https://remote.lookout.example/#{hostname}' });
  await page.getByRole('button', { name: 'Machine' }).click();
  await dialog.getByLabel('Remote session').fill('');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialogGone(page);
  await until('the button is gone', async () => (await remote.count()) === 0);
  t.match(api.world.devices.get(id), { expectedHours: true, remoteUrl: null });
  await visit(`/devices/${idOf('db-1')}`);
  await page.getByRole('button', { name: 'Machine' }).click();
  await dialog.getByLabel('Remote session').waitFor();
  t.equal(await dialog.getByRole('checkbox').count(), 0, 'a server is always expected');
});

t.test('services and checks are made and edited', async (t) => {
  const { page, api, visit } = await openDashboard(t, { desk: true });
  await visit('/services');
  const first = page.locator('.service-card').first();
  await reads(t, first, /Invoicing.*Down.*Blocks issuing invoices/);
  await first.locator('.strip-compact').waitFor();
  t.match(await first.getByRole('link', { name: /Open the ledger/ }).getAttribute('href'), /service\/v-invoice/);
  await page.getByRole('button', { name: 'Add a check' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('What is checked').selectOption('unit');
  await dialog.getByLabel('Check', { exact: true }).fill('Backup service');
  await dialog.getByLabel('Name of the unit').fill('restic.service');
  await dialog.getByLabel('Client').selectOption({ label: 'Alvarado Logistics' });
  await dialog.getByLabel('Run by').selectOption({ label: 'backup-1' });
  await dialog.getByRole('button', { name: 'Add a check' }).click();
  await dialogGone(page);
  await page.getByRole('cell', { name: /^Backup service/ }).waitFor();
  await page.getByRole('button', { name: 'Name a service' }).click();
  await dialog.getByLabel('Name', { exact: true }).fill('Backups');
  await dialog.getByLabel('Client').selectOption({ label: 'Alvarado Logistics' });
  await dialog.getByLabel('backup-1').check();
  await dialog.getByLabel('Backup service').check();
  await dialog.getByLabel(/Availability target/).fill('99,5');
  await dialog.getByRole('button', { name: 'Name a service' }).click();
  await dialogGone(page);
  await page.getByRole('heading', { name: 'Backups' }).waitFor();
  t.match([...api.desk.services.values()].at(-1), { name: 'Backups', targetPpm: 995_000, needed: 1, checkIds: ['k6'] });
});

t.test('receivers: a test shows what was answered; a secret is written and never shown', async (t) => {
  const { page, api, visit } = await openDashboard(t, { desk: true });
  await visit('/settings/receivers');
  await page.getByRole('button', { name: 'Test: On-call phone' }).click();
  await page.getByText('200 OK, message kTg3Wq').waitFor();
  await page.getByRole('button', { name: 'Test: Service desk' }).click();
  await page.locator('.test-failed').getByText('451 4.3.0 Mailbox temporarily unavailable').waitFor();
  await page.getByRole('button', { name: 'Add a receiver' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('How').selectOption('telegram');
  await dialog.getByLabel('Name', { exact: true }).fill('Night shift');
  await dialog.getByLabel('Chat id').fill('-100200300');
  await dialog.getByLabel('Bot token').fill('123:secret-of-the-bot');
  await dialog.getByRole('button', { name: 'Add a receiver' }).click();
  await dialogGone(page);
  await page.getByText('Night shift').waitFor();
  t.equal(api.desk.receivers.get('r4')?.hasSecret, true);
  await page.getByRole('button', { name: 'Edit: Night shift' }).click();
  t.equal(await dialog.getByLabel('Bot token').inputValue(), '');
  t.notMatch(await page.content(), /secret-of-the-bot/);
});
