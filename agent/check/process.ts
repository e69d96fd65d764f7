import { basename } from 'node:path';
import { type CheckOutcome, outcome } from '../../protocol/check/outcome.ts';
import { readdir, readFile, readlink } from '../disk.ts';

/** The kernel keeps no more of a program's name. */
const COMM_BYTES = 15;

/**
 * Passes if a process of this executable name runs. Reads `/proc`: the name that the kernel keeps, cut to 15 bytes, and for a
 * longer name the path of the executable, which only its owner and root may see.
 */
export async function runProcess(name: string, procRoot = '/proc'): Promise<CheckOutcome> {
  const startedAtMs = performance.now();
  const pids = (await readdir(procRoot).catch(() => [])).filter((entry) => /^\d+$/.test(entry));
  if (pids.length === 0) return outcome(null, 'not_found', startedAtMs);
  const short = Buffer.from(name).subarray(0, COMM_BYTES).toString();
  for (const pid of pids) {
    const comm = await readFile(`${procRoot}/${pid}/comm`, 'utf8').catch(() => '');
    if (comm.trimEnd() !== short) continue;
    if (await isZombie(`${procRoot}/${pid}/stat`)) continue;
    if (short === name) return outcome(true, 'ok', startedAtMs);
    const executable = await readlink(`${procRoot}/${pid}/exe`).catch(() => null);
    // Without the right to see it, the fifteen bytes that fit have to do.
    if (executable === null || basename(executable.replace(/ \(deleted\)$/, '')) === name) {
      return outcome(true, 'ok', startedAtMs);
    }
  }
  return outcome(false, 'not_running', startedAtMs);
}

/** A process that has ended and whose parent has not noticed serves nobody. */
async function isZombie(statPath: string): Promise<boolean> {
  const stat = await readFile(statPath, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
}
