import t from 'tap';
import { openDashboard } from '../support/fake-dashboard.ts';
import { dialogGone, drawn, reads, stands } from '../support/page.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

t.test('first run: the one-time link makes the first account', async (t) => {
  const { page, api, visit } = await openDashboard(t, { signedIn: false, firstRun: true });
  await visit('/');
  await page.getByText('Open the one-time link').waitFor();
  await page.goto('about:blank');
  await visit('/first-run#token=one-time');
  await page.getByLabel('Your name').fill('Ada');
  await page.getByLabel('E-mail').fill('ada@example.org');
  await page.getByLabel('Password').fill('correct horse battery');
  await page.getByRole('button', { name: 'Make the account' }).click();
  await page.getByRole('heading', { name: '4 incidents need somebody' }).waitFor();
  await page.waitForURL(`${api.url}/`);
  t.equal(page.url(), `${api.url}/`, 'the token is gone from the address');
});

t.test('login: a refusal is told in the sentence of the server, and success shows what was asked for', async (t) => {
  const { page, visit } = await openDashboard(t, { signedIn: false });
  await visit('/fleet?q=db');
  await page.getByLabel('E-mail').fill('ana@lookout.example');
  await page.getByLabel('Password').fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByText('E-mail address or password is wrong.').waitFor();
  await page.getByLabel('Password').fill('correct horse battery');
  await page.keyboard.press('Enter');
  await page.getByText('2 of 116 machines').waitFor();
  await stands(t, page, /\/fleet\?q=db$/);
});

t.test('Now: acknowledge and assign in place, without a row moving under the pointer', async (t) => {
  const { page, api, visit } = await openDashboard(t);
  await visit('/');
  const rows = page.locator('.incident-row');
  await rows.first().hover();
  const before = await rows.allTextContents();
  const sentence = await rows.first().locator('.incident-sentence').textContent();
  await rows
    .first()
    .getByRole('button', { name: /acknowledge/i })
    .click();
  await page.getByRole('heading', { name: '3 incidents need somebody' }).waitFor();
  t.equal(await rows.first().locator('.incident-sentence').textContent(), sentence, 'the row stays');
  t.equal(await rows.count(), before.length);
  await rows.nth(1).getByLabel('Assigned to').selectOption('u-ben');
  await until('the assignment arrives', () =>
    [...api.world.incidents.values()].some(
      ({ assigneeName, state }) => assigneeName === 'Ben Carter' && state === 'open',
    ),
  );
  await page.mouse.move(5, 5);
  await page.getByRole('heading', { name: 'Resolved in the last 24 hours' }).hover();
  await until(
    'the groups part again',
    async () => (await rows.first().locator('.incident-sentence').textContent()) !== sentence,
  );
});

t.test('changes arrive live: a device is lost, an incident opens, nothing is reloaded', async (t) => {
  const { page, api, visit, idOf } = await openDashboard(t);
  await visit('/');
  const device = api.world.devices.get(idOf('mail-1'));
  const incident = api.world.incidents.get('i1');
  api.world.push({
    devices: [{ ...device!, state: 'lost', stateReason: 'No contact for 30 s.' }],
    incidents: [
      {
        ...incident!,
        id: 'new',
        priority: 'emergency',
        deviceId: idOf('mail-1'),
        sentence: 'No contact with mail-1 for 30 s',
        updatedAt: new Date().toISOString(),
      },
    ],
  });
  await page.getByRole('heading', { name: '5 incidents need somebody' }).waitFor();
  await reads(t, page.locator('.incident-row').first(), /Emergency.*mail-1/, 'the worst stands first');
  await page.getByRole('link', { name: '2 lost' }).click();
  await page.getByText('2 of 116 machines').waitFor();
  await stands(t, page, /state=lost/);
});

t.test('the fleet map is walked with the keyboard', async (t) => {
  const { page, visit } = await openDashboard(t);
  await visit('/');
  await page.getByRole('listbox', { name: 'Limón warehouse, 8 machines' }).focus();
  for (let press = 0; press < 6; press += 1) await page.keyboard.press('ArrowRight');
  await page.locator('.tip').getByText('edge-1').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'edge-1', level: 1 }).waitFor();
  await page.getByText('No report for a while').waitFor();
  await stands(t, page, /\/devices\//);
});

t.test('Fleet: filters, groups and sorting stand in the address and survive Back', async (t) => {
  const { page, api, visit } = await openDashboard(t);
  await visit('/fleet');
  await page.getByRole('button', { name: /^Off/ }).click();
  await page.getByRole('button', { name: 'By client' }).click();
  await page.getByRole('button', { name: 'Memory' }).click();
  await stands(t, page, /state=off/);
  await stands(t, page, /group=client/);
  await stands(t, page, /sort=memory/);
  await page.keyboard.press('f');
  await page.keyboard.type('class');
  const fitting = [...api.world.devices.values()].filter(
    ({ name, state }) => name.startsWith('class') && state === 'off',
  );
  await page.getByText(`${fitting.length} of 116 machines`).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.fleet-table .rows-body .cell-name a').first().click();
  await page.getByRole('heading', { name: 'Measurements' }).waitFor();
  await page.goBack();
  await page.locator('.fleet-group').first().waitFor();
  await stands(t, page, /state=off.*group=client|group=client.*state=off/);
});

t.test('j, k and Enter walk the rows', async (t) => {
  const { page, visit } = await openDashboard(t);
  await visit('/fleet?sort=name');
  for (const key of 'jjjk') await page.keyboard.press(key);
  const name = await page.locator('.fleet-row.selected .cell-name a').textContent();
  t.ok(await until('the selection stands in the address', () => page.url().includes('sel=')));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: name ?? '', level: 1 }).waitFor();
});

t.test('Device: the ledger opens, charts share a range that zooms and goes back to live', async (t) => {
  const { page, api, visit, idOf, atRest } = await openDashboard(t);
  await visit(`/devices/${idOf('db-1')}`);
  await page.locator('.strip-day').last().click();
  await page.getByText('Reports of one boot, without a gap').waitFor();
  await page.locator('canvas').first().waitFor();
  await until('the page watches the device', () => api.watched() === idOf('db-1'));

  await page.keyboard.press('3');
  await until('6 h stand in the address', () => page.url().includes('range=6h'));
  await atRest();
  const plot = page.locator('.u-over').first();
  const box = await plot.boundingBox();
  t.ok(box);
  await page.mouse.move(box!.x + 40, box!.y + 40);
  await page.mouse.down();
  await page.mouse.move(box!.x + 140, box!.y + 40, { steps: 4 });
  await page.mouse.up();
  await until('the brushed range stands in the address', () => /from=.*to=/.test(page.url()));
  await page.getByRole('button', { name: 'Back to live' }).click();
  await until('the range is live again', () => !/from=/.test(page.url()) && /range=6h/.test(page.url()));
});

t.test('Device: the charts go on with live points', async (t) => {
  const { page, api, visit, idOf } = await openDashboard(t);
  await visit(`/devices/${idOf('db-1')}`);
  const readout = page.locator('.chart', { hasText: 'CPU' }).first().locator('.chart-key b').first();
  await readout.waitFor();
  await until('the page watches the device', () => api.watched() === idOf('db-1'));
  api.send({
    type: 'points',
    deviceId: idOf('db-1'),
    at: new Date(Date.now() + 20_000).toISOString(),
    values: { 'cpu.busy': 0.87 },
  });
  t.ok(await until('the newest value is shown', async () => (await readout.textContent()) === '87%'));
});

t.test('Incident: evidence, note, resolve', async (t) => {
  const { page, visit } = await openDashboard(t);
  await visit('/incidents');
  await page.getByRole('link', { name: /^\/var has/ }).click();
  await page.getByRole('img', { name: /^Space left on \/var/ }).waitFor();
  await page.getByLabel('Note').fill('Rotated the logs.\n<b>not bold</b>');
  await page.getByRole('button', { name: 'Add note' }).click();
  await page.locator('.event-note').getByText('<b>not bold</b>').waitFor();
  await page.getByRole('button', { name: 'Resolve' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill('Space is back.');
  await dialog.getByRole('button', { name: 'Resolve' }).click();
  await dialogGone(page);
  await page.locator('.event-resolved').getByText('Space is back.').waitFor();
  t.ok(
    await until(
      'nothing is left to do',
      async () => (await page.getByRole('button', { name: 'Resolve' }).count()) === 0,
    ),
  );
});

t.test('Add a machine: one line, and a wait that ends by itself', async (t) => {
  const { page, api, visit, idOf } = await openDashboard(t);
  await visit('/add');
  await page.getByLabel('Client').selectOption({ label: 'Hotel Miramar' });
  await page.getByRole('button', { name: 'Make the line' }).click();
  const command = await page.getByLabel('Command that installs the agent').inputValue();
  t.match(command, /curl .* VIGIA_TOKEN=vig1_/);
  t.notMatch(page.url(), /vig1_/, 'the secret is not in the address');
  await page.getByText('No new machine yet.').waitFor();
  const like = api.world.devices.get(idOf('pms-1'));
  api.world.push({
    devices: [
      { ...like!, id: 'new', name: 'web-3', siteId: api.world.sites.find(({ name }) => name === 'Back office')!.id },
    ],
  });
  await page.getByRole('link', { name: 'web-3' }).waitFor();
});

t.test('Settings: a key is shown once; revoking asks first', async (t) => {
  const { page, visit } = await openDashboard(t);
  await visit('/settings/keys');
  await page.getByRole('button', { name: 'Make a key' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('Name').fill('Grafana');
  await form.getByRole('button', { name: 'Make a key' }).click();
  t.match(await page.getByLabel('API key', { exact: true }).inputValue(), /^vigk_/);
  await page.locator('dialog[open] .copy-field').waitFor();
  await page.keyboard.press('Escape');
  await dialogGone(page);
  await page.getByRole('button', { name: 'Revoke: Grafana' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await until('the key is gone', async () => (await page.getByText('Grafana').count()) === 0);
});

t.test('palette and shortcuts', async (t) => {
  const { page, visit } = await openDashboard(t);
  await visit('/');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Go to or do' }).fill('miramar pms');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'pms-1', level: 1 }).waitFor();
  await dialogGone(page);
  // The second key counts for a moment only, which a busy machine may miss.
  await until('the incidents', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await drawn(page);
    return page.getByRole('heading', { name: 'Incidents', level: 1 }).isVisible();
  });
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  await dialogGone(page);
  await page.keyboard.press('/');
  await page.getByRole('combobox', { name: 'Go to or do' }).fill('dark');
  await page.keyboard.press('Enter');
  await page.locator('html[data-theme="dark"]').waitFor();
  t.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
});

t.test('what a machine says of itself is text, whatever it says', async (t) => {
  const { page, api, visit, idOf } = await openDashboard(t);
  const evil = '<img src=x onerror="document.title=\'owned\'">';
  const device = api.world.devices.get(idOf('db-1'))!;
  Object.assign(device, {
    name: evil,
    os: evil,
    stateReason: evil,
    inventory: { at: device.enrolledAt, document: { [evil]: evil } },
  });
  for (const path of ['/', `/fleet?q=${encodeURIComponent('<img')}`, `/devices/${device.id}`]) {
    await visit(path);
    await page.getByText('<img src=x').first().waitFor();
    t.equal(await page.locator('img').count(), 0, path);
  }
  t.notMatch(await page.title(), /^owned/);
});

t.test('a session that ends shows the way in, and keeps the place', async (t) => {
  const { page, api, visit, idOf } = await openDashboard(t);
  await visit('/fleet');
  api.world.session = null;
  await page.locator('.fleet-table .rows-body .cell-name a').first().click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await stands(t, page, /\/devices\//);
  t.ok(idOf('db-1'));
});
