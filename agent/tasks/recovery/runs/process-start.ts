import { readFileSync } from 'node:fs';
import { parseProcessStat } from '../../../collect/linux/process-stat.ts';
import type { RunRecord } from './record.ts';

/** When a process began, in clock ticks since boot; null if there is none, or it has ended and nobody has noticed. */
export function processStart(pid: number): number | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    if (text.slice(text.lastIndexOf(')') + 2)[0] === 'Z') return null;
    return parseProcessStat(text)?.startTicks ?? null;
  } catch {
    return null;
  }
}

/** Whether the wrapper of that run still is there: its number may be another's by now. */
export async function isAlive({ pid, startTicks, bootId }: RunRecord): Promise<boolean> {
  if (readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim() !== bootId) return false;
  return processStart(pid) === startTicks;
}
