import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { isatty } from 'node:tty';
import { processStart } from './process-start.ts';
import { MAX_RECORDS, type RunRecord, recordName, runsFolder } from './record.ts';

export interface WrappedRun {
  readonly source: string;
  /** Null: it cannot be written down, for this reason. The command runs all the same. */
  readonly stateDir: string | null;
  readonly command: readonly [string, ...string[]];
  readonly nowMs: () => number;
  readonly warn: (sentence: string) => void;
}

/** As shells have it. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;
const SIGNAL_BASE = 128;
const passedOn = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
/** A terminal sends these to the command as well, which would take a second one for more than the first. */
const fromTerminal = ['SIGINT', 'SIGQUIT'] as const;

/**
 * Runs a command as it would run without this: with the same input, outputs, environment and folder. Writes down that it began, and
 * how it ended; where that cannot be written, it says so and runs the command all the same.
 * @returns the exit code, or the signal that ended it
 */
export async function runWrapped({
  source,
  stateDir,
  command,
  nowMs,
  warn,
}: WrappedRun): Promise<number | NodeJS.Signals> {
  const startedAt = nowMs();
  const begun = { startedAt, ...thisProcess(), endedAt: null, exitCode: null, signal: null };
  // Before anybody can see that it runs: a signal that comes from then on is the command's.
  const signals = listenForSignals();
  const keep = stateDir === null ? null : keeperOf(runsFolder(stateDir, source), begun, warn);
  keep?.(begun);
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: 'inherit' });
  signals.passTo(child);
  const { promise, resolve } = Promise.withResolvers<number | NodeJS.Signals>();
  child.once('exit', (code, signal) => resolve(signal ?? code ?? 1));
  child.once('error', (error: NodeJS.ErrnoException) => {
    warn(`${program} cannot be run: ${error.code ?? error.message}`);
    resolve(error.code === 'ENOENT' ? NOT_FOUND : NOT_EXECUTABLE);
  });
  const end = await promise;
  signals.stop();
  const how = typeof end === 'number' ? { exitCode: end, signal: null } : { exitCode: null, signal: end };
  keep?.({ ...begun, endedAt: Math.max(startedAt, nowMs()), ...how });
  return end;
}

/** Signals for the command; those that come before it is there wait for it. */
function listenForSignals() {
  const hasTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
  const waiting: NodeJS.Signals[] = [];
  let command: ChildProcess | null = null;
  const passOn = (signal: NodeJS.Signals): void => {
    if (command) command.kill(signal);
    else waiting.push(signal);
  };
  const ignore = (): void => undefined;
  const listeners = [
    ...passedOn.map((signal) => [signal, passOn] as const),
    ...fromTerminal.map((signal) => [signal, hasTerminal ? ignore : passOn] as const),
  ];
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return {
    passTo(child: ChildProcess): void {
      command = child;
      for (const signal of waiting) child.kill(signal);
    },
    stop(): void {
      for (const [signal, listener] of listeners) process.off(signal, listener);
    },
  };
}

/** As a shell tells of a signal. */
export function exitCodeOf(end: number | NodeJS.Signals): number {
  return typeof end === 'number' ? end : SIGNAL_BASE + constants.signals[end];
}

function thisProcess(): Pick<RunRecord, 'pid' | 'startTicks' | 'bootId'> {
  const { pid } = process;
  return {
    pid,
    startTicks: processStart(pid) ?? 0,
    bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim(),
  };
}

/** Says once what is in the way, and what to do. */
function keeperOf(
  folder: string,
  { startedAt, pid }: RunRecord,
  warn: (sentence: string) => void,
): ((record: RunRecord) => void) | null {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    removeOld(folder);
  } catch (error) {
    warn(
      `The run is not written down (${codeOf(error)}). If this user is to make the backup, run as root: install -d -o ${process.geteuid?.() ?? 'USER'} ${folder}`,
    );
    return null;
  }
  let hasWarned = false;
  return (record) => {
    try {
      replace(join(folder, recordName(startedAt, pid)), JSON.stringify(record));
    } catch (error) {
      if (!hasWarned) warn(`The run is not written down: ${folder} cannot be written (${codeOf(error)}).`);
      hasWarned = true;
    }
  };
}

/** Also over a power cut the old content or the new. The temporary file is made anew, so that no link leads elsewhere. */
function replace(path: string, content: string): void {
  const temporary = `${path}.tmp`;
  rmSync(temporary, { force: true });
  const file = openSync(temporary, 'wx', 0o644);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  const folder = openSync(join(path, '..'), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function removeOld(folder: string): void {
  const names = readdirSync(folder).filter((name) => /^\d{16}-\d{1,10}\.json(\.tmp)?$/.test(name));
  for (const name of names
    .sort()
    .reverse()
    .slice(MAX_RECORDS - 1))
    rmSync(join(folder, name), { force: true });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
