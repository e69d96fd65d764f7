import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from '../../scripts/build.mjs';
import { serverEntry, serverEnvironment, serverFlags } from '../../scripts/lib/lean.mjs';

const source = fileURLToPath(new URL('../../server/cli/main.ts', import.meta.url));
const START_DEADLINE_MS = 120_000;
const STOP_DEADLINE_MS = 30_000;
const KEPT_LINES = 20;

export interface ServerProcess {
  readonly pid: number;
  readonly host: string;
  readonly port: number;
  /** Such as `https://127.0.0.1:41234`. */
  readonly origin: string;
  /** From the start of the process until `/readyz` would be true: it says its address when it is. */
  readonly startToReadyMs: number;
  /** Debugging address, if it was asked for. */
  readonly inspectorUrl: string | null;
  /** The last lines that it logged. */
  log(): string;
  /** As a power cut would. */
  kill(): Promise<void>;
  /** Politely, as a service manager does. */
  stop(): Promise<void>;
}

export interface ServerStart {
  readonly dataDir: string;
  readonly intervalMs: number;
  readonly tls: boolean;
  /** 0 picks a free one. */
  readonly port?: number;
  readonly inspect?: boolean;
  /** Settings besides these, by their names. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts the real server, the process that `npx vigia server` becomes, and waits until it takes agents. */
export async function startServer(start: ServerStart): Promise<ServerProcess> {
  await build({ acceptOldDashboard: true });
  const startedAt = performance.now();
  const flags = [...serverFlags, ...(start.inspect ? ['--inspect=127.0.0.1:0'] : [])];
  // A profile names files and lines: those of the sources tell more.
  const entry = start.inspect ? source : serverEntry;
  const child = spawn(process.execPath, [...flags, entry, 'server', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...serverEnvironment,
      PATH: process.env.PATH,
      VIGIA_DATA_DIR: start.dataDir,
      VIGIA_PORT: String(start.port ?? 0),
      VIGIA_REPORT_INTERVAL: `${start.intervalMs}ms`,
      VIGIA_TLS_SELF_SIGNED: start.tls ? '1' : '0',
      VIGIA_LOG_LEVEL: 'warn',
      ...start.environment,
    },
  });
  const ending = once(child, 'exit');
  endWithUs(child);
  const lines: string[] = [];
  const inspector = Promise.withResolvers<string | null>();
  if (!start.inspect) inspector.resolve(null);
  createInterface({ input: child.stderr }).on('line', (line) => {
    const url = /^Debugger listening on (ws:\S+)$/.exec(line)?.[1];
    if (url !== undefined) inspector.resolve(url);
    else if (lines.push(line) > KEPT_LINES) lines.shift();
  });
  const address = await announced(child, ending, () => lines.join('\n'));
  const startToReadyMs = performance.now() - startedAt;
  const { hostname, port } = new URL(address);
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    const deadline = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
    await ending;
    clearTimeout(deadline);
  };
  return {
    pid: child.pid ?? 0,
    host: hostname,
    port: Number(port),
    origin: address,
    startToReadyMs,
    inspectorUrl: await inspector.promise,
    log: () => lines.join('\n'),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

function announced(child: ChildProcess, ending: Promise<unknown>, log: () => string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const deadline = setTimeout(() => {
    child.kill('SIGKILL');
    reject(new Error(`the server did not start in time: ${log()}`));
  }, START_DEADLINE_MS);
  if (child.stdout === null) throw new Error('the server has no standard output');
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (!line.startsWith('{')) return;
    const { address } = JSON.parse(line) as { address?: string };
    if (address !== undefined) resolve(address);
  });
  ending.then(() => reject(new Error(`the server ended: ${log()}`)), reject);
  return promise.finally(() => clearTimeout(deadline));
}

const children = new Set<ChildProcess>();

/** No process of a measurement outlives it. */
export function endWithUs(child: ChildProcess): void {
  if (children.size === 0) {
    process.once('exit', () => {
      for (const one of children) one.kill('SIGKILL');
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
  }
  children.add(child);
  child.once('exit', () => children.delete(child));
}
