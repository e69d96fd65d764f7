import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { endAll } from './end-all.ts';
import { MAX_OUTPUT_LENGTH, SourceError } from './source.ts';
import type { RunTool, ToolResult } from './tool.ts';

export interface RunToolOptions {
  /** On the clock of `performance.now()`. */
  readonly untilMs: number;
  /** Ends whatever runs. */
  readonly signal: AbortSignal;
  readonly path?: string;
  /** Bounds of one run; of its address space in KiB. */
  readonly maxOutputBytes?: number;
  readonly maxMemoryKib?: number;
}

const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** restic does not start with less than 1 GB of address space, of which it uses 60 MB. */
const MAX_MEMORY_KIB = 3 * 1024 * 1024;
/** Of what is said beside the output. */
const MAX_SAID_BYTES = 64 * 1024;
/**
 * Lowest priority and bounded memory, as far as the machine has the means; then the tool takes the place of the shell. What it is to
 * run comes as arguments, so nothing is ever a part of this text.
 */
const GENTLY =
  'ulimit -v "$1" 2>/dev/null; shift; command -v ionice >/dev/null 2>&1 && set -- ionice -c 3 -t "$@"; exec nice -n 19 "$@"';
/** What `sh`, `env` and the like end with where there is no such program. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/**
 * Runs tools, one process group each, with a clean environment, at the lowest priority and within bounds. At the deadline, or if it
 * prints too much, all that came of a tool is killed, also what has left its group; a process that hangs in the kernel is not waited for.
 */
export function createRunTool(options: RunToolOptions): RunTool {
  const { untilMs, signal, path = SYSTEM_PATH, maxMemoryKib = MAX_MEMORY_KIB } = options;
  return async ({ program, args, environment }) => {
    if (signal.aborted || performance.now() >= untilMs) throw new SourceError('timeout', 'There was no time left.');
    const mark = randomBytes(16).toString('hex');
    const env = {
      HOME: userInfo().homedir,
      ...environment,
      PATH: path,
      LC_ALL: 'C.UTF-8',
      TZ: 'UTC',
      [endAll.mark]: mark,
    };
    const child = spawn('/bin/sh', ['-c', GENTLY, 'sh', String(maxMemoryKib), program, ...args], {
      env,
      detached: true,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { promise: over, resolve: end } = Promise.withResolvers<SourceError>();
    const seconds = Math.max(1, Math.round((untilMs - performance.now()) / 1000));
    const deadline = setTimeout(
      () => end(new SourceError('timeout', `${program} did not end within ${seconds} s.`)),
      Math.max(0, untilMs - performance.now()),
    );
    const stop = (): void => end(new SourceError('timeout', `${program} was ended before it was done.`));
    signal.addEventListener('abort', stop, { once: true });
    try {
      const ended = await Promise.race([outcomeOf(child, program, options, end), over]);
      if (!(ended instanceof SourceError)) return ended;
      throw ended;
    } finally {
      clearTimeout(deadline);
      signal.removeEventListener('abort', stop);
      endAll.of(child, mark);
    }
  };
}

async function outcomeOf(
  child: ChildProcess,
  program: string,
  { maxOutputBytes = MAX_OUTPUT_LENGTH }: RunToolOptions,
  end: (error: SourceError) => void,
): Promise<ToolResult> {
  const output: Buffer[] = [];
  let outputBytes = 0;
  child.stdout?.on('data', (chunk: Buffer) => {
    outputBytes += chunk.length;
    if (outputBytes <= maxOutputBytes) output.push(chunk);
    else end(new SourceError('unreadable', `${program} printed more than ${maxOutputBytes} bytes.`));
  });
  let said = Buffer.alloc(0);
  child.stderr?.on('data', (chunk: Buffer) => {
    said = Buffer.concat([said, chunk]);
    if (said.length > 2 * MAX_SAID_BYTES)
      said = Buffer.concat([said.subarray(0, MAX_SAID_BYTES), Buffer.from('\n'), said.subarray(-MAX_SAID_BYTES + 1)]);
  });
  const { promise: closed, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', resolve);
  const exitCode = await closed.catch((cause: Error) => {
    throw new SourceError('failed', `${program} cannot be started: ${cause.message}`);
  });
  const stderr = said.toString();
  if ((exitCode === NOT_FOUND || exitCode === NOT_EXECUTABLE) && /^(nice|ionice|sh): /m.test(stderr)) {
    const fault = exitCode === NOT_FOUND ? 'tool_missing' : 'not_permitted';
    throw new SourceError(fault, `${program} cannot be run on this machine.`);
  }
  return { exitCode, stdout: Buffer.concat(output).toString(), stderr };
}
