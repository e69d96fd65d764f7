import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { unpackTar } from 'modern-tar/fs';
import t, { type Test } from 'tap';
import {
  clientHref,
  contractHref,
  deviceHref,
  incidentHref,
  ledgerHref,
  settingsHref,
  settingsSections,
  siteHref,
} from '../../dashboard/route/routes.ts';
import { openPage } from '../support/chromium.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { startServer } from '../support/story.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

/** What the version of November left after a forenoon of trouble at two clients, and what it answered at the end to each route. */
const LANDED = new URL('../fixtures/data-folder-landed.tar.gz', import.meta.url);

interface Left {
  readonly startMs: number;
  /** By device. */
  readonly reports: Readonly<Record<string, number>>;
  readonly answers: Readonly<Record<string, { readonly status: number; readonly body: unknown }>>;
}

async function unpack(t: Test): Promise<{ dataDir: string; left: Left }> {
  const dataDir = tempDir(t);
  await pipeline(createReadStream(LANDED), createGunzip(), unpackTar(dataDir));
  return { dataDir, left: JSON.parse(readFileSync(join(dataDir, 'answers.json'), 'utf8')) };
}

/** Items of a list are known by their id, if they have one: their order may be another. */
const parts = (value: object): [unknown, unknown][] =>
  Object.entries(value).map(([key, part]) => [(Array.isArray(value) && part?.id) || key, part]);

/** Where `now` lacks something of `before`, as paths with both values. */
function* lost(before: unknown, now: unknown, path = ''): Generator<[path: string, before: unknown, now: unknown]> {
  if (typeof before !== 'object' || before === null || typeof now !== 'object' || now === null) {
    if (!Object.is(before, now)) yield [path, before, now];
  } else if (Array.isArray(before) !== Array.isArray(now)) {
    yield [path, before, now];
  } else {
    const there = new Map(parts(now));
    for (const [key, value] of parts(before))
      yield* lost(value, there.get(key), Array.isArray(before) ? `${path}[]` : `${path}.${key}`);
  }
}

/** What the newer version says differently of the same facts, and why. */
const onPurpose: readonly RegExp[] = [
  // Who was due back while the server did not run is not "expected by" a time that is over, and no service is down by it.
  /^\/api\/v1\/(devices|overview).* \.(items\[\]|devices\[\])?\.?(state|stateReason)$/,
  /^\/api\/v1\/(services|overview).* \.(items\[\]|services\[\])?\.?(state|sentence)$/,
  // Sentences count on while an incident lasts, and the budget of these three is spent further each minute.
  /^\/api\/v1\/(incidents|overview).* \.((items|incidents)\[\]\.)?(sentence|updatedAt)$/,
  // A clock says which of the four times it ends at.
  /^\/api\/v1\/incidents\/\{id\}\/clock \.sentence$/,
  // What is open is in no average.
  /\.(mttrMs|medianLeadMs)$/,
  // Normal is firm in Premium only.
  /^\/api\/v1\/contract-presets \.items\[\]\.terms\.response\.normal\.binding$/,
  // History is kept in another form.
  /^\/api\/v1\/storage \.fileBytes$/,
  // Whoever asks.
  /^\/api\/v1\/overview \.user\.id$/,
];

const isAsker = (value: unknown): boolean => /"name":"\w+ of the story"/.test(JSON.stringify(value) ?? '');

t.test('what a version of before left is read, and every route says of it what that version said', async (t) => {
  const { dataDir, left } = await unpack(t);
  const server = await startServer(t, { dataDir, clock: new FakeClock(left.startMs) });
  for (const [deviceId, count] of Object.entries(left.reports))
    t.equal(server.reports(deviceId).length, count, 'every report is there');
  const differences = async (): Promise<string[]> => {
    const found: string[] = [];
    for (const [path, before] of Object.entries(left.answers)) {
      const { status, body, text } = await server.ask('GET', path);
      if (status !== before.status) found.push(`${path} ${status} ${text}`);
      const route = path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '{id}');
      for (const [where, was, is] of lost(before.body, body ?? text))
        if (!onPurpose.some((one) => one.test(`${route} ${where}`)) && !isAsker(was))
          found.push(`${route} ${where} ${JSON.stringify(was)} => ${JSON.stringify(is)}`);
    }
    return found;
  };
  let found: string[] = [];
  // The past of the disks is read in the background.
  await until('all is read', async () => {
    found = await differences();
    return found.length === 0;
  }).catch(() => t.same(found, []));
  t.equal(Object.keys(left.answers).length, 106);
});

t.test('all screens show it to the person who worked with it', async (t) => {
  const { dataDir, left } = await unpack(t);
  const server = await startServer(t, { dataDir, clock: new FakeClock(left.startMs) });
  const page = await openPage(t);
  const refused: string[] = [];
  page.on('response', (response) => {
    if (response.status() >= 400) refused.push(`${response.status()} ${response.url()}`);
  });
  await page.goto(server.address);
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Password').fill('correct horse battery staple');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign in' }).waitFor({ state: 'detached' });
  refused.length = 0;
  const ids = (kind: string): string[] => [
    ...new Set(
      Object.keys(left.answers).flatMap((path) => new RegExp(`/${kind}/([0-9a-f-]{36})`).exec(path)?.[1] ?? []),
    ),
  ];
  const screens = [
    ...['/', '/fleet', '/incidents', '/incidents?state=all', '/maintenance', '/services', '/reports', '/availability'],
    ...['/clients', '/add', ...settingsSections.map(settingsHref)],
    ...ids('devices').map(deviceHref),
    ledgerHref('device', ids('devices')[0] ?? ''),
    ...ids('incidents').map(incidentHref),
    ...ids('clients').flatMap((id) => [clientHref(id), contractHref(id)]),
    ...ids('sites').map(siteHref),
    ledgerHref('site', ids('sites')[0] ?? ''),
    ...ids('services').map((id) => ledgerHref('service', id)),
  ];
  for (const path of screens) {
    await page.goto(server.address + path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForFunction(() => !document.body.innerText.includes('Loading …'));
    const text = await page.locator('main').innerText();
    t.same(text.match(/.*(undefined|\bNaN\b|\[object|Invalid Date).*/g), null, path);
  }
  t.same(refused, []);
  const noted = Object.entries(left.answers).find(([, { body }]) => JSON.stringify(body).includes('Called Olga.'));
  const [, incidentId = ''] = /incidents\/([0-9a-f-]{36})/.exec(noted?.[0] ?? '') ?? [];
  await page.goto(server.address + incidentHref(incidentId));
  await page.getByText('Called Olga. <b>She</b> deletes old pictures.').waitFor();
});
