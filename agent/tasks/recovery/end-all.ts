import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** In the environment of all that comes of one run, however far it moved from the process that was started. */
const MARK = 'VIGIA_RUN_MARK';
/** Whoever forks while it is looked for is found in the next round. */
const ROUNDS = 3;

/**
 * Kills what is left of a child: its process group, and whatever carries its mark and has a group or a session of its own, as ssh
 * under restic does. What hangs in the kernel ends when that lets go of it.
 */
export const endAll = {
  mark: MARK,
  of({ pid, exitCode, signalCode, stdout, stderr }: ChildProcess, mark: string): void {
    const isRunning = exitCode === null && signalCode === null;
    if (pid !== undefined && isRunning) kill(-pid);
    for (let round = 0; round < ROUNDS; round += 1) if (killMarked(`${MARK}=${mark}`) === 0) break;
    // Pipes that a process in the kernel holds open are not waited for.
    stdout?.destroy();
    stderr?.destroy();
  },
};

function killMarked(entry: string): number {
  let found = 0;
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(entry)) continue;
    } catch {
      // It is another user's, or has ended.
      continue;
    }
    found += 1;
    kill(Number(pid));
  }
  return found;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
