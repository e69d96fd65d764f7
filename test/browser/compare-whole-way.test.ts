import t from 'tap';
import { measureOfSeries, sparkPaths } from '../../dashboard/charts/compare.ts';
import { writeValue } from '../../dashboard/charts/panels.ts';
import type { FleetSeries } from '../../protocol/api/view.ts';
import { openPage } from '../support/chromium.ts';
import { reads } from '../support/page.ts';
import { enrolAt } from '../support/story-agent.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';
import { startVigia, vigia } from '../support/vigia.ts';

t.setTimeout(900_000);

t.test('Compare shows of two machines what the API answers, number by number', async (t) => {
  const dataDir = tempDir(t);
  const server = await startVigia(t, 'server', { dataDir, environment: { VIGIA_REPORT_INTERVAL: '500ms' } });
  const command = async (...args: string[]) => (await vigia(args, { dataDir })).stdout.trim();
  const token = await command('token', 'create', '--client', 'Acme', '--site', 'HQ', '--uses', '2');
  const key = await command('apikey', 'create', '--role', 'viewer');
  const get = async (path: string) => {
    const response = await fetch(server.address + path, { headers: { authorization: `Bearer ${key}` } });
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}: ${await response.text()}`);
    return response.json();
  };
  const machines = [await enrolAt(t, server.address, token), await enrolAt(t, server.address, token)];
  const agents = machines.map((machine) => machine.start());

  const page = await openPage(t, { locale: 'en-US' });
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(server.firstRunLink ?? '');
  await page.getByLabel('Name').fill('Ada Lovelace');
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Password').fill('correct horse battery staple');
  await page.getByRole('button', { name: /open|create|start|begin|account/i }).click();
  await page.waitForURL(`${server.address}/`);

  const reported = async () => {
    const from = new Date(Date.now() - 3_600_000).toISOString();
    const ask = { metric: 'memory.available', across: 'top', from, step: '10000' };
    const { lines } = (await get(`/api/v1/series?${new URLSearchParams(ask)}`)) as FleetSeries;
    return lines?.filter(({ values }) => values.filter((value) => value !== null).length >= 2).length === 2;
  };
  await until('both machines to report in two steps', reported);
  // From now on nothing changes: what the page was told can be asked for again.
  for (const agent of agents) await agent.stop('SIGTERM');
  // The page would ask anew with each minute.
  await page.clock.setFixedTime(new Date());

  await page.goto(`${server.address}/compare?metric=memory.available`);
  const rows = page.locator('.compare-list li');
  await reads(t, page.locator('.compare-top h2'), /^2 machines by their means$/);
  const again = async (across: string): Promise<FleetSeries> => {
    const url = new URL(asked.findLast((one) => one.includes(`across=${across}`)) ?? '');
    return (await get(url.pathname + url.search)) as FleetSeries;
  };
  const top = await again('top');
  const measure = measureOfSeries(top);
  const lines = top.lines ?? [];
  t.same(lines.map(({ deviceId }) => deviceId).sort(), machines.map(({ deviceId }) => deviceId).sort());
  const known = lines.flatMap(({ values }) => values.filter((value) => value !== null));
  for (const [index, { deviceId, overall, values }] of lines.entries()) {
    const row = rows.nth(index);
    t.equal(await row.locator('a').getAttribute('href'), `/devices/${deviceId}`);
    t.equal(await row.locator('b').textContent(), writeValue(measure, overall));
    const paths = await row.locator('path').evaluateAll((all) => all.map((path) => path.getAttribute('d')));
    t.same(paths, sparkPaths(values, 0, Math.max(...known)), 'its line, point by point');
  }

  const mean = await again('mean');
  const newest = mean.values?.findLast((value) => value !== null);
  await reads(t, page.locator('.compare-mean .chart-key b'), new RegExp(`^${writeValue(measure, newest)}$`));
  t.equal(mean.machines, 2);
  const heat = await again('heat');
  const cells = (heat.counts ?? []).flat().filter((count) => count > 0);
  t.ok(cells.length > 0);
  t.equal(await page.locator('.heat-map rect').count(), cells.length);
  t.equal(
    cells.reduce((sum, count) => sum + count, 0),
    lines.flatMap(({ values }) => values.filter((value) => value !== null)).length,
    'each machine of each step is in one cell',
  );
});
