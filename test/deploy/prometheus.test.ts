import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { tempDir } from '../support/temp-dir.ts';

const shipped = fileURLToPath(new URL('../../deploy/prometheus/', import.meta.url));
const read = (path: string): string => readFileSync(join(shipped, path), 'utf8');

function promtool(t: Test, cwd: string, ...args: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, { cwd, encoding: 'utf8', timeout: 120_000 });
  t.equal(error, undefined, 'promtool is installed (Debian: apt install prometheus)');
  t.equal(status, 0, `promtool ${args.join(' ')}`, { stdout, stderr });
}

t.test('promtool accepts the configuration with its rules', (t) => {
  const folder = tempDir(t);
  cpSync(shipped, folder, { recursive: true });
  writeFileSync(join(folder, 'vigia.key'), 'vk_test', { mode: 0o600 });
  promtool(t, folder, 'check', 'config', '--lint=all', '--lint-fatal', 'prometheus.yml');
  t.end();
});

t.test('each alert fires when it is to, and not before', (t) => {
  const files = readdirSync(join(shipped, 'tests'));
  promtool(t, join(shipped, 'tests'), 'test', 'rules', ...files);
  t.end();
});

t.test('every alert is tested to fire and to be silent, says what to do, and is told of in the documents', (t) => {
  const alerts = [...read('vigia.alerts.yml').matchAll(/- alert: (\w+)$/gm)].map(([, name = '']) => name);
  t.ok(alerts.length >= 13);
  const tests = readdirSync(join(shipped, 'tests'))
    .map((file) => read(join('tests', file)))
    .join('\n');
  const document = readFileSync(fileURLToPath(new URL('../../docs/grafana.md', import.meta.url)), 'utf8');
  const fires = new Set([...tests.matchAll(/alertname: (\w+)\n\s+exp_alerts:/g)].map(([, name]) => name));
  const silent = new Set([...tests.matchAll(/alertname: (\w+) \}/g)].map(([, name]) => name));
  for (const name of alerts) {
    t.ok(fires.has(name), `${name} fires in a test`);
    t.ok(silent.has(name), `${name} is silent in a test`);
    t.ok(document.includes(`\`${name}\``), `${name} stands in docs/grafana.md`);
  }
  const parts = read('vigia.alerts.yml').split('- alert: ').slice(1);
  for (const part of parts) {
    t.match(part, /severity: (critical|warning)/, part.split('\n')[0] ?? '');
    t.match(part, /summary: .*\n\s+description: /, part.split('\n')[0] ?? '');
  }
  t.end();
});
