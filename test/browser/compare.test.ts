import t from 'tap';
import { openDashboard } from '../support/fake-dashboard.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

t.test('Compare: one metric over the machines of a client, all in the address', async (t) => {
  const { page, visit, atRest } = await openDashboard(t);
  await visit('/clients/c1');
  await page.getByRole('link', { name: 'Compare machines' }).click();
  await page.getByRole('heading', { name: 'Compare machines', level: 1 }).waitFor();
  await page.getByText('10 machines by their means').waitFor();
  t.match(page.url(), /\/compare\?client=c1$/);
  t.equal(await page.locator('.compare-list li').count(), 10);
  t.ok((await page.locator('.heat-map rect').count()) > 100, 'the heat map is drawn');
  await page.locator('.compare-mean canvas').waitFor();
  const first = await page.locator('.compare-list li a').first().textContent();

  await page.getByRole('button', { name: 'Lowest first' }).click();
  await until('the order is turned', async () => {
    const now = await page.locator('.compare-list li a').first().textContent();
    return now !== first;
  });
  await page.getByLabel('Site').selectOption({ label: 'Limón warehouse' });
  await page.getByText('8 machines by their means').waitFor();
  await page.getByLabel('Metric').selectOption({ label: 'Memory available' });
  await page.getByRole('button', { name: '30 d' }).click();
  await page.getByText('Each point is 2h, from sums of an hour.').waitFor();
  t.match(page.url(), /client=c1.*site=s2.*metric=memory\.available.*range=30d|order=lowest/);
  await atRest();
  await page.locator('.heat-map').hover();
  await page.locator('.compare-heat .chart-head', { hasText: ' of 8 from ' }).waitFor();
  await page.locator('.compare-list li a').first().click();
  await page.getByRole('heading', { name: 'Measurements' }).waitFor();
  await page.goBack();
  await page.getByText('8 machines by their means').waitFor();
});

t.test('what would read too much shows the sentence of the server', async (t) => {
  const { page, api, visit, idOf } = await openDashboard(t);
  api.world.maxSeriesMs = 9 * 86_400_000;
  await visit('/compare?range=13mo');
  await page.getByRole('alert').getByText('Ask for at most 9 days.').waitFor();
  await visit(`/devices/${idOf('db-1')}?range=30d`);
  await page.getByRole('alert').getByText('Ask for at most 9 days.').waitFor();
  t.equal(await page.locator('.chart').count(), 0, 'nothing old is shown as if it were the answer');
  await page.getByRole('button', { name: '7 d', exact: true }).click();
  await page.locator('.chart canvas').first().waitFor();
  t.equal(await page.getByRole('alert').count(), 0);
});

t.test('Device: long ranges say what their points are made from, and have a band', async (t) => {
  const { page, visit, idOf } = await openDashboard(t);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await visit(`/devices/${idOf('db-1')}?range=13mo`);
  await page.getByText('from sums of an hour; the band spans the lowest and highest reading.').waitFor();
  await page.locator('.chart canvas').first().waitFor();
  const bounds = asked.filter((url) => /aggregation=(min|max)/.test(url));
  t.ok(bounds.length >= 2);
  t.notOk(
    bounds.some((url) => /rxBytes/.test(url)),
    'a counter has no band',
  );
  await page.keyboard.press('2');
  await page.getByText('Live. Drag over a chart to zoom in.').waitFor();
  t.equal(await page.getByText('the band spans').count(), 0);
});
