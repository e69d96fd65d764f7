import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { agentEnvironment, agentNodeFlags } from '../../protocol/wire/agent-flags.ts';

/** The bundle as it is installed, under its own flags. */
const bundle = fileURLToPath(new URL('../../dist/agent/vigia-agent.mjs', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly complaint: string;
}

export interface BundleOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** The command that surrounds the agent and in the end becomes it, such as `unshare`. */
  readonly wrap?: (command: readonly string[]) => readonly string[];
  readonly input?: string;
}

/** Starts it; it is killed with the test. */
export function startBundle(t: Pick<Test, 'teardown'>, args: readonly string[], options: BundleOptions = {}) {
  const { environment, wrap = (command) => command, input } = options;
  const [program = '', ...rest] = wrap([process.execPath, ...agentNodeFlags, bundle, ...args]);
  const child = spawn(program, rest, {
    env: { PATH: process.env.PATH, ...agentEnvironment, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined).end(input ?? '');
  t.teardown(() => child.kill('SIGKILL'));
  let output = '';
  let complaint = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    complaint += chunk;
  });
  const finished = once(child, 'close').then(
    (): Outcome => ({ code: child.exitCode, signal: child.signalCode, output, complaint }),
  );
  return { child: child as ChildProcess, finished, output: () => output, complaint: () => complaint };
}

export const runBundle = (t: Pick<Test, 'teardown'>, args: readonly string[], environment?: Record<string, string>) =>
  startBundle(t, args, environment && { environment }).finished;
