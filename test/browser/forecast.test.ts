import t from 'tap';
import { openDashboard } from '../support/fake-dashboard.ts';
import { reads } from '../support/page.ts';

t.setTimeout(900_000);

t.test('a disk that fills says when it is full, how fast and how surely; the others say nothing', async (t) => {
  const { page, visit, idOf } = await openDashboard(t);
  await visit(`/devices/${idOf('db-1')}`);
  const disk = page.locator('.disks li', { hasText: '/srv/postgresql' });
  await reads(t, disk, /Full on .+ at 3\.8 GB an hour, fairly sure/);
  t.match(
    await disk.getByText('Full on').getAttribute('title'),
    /will be full in .+ by 72 measurements over 5 h 55 min/,
  );
  t.equal(await page.locator('.disks').getByText('Full on').count(), 1);
  const quiet = page.locator('.disks li', { hasText: '/var' }).locator('.disk-left');
  t.match(
    await quiet.getAttribute('title'),
    /^\/var is not about to be full/,
    'but why not stands behind what is left',
  );
});
