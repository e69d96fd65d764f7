import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { tempDir } from '../support/temp-dir.ts';

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

/** Lives in the copy: promises a visit that is late already, and tells what came of it. */
const use = `
import pino from 'pino';
import { createApp } from './server/app/app.ts';
import { readConfig } from './server/app/config/config.ts';
const config = readConfig({ VIGIA_DATA_DIR: './data', VIGIA_PORT: '0' });
const app = await createApp({ config, logger: pino({ level: 'silent' }), version: '0.1.0' });
await app.start();
const token = new URL(app.firstRunLink()).hash.slice('#token='.length);
const json = { origin: app.address(), 'content-type': 'application/json' };
const ask = (path, init = {}) => fetch(app.address() + path, init);
const first = { token, name: 'Ann', email: 'ann@x.test', password: 'correct horse battery' };
const made = await ask('/api/v1/first-run', { method: 'POST', headers: json, body: JSON.stringify(first) });
const cookie = made.headers.getSetCookie().map((text) => text.split(';', 1)[0]).join('; ');
const headers = { ...json, cookie };
const post = async (path, body) => (await ask(path, { method: 'POST', headers, body: JSON.stringify(body) })).json();
const client = await post('/api/v1/clients', { name: 'Acme' });
const visit = await post('/api/v1/visits', { client: client.id, dueAt: Date.now() - 60_000 });
let incidents = [];
for (let tries = 0; incidents.length === 0 && tries < 1200; tries += 1) {
  await new Promise((resolve) => setTimeout(resolve, 50));
  incidents = (await (await ask('/api/v1/incidents', { headers })).json()).items;
}
const metrics = await (await ask('/metrics', { headers })).text();
const rows = await app.services.store.db.selectFrom('visit').selectAll().execute();
const audit = await app.services.store.db.selectFrom('audit').select('action').execute();
await app.stop();
process.stdout.write(JSON.stringify({ visit, incidents, metrics, rows, actions: audit.map(({ action }) => action) }));
`;

t.test('the feature of the documentation works in a copy, with no other file touched than the lists', async (t) => {
  const dir = tempDir(t);
  copyWithFeature(dir);
  t.equal(files.length, 4);
  t.equal(lines.length, 4);
  t.ok(files.flatMap(({ text }) => text.trim().split('\n')).length < 100, 'it is short');
  const types = { extends: './tsconfig.json', include: ['server', 'dashboard', 'protocol'] };
  writeFileSync(join(dir, 'tsconfig.copy.json'), JSON.stringify(types));
  const checked = await node(dir, 'node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.copy.json').catch(
    (cause: { stdout: string }) => cause,
  );
  t.equal(checked.stdout, '', 'its types are right');
  writeFileSync(join(dir, 'use.ts'), use);
  const { visit, incidents, metrics, rows, actions } = JSON.parse((await node(dir, 'use.ts')).stdout);
  t.same(rows, [visit], 'it has a table and a route');
  t.match(incidents, [{ rule: 'visit.late', sentence: 'A visit is late', clientId: visit.client_id }], 'a rule');
  t.match(metrics, /^vigia_visits 1$/m, 'a metric');
  t.ok(actions.includes('visit.promise'), 'an act is kept in the audit log');
  await node(dir, '--input-type=module', '-e', "await (await import('./scripts/lib/bundle.mjs')).buildDashboard()");
  const bundle = readdirSync(join(dir, 'dist/dashboard'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(join(dir, 'dist/dashboard', name), 'utf8'));
  t.match(bundle.join(''), /children: ?"Visits"/, 'and a page');
});
