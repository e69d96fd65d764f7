import t from 'tap';
import { openDashboard } from '../support/fake-dashboard.ts';
import { reads } from '../support/page.ts';

t.setTimeout(900_000);

t.test('what is kept of history: for how long, since when, how much, and what is damaged', async (t) => {
  const { page, api, visit, idOf } = await openDashboard(t);
  await visit('/settings/about');
  const card = page.locator('section.storage');
  await reads(t, card, /Takes 6\.0 GB on disk/);
  const rows = card.locator('tbody tr');
  await reads(t, rows.nth(0), /As reported.*14 days.*14 days.*4\.0 GB/s);
  await reads(t, rows.nth(1), /5 minutes.*396 days.*211 days.*1\.5 GB/s);
  await reads(t, rows.nth(2), /1 hour.*1,826 days.*211 days.*160 MB/s);
  await reads(t, card, /Every part that was checked is whole/);

  const deviceId = idOf('db-1');
  const [from, to] = ['2026-05-03T10:00:00.000Z', '2026-05-03T12:00:00.000Z'];
  api.world.storage = {
    ...api.world.storage,
    resolutions: api.world.storage.resolutions.map((each) => ({ ...each, from: null })),
    damaged: [
      { deviceId, deviceName: 'db-1', from, to, foundAt: to },
      { deviceId: null, deviceName: null, from: null, to: null, foundAt: to },
    ],
    damagedCount: 102,
  };
  await visit('/settings/about');
  await reads(t, card, /102 parts were damaged and set aside/);
  await reads(t, rows.nth(0), /nothing yet/);
  await reads(t, card.locator('li').nth(0), /^db-1, Sun,? 3 May.* to Sun,? 3 May/);
  t.match(await card.getByRole('link', { name: 'db-1' }).getAttribute('href'), `/devices/${deviceId}`);
  await reads(t, card.locator('li').nth(1), /^Some machines, at an unknown time$/);
  await reads(t, card.locator('li').nth(2), /^and 100 more$/);
});

t.test('hours that are gone are shown where history is, and where it is missed', async (t) => {
  const { page, api, visit, idOf } = await openDashboard(t);
  const deviceId = idOf('db-1');
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  const loss = { kind: 'missing', from: hoursAgo(0.7), to: hoursAgo(0.3), foundAt: hoursAgo(0.2) } as const;
  const device = api.world.devices.get(deviceId)!;
  api.world.devices.set(deviceId, { ...device, lostHistory: [loss] });
  const lost = [{ ...loss, deviceId, deviceName: 'db-1' }];
  api.world.storage = { ...api.world.storage, lost, lostCount: 120 };
  await visit('/settings/about');
  const card = page.locator('section.storage');
  await reads(t, card, /Hours that were stored are gone/);
  await reads(t, card.locator('li').nth(0), /^db-1, .* to .*\. The database of history was not there when the server/);
  await reads(t, card.locator('li').nth(1), /^and 119 more$/);
  await visit(`/devices/${deviceId}`);
  await reads(t, page.locator('.charts-lost'), /History lost: .* to .*\. The database of history was not there/);
  const folder = process.env.VIGIA_SCREENSHOTS;
  if (folder === undefined) return;
  for (const [name, colorScheme, width] of [
    ['dark', 'dark', 1280],
    ['light', 'light', 1280],
    ['phone', 'dark', 390],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 1000 });
    await page.locator('.charts-lost').scrollIntoViewIfNeeded();
    await page.locator('.charts-section').screenshot({ path: `${folder}/lost-${name}.png` });
  }
});
