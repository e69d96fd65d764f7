import { type CheckOutcome, outcome } from '../../../protocol/check/outcome.ts';
import { parseProcessStat } from '../../collect/linux/process-stat.ts';
import { readdir, readFile, readlink } from '../../files/disk.ts';
import { isNamed, type ProcessNames } from './process-names.ts';

/** One run of a check for a process of this name. */
export type RunProcess = (name: string, procRoot?: string) => Promise<CheckOutcome>;

/** More names are asked for than an agent has checks only when they change. */
const MAX_REMEMBERED = 256;

interface Found {
  readonly pid: string;
  readonly comm: string;
  readonly startTicks: number;
}

/**
 * Passes if a process of the name runs: see {@link isNamed}. Reads `/proc`. Unknown, not down, where others' processes are
 * hidden from the agent (`hidepid`). The process that was found last is looked at first: as long as it lives, nothing else is.
 */
export function createRunProcess(): RunProcess {
  const remembered = new Map<string, Found>();
  return async (name, procRoot = '/proc') => {
    const startedAtMs = performance.now();
    const last = remembered.get(name);
    if (last !== undefined && (await isStill(last, procRoot))) return outcome(true, 'ok', startedAtMs);
    remembered.delete(name);
    const pids = (await readdir(procRoot).catch(() => [])).filter((entry) => /^\d+$/.test(entry));
    if (pids.length === 0) return outcome(null, 'not_found', startedAtMs);
    const { found, isBlind } = await search(name, procRoot, pids);
    if (found !== undefined) {
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      remembered.set(name, found);
      return outcome(true, 'ok', startedAtMs);
    }
    if (isBlind || (await hidesOthers(procRoot, pids))) return outcome(null, 'not_permitted', startedAtMs);
    return outcome(false, 'not_running', startedAtMs);
  };
}

async function search(name: string, procRoot: string, pids: readonly string[]) {
  let isBlind = false;
  for (const pid of pids) {
    const stat = await readStat(`${procRoot}/${pid}`);
    if (stat === 'hidden') isBlind = true;
    // A process that has ended and whose parent has not noticed serves nobody; kernel threads are no programs.
    if (typeof stat === 'string' || stat.state === 'Z' || stat.state === 'X') continue;
    const { comm, startTicks } = stat;
    const names: ProcessNames = {
      comm,
      executable: await readlink(`${procRoot}/${pid}/exe`).catch(() => null),
      // Of a process that hangs in the kernel, its arguments may hang with it.
      arguments: stat.state === 'D' ? null : await readArguments(`${procRoot}/${pid}`),
    };
    if (isNamed(name, names)) return { found: { pid, comm, startTicks }, isBlind };
  }
  return { found: undefined, isBlind };
}

async function isStill({ pid, comm, startTicks }: Found, procRoot: string): Promise<boolean> {
  const stat = await readStat(`${procRoot}/${pid}`);
  // Whoever runs another program in its place has another name.
  return typeof stat === 'object' && stat.state !== 'Z' && stat.startTicks === startTicks && stat.comm === comm;
}

async function readStat(folder: string) {
  let text: string;
  try {
    text = await readFile(`${folder}/stat`, 'latin1');
  } catch (error) {
    return isRefusal(error) ? 'hidden' : 'gone';
  }
  const state = text.slice(text.lastIndexOf(')') + 2)[0] ?? '';
  const startTicks = parseProcessStat(text)?.startTicks ?? 0;
  // In stat the name of a kernel thread is longer than the file of its own says; of a program both are the same.
  const comm = Buffer.from(text.slice(text.indexOf('(') + 1, text.lastIndexOf(')')), 'latin1').toString();
  return { comm, state, startTicks };
}

async function readArguments(folder: string): Promise<readonly string[] | null> {
  const text = await readFile(`${folder}/cmdline`, 'utf8').catch(() => null);
  return text === null ? null : text.split('\0');
}

function isRefusal(error: unknown): boolean {
  return ['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** Mounted with `hidepid` (by the machine, or by the agent's own unit) and without even the first process: others are not shown. */
async function hidesOthers(procRoot: string, pids: readonly string[]): Promise<boolean> {
  if (pids.includes('1')) return false;
  const mounts = await readFile(`${procRoot}/self/mountinfo`, 'latin1').catch(() => '');
  return mounts.split('\n').some((line) => / - proc /.test(line) && /\bhidepid=(?!0\b|off\b)/.test(line));
}
