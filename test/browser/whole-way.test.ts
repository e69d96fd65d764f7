import t from 'tap';
import { openPage } from '../support/chromium.ts';
import { fillDisk, freeDisk, smallDisk } from '../support/mount.ts';
import { dialogGone } from '../support/page.ts';
import { startServer } from '../support/story.ts';
import { enrol } from '../support/story-agent.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

t.test('from the first link to a resolved incident, in a real browser', async (t) => {
  const server = await startServer(t, { reportInterval: '500ms', settings: { diskForMs: 1_000 } });
  const machine = await enrol(t, server);
  const disk = smallDisk(t);
  const agent = machine.start(disk.wrap);
  const { deviceId } = machine;
  await server.untilDevice(deviceId, 'shows the disk', ({ fileSystems }) =>
    fileSystems.some(({ mountpoint, sizeBytes }) => mountpoint === disk.mountpoint && (sizeBytes ?? 0) > 0),
  );
  const page = await openPage(t);

  const link = server.app.firstRunLink();
  t.ok(link, 'the console prints a one-time link');
  await page.goto(link ?? '');
  await page.getByLabel('Name').fill('Ada Lovelace');
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Password').fill('correct horse battery staple');
  await page.getByRole('button', { name: /open|create|start|begin|account/i }).click();
  await page.waitForURL(`${server.address}/`);
  t.notOk(page.url().includes('token'), 'the token leaves the address');
  t.equal(
    (
      await server.ask('POST', '/api/v1/first-run', {
        token: 'x'.repeat(43),
        name: 'x',
        email: 'x@x.xx',
        password: 'y'.repeat(12),
      })
    ).status,
    410,
    'the route is gone',
  );

  await page.goto(`${server.address}/devices/${deviceId}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  const canvas = page.locator('canvas').first();
  await canvas.waitFor();
  const before = await canvas.evaluate((element: HTMLCanvasElement) => element.toDataURL());
  await until(
    'the chart moves',
    async () => (await canvas.evaluate((element: HTMLCanvasElement) => element.toDataURL())) !== before,
  );
  t.pass('the chart moves by itself');

  await page.goto(`${server.address}/incidents`);
  await page.evaluate(() => {
    document.body.dataset.neverReloaded = 'true';
  });
  fillDisk(disk, agent.pid, 0.03);
  const sentence = page.getByText(/ left of .* free, below/).first();
  await sentence.waitFor();
  t.equal(await page.evaluate(() => document.body.dataset.neverReloaded), 'true', 'it appears without a reload');

  await sentence.click();
  await page.waitForURL(/\/incidents\/.+/);
  await page
    .getByRole('button', { name: /acknowledge/i })
    .first()
    .click();
  await page
    .getByText(/acknowledged/i)
    .first()
    .waitFor();
  const opened = await server.untilIncident(deviceId, 'disk.space', ({ state }) => state === 'acknowledged');
  t.equal(opened.acknowledgedBy, 'Ada Lovelace');

  await page
    .getByRole('button', { name: /^resolve/i })
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill('Deleted old backups.');
  await dialog.getByRole('button', { name: /resolve/i }).click();
  await dialogGone(page);
  const resolved = await server.untilIncident(deviceId, 'disk.space', ({ state }) => state === 'resolved');
  t.equal(resolved.id, opened.id);
  await page.getByText('Deleted old backups.').waitFor();
  freeDisk(disk, agent.pid);
});
