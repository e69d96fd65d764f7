import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Logger } from 'pino';
import { refused } from '../../protocol/said/refused.ts';
import { said } from '../../protocol/said/said.ts';
import { agentEnvironment, agentNodeFlags } from '../../protocol/wire/agent-flags.ts';
import type { Config } from '../app/config/config.ts';
import type { Perform } from './operations.ts';
import { agentBundle } from './paths.ts';

const ONCE_DEADLINE_MS = 20_000;
const STOP_DEADLINE_MS = 5000;
const FIRST_RESTART_MS = 1000;
const LONGEST_RESTART_MS = 60_000;
/** An agent that ran this long was well: the next restart is quick again. */
const WELL_AFTER_MS = 60_000;
const TOKEN_LIFE_MS = 10 * 60_000;

export interface LocalAgentOptions {
  readonly config: Config;
  /** Where this server listens, for an agent on the same machine. */
  readonly address: string;
  readonly perform: Perform;
  readonly logger: Logger;
}

interface AgentStatus {
  readonly enrolled: boolean;
  readonly server: string | null;
  readonly runningAs: number | null;
}

/**
 * Watches this very machine: enrols it when it is not, runs the agent, and starts it again when it ends.
 * @throws VigiaError if the machine cannot be enrolled
 */
export async function startLocalAgent(options: LocalAgentOptions): Promise<{ stop(): Promise<void> }> {
  const { config, address, logger } = options;
  if (!existsSync(agentBundle)) {
    throw refused('artifact_missing', said('refused.cli.no-agent'));
  }
  const status = await agentStatus(config);
  if (status.runningAs !== null) await takeOver(status.runningAs, config);
  if (!status.enrolled || status.server !== address) await enrol(options);
  return supervise(config, logger);
}

async function agentStatus(config: Config): Promise<AgentStatus> {
  return JSON.parse(await runOnce(config, ['status', '--json'])) as AgentStatus;
}

async function enrol({ config, address, perform }: LocalAgentOptions): Promise<void> {
  const { token } = await perform('token.create', {
    clientName: 'Local',
    siteName: 'Here',
    kind: 'server',
    uses: 1,
    expiresInMs: TOKEN_LIFE_MS,
  });
  await runOnce(config, ['enroll', '--server', address, '--token-file', '-', '--force', '--json'], token);
}

/** A server that was killed leaves its agent behind. One of another folder is somebody else's and stays. */
async function takeOver(pid: number, { dataDir, agentDataDir }: Config): Promise<void> {
  if (relative(dataDir, agentDataDir).startsWith('..')) {
    throw refused('conflict', said('refused.cli.agent-runs', { pid, folder: agentDataDir }));
  }
  for (let waitedMs = 0; isAlive(pid); waitedMs += 100) {
    process.kill(pid, waitedMs < STOP_DEADLINE_MS ? 'SIGTERM' : 'SIGKILL');
    await sleep(100);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** @returns what the agent wrote to standard output. @throws VigiaError with the agent's own sentence */
async function runOnce(config: Config, args: readonly string[], input = ''): Promise<string> {
  try {
    const running = promisify(execFile)(process.execPath, commandOf(config, args), {
      env: environmentOf(config),
      timeout: ONCE_DEADLINE_MS,
    });
    // It may end before it has read it.
    running.child.stdin?.on('error', () => undefined).end(input);
    return (await running).stdout;
  } catch (cause) {
    const { stderr, message } = cause as Error & { stderr?: string };
    throw refused('internal', said('refused.cli.agent-says', { text: stderr?.trim() || message }));
  }
}

function commandOf({ agentDataDir }: Config, args: readonly string[]): string[] {
  return [...agentNodeFlags, agentBundle, ...args, '--data-dir', agentDataDir];
}

function environmentOf({ logLevel }: Config): Record<string, string> {
  return { ...agentEnvironment, VIGIA_LOG_LEVEL: logLevel };
}

function supervise(config: Config, logger: Logger): { stop(): Promise<void> } {
  const log = logger.child({ part: 'agent' });
  const stopping = new AbortController();
  let child: ChildProcess | null = null;

  async function run(): Promise<void> {
    let restartMs = FIRST_RESTART_MS;
    while (!stopping.signal.aborted) {
      const startedAt = performance.now();
      child = spawn(process.execPath, commandOf(config, ['run']), {
        env: environmentOf(config),
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      passLog(child, log);
      const how = await ended(child);
      if (stopping.signal.aborted) return;
      if (performance.now() - startedAt > WELL_AFTER_MS) restartMs = FIRST_RESTART_MS;
      log.warn({ how, restartMs }, 'the agent of this machine ended and is started again');
      await sleep(restartMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      restartMs = Math.min(restartMs * 2, LONGEST_RESTART_MS);
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      child?.kill('SIGTERM');
      const kill = setTimeout(() => child?.kill('SIGKILL'), STOP_DEADLINE_MS);
      await running;
      clearTimeout(kill);
    },
  };
}

/** How the process ended: its exit code, a signal, or why it did not start. */
async function ended(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    return signal ?? `exit code ${code}`;
  } catch (error) {
    return String(error);
  }
}

/** The agent writes JSON lines; they go on in our log, under its name. */
function passLog(child: ChildProcess, log: Logger): void {
  if (child.stderr === null) return;
  createInterface({ input: child.stderr }).on('line', (line) => {
    const entry = parseEntry(line);
    if (entry === null) log.warn(line);
    else log[entry.level]({ ...entry.fields }, entry.message);
  });
}

function parseEntry(line: string) {
  try {
    const { level, time: _, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
    const known = (['debug', 'info', 'warn', 'error'] as const).find((name) => name === level);
    return known === undefined ? null : { level: known, message: String(msg), fields };
  } catch {
    return null; // not a line of the log: a crash of the runtime itself
  }
}
