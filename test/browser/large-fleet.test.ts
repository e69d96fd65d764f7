import t from 'tap';
import { openDashboard } from '../support/fake-dashboard.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

const DEVICES = 10_000;
/** Rows on a screen of 900 px with those kept ready above and below. */
const MOST_ROWS = 70;

t.test('10,000 devices: only the rows near the screen exist, wherever it is scrolled', async (t) => {
  const { page, api, visit } = await openDashboard(t, { devices: DEVICES });
  await visit('/fleet?sort=name');
  await page.getByText('10,000 of 10,000 machines').waitFor();
  const painted = await page.evaluate(() => {
    const [entry] = performance.getEntriesByName('first-contentful-paint');
    return { firstPaintMs: Math.round(entry?.startTime ?? 0), rowsMs: Math.round(performance.now()) };
  });
  const rows = page.locator('.fleet-table .rows-body tr');
  t.ok((await rows.count()) <= MOST_ROWS, `${await rows.count()} rows at the top`);

  const frames = await page.evaluate(async () => {
    const gaps: number[] = [];
    let last = performance.now();
    for (let step = 0; step < 60; step += 1) {
      window.scrollBy(0, 120);
      await new Promise(requestAnimationFrame);
      gaps.push(performance.now() - last);
      last = performance.now();
    }
    gaps.sort((a, b) => a - b);
    window.scrollTo(0, document.documentElement.scrollHeight);
    return { medianMs: Math.round(gaps[30] ?? 0), p95Ms: Math.round(gaps[57] ?? 0) };
  });
  t.comment(JSON.stringify({ devices: DEVICES, ...painted, ...frames }));
  await page.getByRole('link', { name: 'wifi-1', exact: true }).waitFor();
  t.ok((await rows.count()) <= MOST_ROWS, `${await rows.count()} rows at the bottom`);

  const last = [...api.world.devices.values()].find(({ name }) => name === 'wifi-1')!;
  api.world.push({ devices: [{ ...last, state: 'lost' }] });
  await until('the row changes live', async () => (await rows.last().textContent())?.includes('Lost'));
});

t.test('10,000 devices on one map stay few elements', async (t) => {
  const { page, visit } = await openDashboard(t, { devices: DEVICES });
  await visit('/');
  await page.locator('.map-squares').first().waitFor();
  const elements = await page.locator('.map *').count();
  t.ok(elements < 500, `${elements} elements`);
});
