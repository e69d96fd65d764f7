import { type CoreTimes, type CpuReading, type CpuTimes, coreTimes } from '../cpu.ts';

/**
 * The cpu lines of /proc/stat, in ticks (proc_stat(5)). Old kernels and container shims give fewer columns; those are 0.
 * Undefined if there is no line for all CPUs.
 */
export function parseStat(text: string): CpuReading | undefined {
  let total: CpuTimes | undefined;
  const cores: CoreTimes[] = [];
  let start = 0;
  // The cpu lines come first; the interrupt line after them is the longest by far and is never looked at.
  while (text.startsWith('cpu', start)) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    const blank = text.indexOf(' ', start);
    if (blank < 0 || blank > end) break;
    const times = parseTimes(text.slice(blank, end).trimStart().split(' '));
    if (blank === start + 3) total = times;
    else cores.push(coreTimes(Number(text.slice(start + 3, blank)), times));
    start = end + 1;
  }
  return total && { total, cores };
}

function parseTimes(columns: readonly string[]): CpuTimes {
  const ticks = (column: number) => Number(columns[column] ?? 0) || 0;
  return {
    user: ticks(0),
    nice: ticks(1),
    system: ticks(2),
    idle: ticks(3),
    iowait: ticks(4),
    irq: ticks(5) + ticks(6),
    steal: ticks(7),
  };
}
