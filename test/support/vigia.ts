import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { until } from './until.ts';

const main = fileURLToPath(new URL('../../server/cli/main.ts', import.meta.url));

export interface VigiaOptions {
  readonly dataDir: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** A command that ends by becoming the one behind it. */
  readonly wrap?: readonly string[];
  /** What Node runs in place of the sources, with its flags. */
  readonly entry?: readonly string[];
  /** What happens to the process of a command while it runs. */
  readonly meanwhile?: (child: ChildProcess) => Promise<void>;
}

export interface VigiaResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(
  args: readonly string[],
  { dataDir, environment, wrap = [], entry = [main] }: VigiaOptions,
): ChildProcess {
  const [program = '', ...rest] = [...wrap, process.execPath, ...entry, ...args];
  return spawn(program, rest, {
    env: { PATH: process.env.PATH ?? '', VIGIA_DATA_DIR: dataDir, VIGIA_PORT: '0', ...environment },
  });
}

/** Runs a command of `vigia` to its end, as a process of its own. */
export async function vigia(args: readonly string[], options: VigiaOptions): Promise<VigiaResult> {
  const child = start(args, options);
  child.stdin?.end(options.input ?? '');
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout as NodeJS.ReadableStream),
    text(child.stderr as NodeJS.ReadableStream),
    once(child, 'exit') as Promise<[number | null]>,
    options.meanwhile?.(child),
  ]);
  return { code, stdout, stderr };
}

export interface RunningVigia {
  readonly child: ChildProcess;
  readonly address: string;
  readonly firstRunLink: string | null;
  /** What it wrote to standard error so far. */
  log(): string;
  /** Sends the signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: string | null }>;
}

/** Starts `vigia up` or `vigia server` and waits until it listens; it is killed after the test. */
export async function startVigia(
  t: Pick<Test, 'teardown'>,
  command: 'up' | 'server',
  options: VigiaOptions,
): Promise<RunningVigia> {
  const child = start([command, '--json'], options);
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  t.teardown(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await ended;
  });
  const listens = (): boolean => {
    if (child.exitCode !== null) throw new Error(`It ended instead: ${stderr}`);
    return stdout.includes('\n');
  };
  await until('the server to listen', listens, { deadlineMs: 180_000 });
  const { address, firstRunLink } = JSON.parse(stdout);
  return {
    child,
    address,
    firstRunLink,
    log: () => stderr,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      const [code, endSignal] = await ended;
      return { code, signal: endSignal };
    },
  };
}
