import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';

const bench = fileURLToPath(new URL('../../bench/run.ts', import.meta.url));
const short = ['--agents', '5', '--interval', '500ms', '--warm-up', '1s'];

t.setTimeout(400_000);

async function run(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await promisify(execFile)(process.execPath, [bench, ...args], { timeout: 200_000 });
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
}

t.test('a small fleet is measured and loses nothing', async (t) => {
  const figures = await run('fleet', ...short, '--duration', '3s');
  t.equal(figures.bench, 'fleet');
  t.equal(figures.lostReports, 0);
  t.ok(Number(figures.reports) >= 20, `${figures.reports} reports`);
  t.equal(figures.keptReports, figures.acknowledgedReports);
  t.ok(Number(figures.serverCpuSecondsPerMillionSamples) > 0);
  t.ok(Number(figures.frameBytesPerReport) < 120, `${figures.frameBytesPerReport} bytes`);
});

t.test('a server that is killed has its agents back', async (t) => {
  const figures = await run('reconnect', ...short, '--down', '500ms');
  t.equal(figures.lostReports, 0);
  t.equal(figures.falseIncidents, 0);
  t.ok(Number(figures.allBackMs) < 60_000, `${figures.allBackMs} ms`);
});

t.test('an unknown flag is named', async (t) => {
  await t.rejects(run('fleet', '--agent', '5'), /--agent/);
});
