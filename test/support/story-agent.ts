import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import type { DeviceKind } from '../../protocol/api/view.ts';
import { agentEnvironment, agentNodeFlags } from '../../protocol/wire/agent-flags.ts';
import type { StoryServer } from './story.ts';
import { tempDir } from './temp-dir.ts';
import { type Patience, until } from './until.ts';

/** The agent as it is installed: its bundle, with its flags, in a process of its own. */

const bundle = fileURLToPath(new URL('../../dist/agent/vigia-agent.mjs', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line of the agent with these arguments. */
export function agentCommand(args: readonly string[]): readonly [string, ...string[]] {
  if (!existsSync(bundle)) throw new Error(`${bundle} is missing. Build it: npm run build`);
  return [process.execPath, ...agentNodeFlags, bundle, ...args];
}

function agentProcess([program, ...args]: readonly [string, ...string[]], over: NodeJS.ProcessEnv = {}): ChildProcess {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...agentEnvironment, ...over };
  return spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs the agent to its end. */
export async function runAgentCommand(args: readonly string[], environment?: NodeJS.ProcessEnv): Promise<Finished> {
  const child = agentProcess(agentCommand(args), environment);
  const deadline = setTimeout(() => child.kill('SIGKILL'), 120_000);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code, signal] = await once(child, 'close');
  clearTimeout(deadline);
  return { code, signal, stdout, stderr };
}

export interface EnrolOptions {
  readonly kind?: DeviceKind;
  readonly siteName?: string;
  readonly dataDir?: string;
  /** Where the agent reaches the server, if not directly. */
  readonly through?: string;
}

/** A machine that is enrolled, whose agent the test starts and stops. */
export class Machine {
  readonly deviceId: string;
  readonly dataDir: string;
  readonly #t: Pick<Test, 'teardown'>;

  constructor(t: Pick<Test, 'teardown'>, deviceId: string, dataDir: string) {
    this.#t = t;
    this.deviceId = deviceId;
    this.dataDir = dataDir;
  }

  /** Hex names of the runs whose reports wait in the spool. */
  get spoolDir(): string {
    return join(this.dataDir, 'spool');
  }

  /** Starts the agent; `wrap` puts a command in front of its own. It is killed after the test. */
  start(wrap: (command: readonly string[]) => readonly string[] = (command) => command): AgentProcess {
    const command = wrap(agentCommand(['run', '--data-dir', this.dataDir]));
    const agent = new AgentProcess(agentProcess(command as [string, ...string[]]));
    this.#t.teardown(() => agent.stop('SIGKILL'));
    return agent;
  }
}

export class AgentProcess {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #output = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#closed = once(child, 'close');
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        this.#output += chunk;
      });
    }
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('The agent did not start.');
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** All that it printed so far. */
  get output(): string {
    return this.#output;
  }

  /** Resolves when it has ended by itself, or by somebody else. */
  get ended(): Promise<unknown> {
    return this.#closed;
  }

  /** Sends the signal and waits for the end. Returns the exit code, or null if the signal ended it. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    if (this.isRunning) this.#child.kill(signal);
    await this.#closed;
    return this.#child.exitCode;
  }

  /** Waits until it has printed a line with this text. */
  async untilSays(text: string, patience?: Patience): Promise<void> {
    await until(
      `the agent says "${text}"`,
      () => {
        if (!this.isRunning) throw new Error(`the agent ended: ${this.#output}`);
        return this.#output.includes(text);
      },
      patience,
    );
  }
}

/** Enrols a machine with a new token, by the agent's own command. */
export async function enrol(
  t: Pick<Test, 'teardown'>,
  server: StoryServer,
  { kind = 'server', siteName, dataDir = tempDir(t), through = server.address }: EnrolOptions = {},
): Promise<Machine> {
  return enrolAt(t, through, await server.token(kind, siteName), dataDir);
}

/** Enrols a machine with this token at whatever listens there. */
export async function enrolAt(
  t: Pick<Test, 'teardown'>,
  address: string,
  token: string,
  dataDir = tempDir(t),
): Promise<Machine> {
  const args = ['enroll', '--server', address, '--token', token, '--data-dir', dataDir, '--json'];
  const { code, stdout, stderr } = await runAgentCommand(args);
  if (code !== 0) throw new Error(`enrolment failed: ${stdout}${stderr}`);
  return new Machine(t, JSON.parse(stdout).deviceId, dataDir);
}

/** The machine's own word, such as `/proc/meminfo`, as a number of bytes. */
export function meminfoBytes(name: string): number {
  const kibibytes = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
  return Number(kibibytes) * 1024;
}
