import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { openPage } from '../support/chromium.ts';
import { reads } from '../support/page.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

/** The feature that docs/architecture.md adds, in a copy of the sources. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8').split('\n## Add a feature\n')[1] ?? '';
const files = [...page.matchAll(/^```tsx? (\S+)\n([\s\S]*?)^```$/gm)].map(([, path = '', text = '']) => ({
  path,
  text,
}));
const lines = [...page.matchAll(/^\| `(\S+)` \| `(.+?)` \| `(.+?)` \|$/gm)].map(
  ([, list = '', line = '', before = '']) => ({
    list,
    line,
    before,
  }),
);
const execute = promisify(execFile);
/** Without tap's loader, which it gives to whatever a test starts: the compiler does not start under it. */
const node = (dir: string, ...args: string[]): Promise<{ stdout: string }> =>
  execute('env', ['-u', 'NODE_OPTIONS', process.execPath, ...args], { cwd: dir, maxBuffer: 10_000_000 });

/** The line in its list, and at the top of the file what it needs of the new files. */
function withLine(text: string, { list, line, before }: (typeof lines)[number]): string {
  const imports = files.flatMap(({ path, text: source }) => {
    const name = /export (?:async function|const) (\w+)/.exec(source)?.[1] ?? '';
    if (!new RegExp(`\\b${name}\\b(?!:|')`).test(line)) return [];
    const from = relative(dirname(list), path);
    return [`import { ${name} } from '${from.startsWith('.') ? from : `./${from}`}';\n`];
  });
  const at = text.indexOf(before);
  if (at < 0) throw new Error(`${list} has no "${before}"`);
  return `${imports.join('')}${text.slice(0, at)}${line}\n${text.slice(at)}`;
}

function copyWithFeature(dir: string): void {
  for (const part of [
    'server',
    'protocol',
    'dashboard',
    'scripts',
    'deploy',
    'test/support',
    'package.json',
    'tsconfig.json',
  ])
    cpSync(join(root, part), join(dir, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  for (const { path, text } of files) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  for (const each of lines) {
    const path = join(dir, each.list);
    writeFileSync(path, withLine(readFileSync(path, 'utf8'), each));
  }
}

/** A server of the copy: says where it listens and how its first account is made, and ends with what it is told. */
const serve = `
import pino from 'pino';
import { createApp } from './server/app/app.ts';
import { readConfig } from './server/app/config/config.ts';
const config = readConfig({ VIGIA_DATA_DIR: './data', VIGIA_PORT: '0' });
const app = await createApp({ config, logger: pino({ level: 'silent' }), version: '0.1.0' });
await app.start();
console.log(JSON.stringify({ address: app.address(), link: app.firstRunLink() }));
process.stdin.resume().once('end', () => app.stop());
`;

/** What the data folder has once the server has ended. */
function rowsOf(dir: string, sql: string): unknown[] {
  const database = new DatabaseSync(join(dir, 'data/state.db'), { readOnly: true });
  try {
    return database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}

async function startCopy(t: Test, dir: string) {
  writeFileSync(join(dir, 'serve.ts'), serve);
  const child = spawn('env', ['-u', 'NODE_OPTIONS', process.execPath, 'serve.ts'], { cwd: dir });
  t.teardown(() => child.kill('SIGKILL'));
  const gone = once(child, 'exit');
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const first = once(createInterface({ input: child.stdout }), 'line');
  const [line] = await Promise.race([first, gone.then(() => Promise.reject(new Error(errors)))]);
  const { address, link } = JSON.parse(line) as { address: string; link: string };
  async function ask(method: string, path: string, key: string | null, body?: object) {
    const headers = {
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...(body && { 'content-type': 'application/json' }),
    };
    const answer = await fetch(address + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    return { status: answer.status, text: await answer.text() };
  }
  return {
    address,
    link,
    ask,
    async stop() {
      child.stdin.end();
      t.same(await gone, [0, null], errors);
    },
  };
}

t.setTimeout(900_000);

t.test('the feature of the documentation works in a copy, with no other file touched than the lists', async (t) => {
  const dir = tempDir(t);
  copyWithFeature(dir);
  t.equal(files.length, 4);
  t.same(
    lines.map(({ list }) => list),
    ['server/app/features.ts', 'protocol/said/features.ts', 'dashboard/views.ts'],
  );
  t.ok(files.flatMap(({ text }) => text.trim().split('\n')).length <= 60, 'it is short');
  const types = { extends: './tsconfig.json', include: ['server', 'dashboard', 'protocol'] };
  writeFileSync(join(dir, 'tsconfig.copy.json'), JSON.stringify(types));
  const checked = await node(dir, 'node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.copy.json').catch(
    (cause: { stdout: string }) => cause,
  );
  t.equal(checked.stdout, '', 'its types are right');
  await node(dir, '--input-type=module', '-e', "await (await import('./scripts/lib/bundle.mjs')).buildDashboard()");

  const { address, link, ask, stop } = await startCopy(t, dir);
  const page = await openPage(t);
  await page.goto(link);
  await page.getByLabel('Name').fill('Ada Lovelace');
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Password').fill('correct horse battery staple');
  await page.getByRole('button', { name: /open|create|start|begin|account/i }).click();
  await page.waitForURL(`${address}/`);
  /** As the page does it, whose person is an admin. */
  const post = (path: string, body: object) =>
    page.evaluate(
      async ([to, text]) => {
        const headers = { 'content-type': 'application/json' };
        return (await fetch(to, { method: 'POST', headers, body: text })).json() as Promise<Record<string, string>>;
      },
      [path, JSON.stringify(body)] as const,
    );
  const { id: acme } = await post('/api/v1/clients', { name: 'Acme' });
  const { id: globex } = await post('/api/v1/clients', { name: 'Globex' });
  const keyOf = async (role: string, clientId: string | null) => {
    const { key = '' } = await post('/api/v1/api-keys', { name: `${role} ${clientId}`, role, clientId });
    return key;
  };
  const technician = await keyOf('technician', null);
  const viewer = await keyOf('viewer', null);
  const ofGlobex = await keyOf('technician', globex ?? '');
  const scraper = await keyOf('metrics', null);

  const visit = { clientId: acme, dueAt: 1_700_000_000_000 };
  const promise = async (key: string | null, body: object = visit) =>
    (await ask('POST', '/api/v1/visits', key, body)).status;
  const list = async (key: string | null) => {
    const { status, text } = await ask('GET', '/api/v1/visits', key);
    return status === 200 ? (JSON.parse(text) as object[]) : status;
  };
  t.equal(await promise(null), 401, 'the route asks who it is');
  t.equal(await promise(viewer), 403, 'who may not act does not');
  t.equal(await promise(ofGlobex), 404, 'nobody acts on what is not theirs');
  t.equal(await promise(technician, { ...visit, more: 1 }), 400, 'what it cannot read is refused');
  t.equal(await promise(technician), 201, 'a technician may');
  t.equal(await list(null), 401);
  t.equal(await list(scraper), 403);
  t.match(await list(viewer), [visit], 'whoever may read reads it');
  t.same(await list(ofGlobex), [], 'another client does not');

  const incidents = await until('the rule raises an incident', async () => {
    const { items } = JSON.parse((await ask('GET', '/api/v1/incidents', viewer)).text) as { items: object[] };
    return items.length > 0 && items;
  });
  t.match(incidents, [{ rule: 'visit.late', sentence: 'A visit is late', clientId: acme, state: 'open' }]);
  t.equal(incidents.length, 1, 'once');
  t.match((await ask('GET', '/metrics', scraper)).text, /^vigia_visits 1$/m, 'its figure is scraped');

  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Visits' }).click();
  await page.waitForURL(`${address}/visits`);
  await reads(t, page.locator('main h1'), /^Visits$/, 'its page is shown');
  await reads(t, page.locator('main p'), /^1 visit was promised$/, 'with its words, and what its route says');
  t.match(await page.title(), /Visits · Vigia$/);
  await page.goto(`${address}/incidents`);
  await reads(t, page.locator('main'), /A visit is late/, 'people read what the rule says');
  await page.goto(`${address}/settings/audit`);
  await reads(t, page.locator('main'), /Promised a visit/, 'and what was done');

  await stop();
  t.match(
    rowsOf(dir, 'SELECT client_id, due_at FROM visit'),
    [{ client_id: acme, due_at: visit.dueAt }],
    'its table has it',
  );
  t.same(rowsOf(dir, "SELECT count(*) AS n FROM audit WHERE action = 'visit.promise'"), [{ n: 1 }]);
});
