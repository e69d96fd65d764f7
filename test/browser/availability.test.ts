import t from 'tap';
import { look, violations } from '../support/axe.ts';
import { openDashboard } from '../support/fake-dashboard.ts';
import { dialogGone, dialogOpen, reads } from '../support/page.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

t.test('from a figure to the interval that it rests on, and an attestation that revises it', async (t) => {
  const { page, api, visit, idOf } = await openDashboard(t);
  await visit('/availability?by=device&period=rolling_30d');
  const rows = page.locator('.rows-body .availability-row');
  await rows.first().waitFor();
  t.match(await rows.first().textContent(), /Breached/, 'worst first');
  await page.getByRole('searchbox').fill('db-1');
  await until('one row is left', async () => (await rows.count()) === 1);
  await reads(t, rows.first(), /Indeterminate.*db-1/);
  await rows.first().getByRole('link', { name: 'db-1' }).click();
  await page.getByRole('heading', { name: 'Ledger of db-1' }).waitFor();
  t.match(
    page.url(),
    new RegExp(`/availability/device/${idOf('db-1')}\\?period=rolling_30d$`),
    'the period came along',
  );
  await page.getByText('the truth lies between').waitFor();

  await page.getByRole('button', { name: /^Unknown/ }).click();
  const intervals = page.locator('.rows-body .ledger-row');
  await until('unknown alone is listed', async () => (await intervals.count()) === 1);
  await intervals.getByRole('button', { name: /Attest/ }).click();
  const dialog = page.getByRole('dialog');
  await dialogOpen(page);
  t.same(await violations(page), [], 'the dialog');
  await dialog.getByLabel('The machine itself did not work.').check();
  await dialog.getByLabel('How do you know?').fill('The log of the UPS shows the power cut.');
  await dialog.getByRole('button', { name: 'Attest' }).click();
  await dialogGone(page);
  await page.getByText('No interval is in one of these states.').waitFor();
  await page.getByText('Ana Solís: down').waitFor();
  await reads(t, page.locator('#revisions'), /Ana Solís.*UPS.*Unknown.*→.*Down/);
  await reads(t, page.locator('.figure-card'), /Breached/, 'the figure follows the evidence');

  await page.getByRole('button', { name: 'Withdraw' }).click();
  await reads(t, intervals.first(), /server blind/, 'withdrawn, it is unknown again');
  const csv = await page.request.get(
    api.url + ((await page.getByRole('link', { name: 'CSV' }).getAttribute('href')) ?? ''),
  );
  t.equal(csv.status(), 200);
});

t.test('the bar of a ledger zooms by dragging and by days, and the address holds it', async (t) => {
  const { page, visit, idOf } = await openDashboard(t);
  await visit(`/availability/device/${idOf('db-1')}?period=rolling_30d`);
  const bar = page.locator('.timeline-bar');
  const box = await bar.boundingBox();
  t.ok(box);
  await page.mouse.move(box!.x + 40, box!.y + 20);
  await page.mouse.down();
  await page.mouse.move(box!.x + 240, box!.y + 20, { steps: 4 });
  await page.mouse.up();
  await until('the stretch stands in the address', () => /zoom=/.test(page.url()));
  const dragged = page.url();
  await page.getByRole('button', { name: 'The day after' }).click();
  await until('a day stands in the address', () => page.url() !== dragged);
  await page.getByRole('button', { name: 'Whole period' }).click();
  await until('the period is whole again', () => !/zoom=/.test(page.url()));
});

t.test('a contract: a tier fills it, hours are drawn, a percentage is exact, saving adds a version', async (t) => {
  const { page, visit, api, atRest } = await openDashboard(t);
  await visit('/clients/c3');
  await page.getByText('Standard', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Edit' }).click();
  await page.getByRole('heading', { name: 'Contract of Colegio San Rafael' }).waitFor();
  const save = page.getByRole('button', { name: 'Save as a new version' });
  await save.waitFor();
  await atRest();
  t.ok(await save.isDisabled(), 'nothing is changed yet');
  await page.getByRole('button', { name: 'Advanced' }).click();
  t.equal(await page.getByLabel('High').inputValue(), '6');
  const high = page.getByLabel('Servers');
  await high.fill('ninety');
  await page.getByText('A field above cannot be read.').waitFor();
  t.ok(await save.isDisabled());
  await high.fill('100.5');
  await page.getByText('A target above 100 % cannot be met').waitFor();
  await high.fill('99,95');
  // The sentence that goes makes room, and what is below it moves up.
  await page.getByText('A target above 100 % cannot be met').waitFor({ state: 'detached' });
  const saturday = page.getByRole('img', { name: /^Saturday/ });
  await atRest();
  await saturday.scrollIntoViewIfNeeded();
  const box = await saturday.boundingBox();
  await page.mouse.move(box!.x + (box!.width * 9) / 24, box!.y + 10);
  await page.mouse.down();
  await page.mouse.move(box!.x + (box!.width * 12) / 24, box!.y + 10, { steps: 3 });
  await page.mouse.up();
  await page.getByLabel('Saturday closes at').fill('1230');
  await page.getByLabel('Saturday closes at').press('Enter');
  await page.getByRole('img', { name: 'Saturday: 09:00–12:30' }).waitFor();
  await until('the server has nothing against it', async () => !(await save.isDisabled()));
  await save.click();
  await page.getByText('Version 2 of the contract is in force.').waitFor();
  const saved = await (await page.request.get(`${api.url}/api/v1/clients/c3/contract`)).json();
  t.equal(saved.current.terms.availability.serverTargetPpm, 999_500);
  t.same(saved.current.terms.calendar.weekly.at(-1), { weekday: 6, from: '09:00', to: '12:30' });
  t.equal(saved.versions[1].terms.tier, 'standard', 'what was promised before stays');
  t.ok(saved.current.terms.calendar.exceptions.length > 0, 'holidays stay when a tier is chosen');
});

t.test(
  'a contract says where its holidays come from, lets a year be corrected, and asks before it breaches',
  async (t) => {
    const { page, visit, atRest } = await openDashboard(t);
    await visit('/clients/c3/contract');
    await page.getByText(/^From date-holidays 3\.37\.0 of .*2026, held against the law on /).waitFor();
    await page.getByText('Ley 9803 of 2020').waitFor();
    await page.locator('.holiday-correction summary').click();
    const keep = page.getByRole('button', { name: 'Save the correction' });
    await page
      .locator('.holiday-correction')
      .getByLabel(/Labour Day/)
      .uncheck();
    t.ok(await keep.isDisabled(), 'not without a reason');
    await page.getByLabel('Why: the law or the decree').fill('Decree 12');
    await keep.click();
    await page.getByText('Corrected by Ana Solís.').waitFor();
    await atRest();
    t.same(await violations(page), [], 'with a correction');

    const save = page.getByRole('button', { name: 'Save as a new version' });
    await page.getByLabel('First day').fill('2025-01-01');
    await page.getByText('3 open incidents get a clock, 1 of them already late.').waitFor();
    await atRest();
    t.ok(await save.isDisabled(), 'the question waits for an answer');
    t.same(await violations(page), [], 'with the question');
    await page.getByLabel('From today').check();
    const put = page.waitForRequest((request) => request.method() === 'PUT');
    await save.click();
    t.match((await put).url(), /\/clients\/c3\/contract\?clocksFrom=today$/);
  },
);

t.test('a site card is written by day; a report link is shown once', async (t) => {
  const { page, visit } = await openDashboard(t);
  await visit('/sites/s3');
  await page.getByRole('button', { name: 'Edit the card' }).click();
  await page.getByRole('button', { name: 'Add a contact' }).click();
  await page.getByLabel('Name, line 1').fill('Sor Inés');
  await page.getByLabel('Phone, line 1').fill('+506 2222 7000');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: '+506 2222 7000' }).waitFor();
  await visit('/clients/c2');
  await page.getByRole('button', { name: 'Make a link' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Make a link' }).click();
  const url = page.getByLabel('Page for reports of its people');
  await url.waitFor();
  t.match(await url.inputValue(), /\/report#/);
  await dialogOpen(page);
  await page.keyboard.press('Escape');
  await dialogGone(page);
  await page.getByRole('button', { name: 'Replace the link' }).waitFor();
  t.equal(await url.count(), 0, 'not shown again');
  await page.getByRole('button', { name: 'Replace the link' }).click();
  await page.getByText('The link before it no longer works.', { exact: false }).waitFor();
  t.match(await url.inputValue(), /\/report#/, 'one click, and there is the next');
});

const paths = (idOf: (name: string) => string) => [
  '/availability',
  '/availability?by=device&hours=service',
  `/availability/device/${idOf('db-1')}`,
  '/availability/site/s1?period=last_month',
  '/clients',
  '/clients/c1',
  '/clients/c1/contract',
  '/sites/s1',
];

t.test('axe finds nothing in either theme, keys lead there', async (t) => {
  const { page, visit, idOf } = await openDashboard(t);
  for (const path of paths(idOf)) {
    await visit(path);
    t.same(await violations(page), [], path);
    t.equal(await page.evaluate(() => document.documentElement.scrollWidth), 1440, path);
  }
  for (const key of 'gv') await page.keyboard.press(key);
  await page.getByRole('heading', { name: 'Availability', level: 1 }).waitFor();
  for (const key of 'gc') await page.keyboard.press(key);
  await page.getByRole('heading', { name: 'Clients', level: 1 }).waitFor();
});

t.test('a phone in the dark: readable, nothing too small to touch, never sideways, keys lead there', async (t) => {
  const browser = { colorScheme: 'dark', viewport: { width: 390, height: 844 } } as const;
  const { page, visit, idOf } = await openDashboard(t, { browser });
  for (const path of paths(idOf)) {
    await visit(path);
    t.same(await look(page, ['color-contrast', 'target-size']), [], path);
    t.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, path);
  }
  for (const key of 'gv') await page.keyboard.press(key);
  await page.getByRole('heading', { name: 'Availability', level: 1 }).waitFor();
  for (const key of 'gc') await page.keyboard.press(key);
  await page.getByRole('heading', { name: 'Clients', level: 1 }).waitFor();
});
