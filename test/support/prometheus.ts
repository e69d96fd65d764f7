import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { tempDir } from './temp-dir.ts';
import { until } from './until.ts';

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A series over time: instants in ms. */
export interface Line {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [at: number, value: number])[];
}

export interface Prometheus {
  /** `data` of an answer. @throws Error with what Prometheus says if it is none */
  // biome-ignore lint/suspicious/noExplicitAny: Prometheus' documents are not ours
  ask(path: string): Promise<any>;
  query(expression: string): Promise<Sample[]>;
  /** Between two instants in ms. */
  queryRange(expression: string, from: number, to: number, stepMs: number): Promise<Line[]>;
}

type Labels = Record<string, string>;

/**
 * Starts Debian's Prometheus with this configuration, YAML or what is written as JSON, which YAML reads. It lies in `folder`, with
 * whatever it names there.
 */
export async function startPrometheus(
  t: Pick<Test, 'teardown'>,
  configuration: unknown,
  folder = tempDir(t),
): Promise<Prometheus> {
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, typeof configuration === 'string' ? configuration : JSON.stringify(configuration));
  const args = [`--config.file=${config}`, `--storage.tsdb.path=${folder}/data`, '--web.listen-address=127.0.0.1:0'];
  const child = spawn('prometheus', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  t.teardown(async () => {
    const gone = once(child, 'close');
    if (child.exitCode === null && child.kill('SIGKILL')) await gone;
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    log += chunk;
  });
  const address = await until('Prometheus listens', () => {
    if (child.exitCode !== null) throw new Error(`Prometheus ended: ${log}`);
    return /"Listening on".* address=(\S+)/.exec(log)?.[1];
  });
  // It listens before it has opened what it keeps, and answers 503 until then.
  await until('Prometheus is ready', async () => {
    if (child.exitCode !== null) throw new Error(`Prometheus ended: ${log}`);
    return (await fetch(`http://${address}/-/ready`)).ok;
  });
  const ask: Prometheus['ask'] = async (path) => {
    const response = await fetch(`http://${address}/api/v1/${path}`);
    const { status, data, error } = (await response.json()) as { status: string; data: unknown; error?: string };
    if (status !== 'success') throw new Error(`${path}: ${error}`);
    return data;
  };
  return {
    ask,
    async query(expression) {
      const { result } = await ask(`query?${new URLSearchParams({ query: expression })}`);
      return result.map(({ metric, value }: { metric: Labels; value: [number, string] }) => {
        return { labels: metric, value: Number(value[1]) };
      });
    },
    async queryRange(expression, from, to, stepMs) {
      const span = { start: String(from / 1000), end: String(to / 1000), step: String(stepMs / 1000) };
      const { result } = await ask(`query_range?${new URLSearchParams({ query: expression, ...span })}`);
      return result.map(({ metric, values }: { metric: Labels; values: [number, string][] }) => {
        return { labels: metric, points: values.map(([at, value]) => [at * 1000, Number(value)] as const) };
      });
    },
  };
}
