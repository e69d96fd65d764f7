import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VigiaError } from '../../protocol/error.ts';
import { readFileIfAny } from './file.ts';

/** Who holds the folder. A process number alone may be taken again; with its start it names one process. */
interface Owner {
  readonly pid: number;
  /** Start in clock ticks since boot, as in /proc/PID/stat; empty where the system has no /proc. */
  readonly start: string;
}

/**
 * Takes the data folder for this process, so that two agents never share a key and a spool. A lock whose process is gone is
 * taken over.
 * @param withoutWriting the folder cannot be written: whoever holds it is respected, and nobody else kept out
 * @returns gives the folder free
 * @throws VigiaError `data_dir_in_use`
 */
export function lockDataDir(dataDir: string, { withoutWriting = false } = {}): () => void {
  const path = join(dataDir, 'agent.lock');
  if (withoutWriting) {
    const holder = findLockOwner(dataDir);
    if (holder !== undefined && holder !== process.pid) throw inUse(dataDir, holder);
    return () => {};
  }
  const mine = JSON.stringify({ pid: process.pid, start: startOf(process.pid) ?? '' } satisfies Owner);
  const offer = `${path}.${process.pid}`;
  writeFileSync(offer, mine, { mode: 0o600 });
  try {
    // link() creates the lock together with its content, or fails because there is one.
    while (!tryLink(offer, path)) {
      const theirs = readFileIfAny(path);
      if (theirs === undefined) continue;
      const owner = parseOwner(theirs);
      if (owner !== undefined && isAlive(owner)) throw inUse(dataDir, owner.pid);
      removeStale(path, theirs);
    }
  } finally {
    rmSync(offer, { force: true });
  }
  return () => {
    if (readFileIfAny(path) === mine) rmSync(path, { force: true });
  };
}

/** The process that holds the folder, or undefined. */
export function findLockOwner(dataDir: string): number | undefined {
  const owner = parseOwner(readFileIfAny(join(dataDir, 'agent.lock')) ?? '');
  return owner !== undefined && isAlive(owner) ? owner.pid : undefined;
}

function inUse(dataDir: string, pid: number): VigiaError {
  return new VigiaError(
    'data_dir_in_use',
    `Another agent (process ${pid}) uses ${dataDir}. Stop it, or name another folder with --data-dir.`,
    { pid },
  );
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Two processes may find the same stale lock. Only the file that was judged may go, not a fresh one in its place. */
function removeStale(path: string, judged: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (readFileSync(aside, 'utf8') !== judged) tryLink(aside, path);
  rmSync(aside);
}

function parseOwner(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Owner;
    return Number.isSafeInteger(owner.pid) && owner.pid > 0 ? owner : undefined;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, start }: Owner): boolean {
  const present = startOf(pid);
  if (present !== undefined) return present === start;
  try {
    process.kill(pid, 0);
    return start === '';
  } catch (error) {
    return start === '' && (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold anything; the state is the 1st and the start the 20th field behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
