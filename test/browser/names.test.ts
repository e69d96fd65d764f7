import { randomBytes } from 'node:crypto';
import t from 'tap';
import { harmless } from '../../protocol/bidi.ts';
import { describe, type MetricDescriptor } from '../../protocol/wire/metric.ts';
import { openPage } from '../support/chromium.ts';
import { RawLink } from '../support/raw-link.ts';
import { startSmtpReceiver } from '../support/smtp-receiver.ts';
import { startServer } from '../support/story.ts';
import { enrol } from '../support/story-agent.ts';
import { until } from '../support/until.ts';
import { allTexts, reordered } from '../support/visual-order.ts';

/** Names that turn text around, through everything that shows a name to people. */

t.setTimeout(400_000);

const GiB = 1024 ** 3;
const clientName = 'Acme \u202E(moc.emca)';
const siteName = '\u05DE\u05E9\u05E8\u05D3 12';
const deviceName = '\u2067db-1\u2069\u2069 \u202Agnp.exe';
const mountpoint = '/srv/\u202Egnp.exe';
const hebrewMount = '/\u05D2\u05D9\u05D1\u05D5\u05D9 7';
const metricName = 'temperature[\u2069\u202Ex]';
const explicit = /[\u202A-\u202E]/;

t.test('nothing that is named turns its neighbours around', async (t) => {
  const smtp = await startSmtpReceiver(t, { security: 'none' });
  const server = await startServer(t, {
    settings: { diskForMs: 0, presence: { judgeAfterStartMs: 0 } },
    environment: { VIGIA_NOTIFY_PRIVATE: '1' },
  });
  const receiver = {
    name: 'Ops \u202E',
    clientId: null,
    minPriority: 'normal',
    clocks: true,
    target: {
      kind: 'email',
      host: '127.0.0.1',
      port: smtp.port,
      security: 'none',
      user: null,
      from: 'vigia@example.com',
      to: ['ops@example.com'],
    },
  };
  t.equal((await server.ask('POST', '/api/v1/receivers', receiver)).status, 201);
  const { deviceId, dataDir } = await enrol(t, server, { siteName });
  const { clientId, siteId } = await server.device(deviceId);
  const renamed = await server.ask('PATCH', `/api/v1/devices/${deviceId}`, { name: deviceName });
  t.equal(renamed.status, 200);
  t.equal(renamed.body.name, deviceName, 'what is kept is what was sent');
  t.equal((await server.ask('PATCH', `/api/v1/clients/${clientId}`, { name: clientName })).status, 200);

  const link = await RawLink.open(t, server.address);
  await link.authenticate(dataDir);
  link.send({ type: 'run', run: 1, runId: randomBytes(16), bootId: 'one' });
  const metrics: MetricDescriptor[] = [
    ...[mountpoint, hebrewMount].flatMap((name) => [
      describe('fs.size', name),
      describe('fs.available', name),
      describe('fs.readOnly', name),
    ]),
    { name: metricName, unit: 'celsius', kind: 'gauge', decimals: 0 },
  ];
  link.send({ type: 'schema', run: 1, schema: 1, metrics });
  let sequence = 0;
  const report = (available: number): void => {
    const bootMs = Math.round(process.uptime() * 1_000) + 1_000;
    const clocks = { wallMs: Date.now(), monotonicMs: bootMs, bootMs };
    const disk = [100 * GiB, available, 0];
    sequence += 1;
    link.send({ type: 'report', run: 1, schema: 1, sequence, backfill: false, clocks, scaled: [...disk, ...disk, 40] });
  };
  const open = async () =>
    (await server.incidents(deviceId)).filter(({ rule, state }) => rule === 'disk.space' && state === 'open');
  report(40 * GiB);
  await until('it is known', () => server.reports(deviceId).length > 0);
  await until('both disks are told', async () => {
    report(GiB);
    return (await open()).length === 2;
  });

  const incidents = await open();
  const sentences = new Map(incidents.map(({ object, sentence }) => [object, sentence]));
  t.match(sentences.get(mountpoint), /^\/srv\/\[U\+202E\]gnp\.exe has 1.0 GB left/);
  t.match(sentences.get(hebrewMount), new RegExp(`^\u2068${hebrewMount}\u2069 has 1.0 GB left`));

  await t.test('on the screen', async (t) => {
    const page = await openPage(t);
    await page.goto(server.app.firstRunLink() ?? '');
    await page.getByLabel('Name').fill('Ada \u202Eecalevol');
    await page.getByLabel('E-mail').fill('ada@example.com');
    await page.getByLabel('Password').fill('lanterns over quiet gravel');
    await page.getByRole('button', { name: /open|create|start|begin|account/i }).click();
    await page.waitForURL(`${server.address}/`);

    const shown = (text: string) => page.getByText(text).filter({ visible: true }).first().waitFor();
    const views: readonly [string, string][] = [
      ['/', 'gnp.exe'],
      ['/fleet', 'gnp.exe'],
      ['/incidents', '/srv/[U+202E]gnp.exe'],
      [`/incidents/${incidents.find(({ object }) => object === hebrewMount)?.id}`, hebrewMount],
      [`/devices/${deviceId}`, '/srv/[U+202E]gnp.exe'],
      [`/clients/${clientId}`, siteName],
      [`/sites/${siteId}`, siteName],
      ['/clients', 'Acme [U+202E](moc.emca)'],
      ['/availability', 'Acme [U+202E](moc.emca)'],
      ['/settings/people', 'Ada [U+202E]ecalevol'],
      ['/settings/receivers', 'Ops [U+202E]'],
    ];
    for (const [path, text] of views) {
      await page.goto(server.address + path);
      await shown(text);
      t.same(await reordered(page), [], path);
      const harmful = (await allTexts(page)).filter((each) => harmless(each) !== each);
      t.same(harmful, [], `${path}: no control is left`);
    }

    await page.goto(`${server.address}/devices/${deviceId}`);
    await shown('/srv/[U+202E]gnp.exe');
    await page.evaluate((name) => {
      const paragraph = document.createElement('p');
      paragraph.textContent = `${name} has 4 incidents`;
      document.querySelector('h1')?.append(paragraph);
    }, mountpoint);
    t.equal((await reordered(page)).length, 1, 'a name that is shown as it is would be noticed');
  });

  await t.test('in mail', async (t) => {
    const mails = await until('both are told', () => smtp.mails.length >= 2 && smtp.mails);
    for (const { headers, text, html } of mails) {
      t.equal(harmless(headers.subject ?? ''), headers.subject, 'subject');
      t.equal(harmless(text), text, 'text');
      t.equal(harmless(html), html, 'page');
    }
    const whole = mails.map(({ headers, text, html }) => `${headers.subject}\n${text}\n${html}`).join('\n');
    t.match(whole, 'Client: Acme [U+202E](moc.emca)');
    t.match(whole, `Site: \u2068${siteName}\u2069`);
    t.match(whole, `\u2068${hebrewMount}\u2069 has 1.0 GB left`);
  });

  await t.test('in files and for machines', async (t) => {
    const csv = await server.get(`/api/v1/devices/${deviceId}/ledger?format=csv`);
    t.notMatch(csv, explicit, 'the ledger as CSV');
    const labels = await server.get('/metrics');
    t.ok(labels.includes(`mountpoint="${mountpoint}"`), 'a label is the identity, to the letter');
    t.ok(labels.includes(`name="${deviceName}"`));
    const [told] = server.notices;
    t.equal(harmless(told?.title ?? ''), told?.title);
  });
});
