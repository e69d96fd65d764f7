import { readdirSync } from 'node:fs';
import type { ProcessSample } from '../../../protocol/wire/frame.ts';
import { printable } from '../instance.ts';
import { parseAuxv } from './auxv.ts';
import { type FileReader, utf8 } from './files.ts';
import { type ProcessStat, parseProcessStat } from './process-stat.ts';
import { parseStat } from './stat.ts';

/** How many are listed for their CPU, and as many again for their memory. */
const TOP = 5;

/** All processes at one moment of a clock that never goes back. */
export interface ProcessReading {
  readonly atMs: number;
  readonly processes: readonly ProcessStat[];
}

export interface ProcessScale {
  readonly pageBytes: number;
  readonly ticksPerSecond: number;
  readonly cores: number;
}

/** The numeric folders of /proc. */
export function listPids(procRoot: string): readonly string[] {
  try {
    return readdirSync(procRoot).filter((name) => name.charCodeAt(0) <= 57);
  } catch {
    return [];
  }
}

export function readProcesses(files: FileReader, procRoot: string, atMs: number): ProcessReading {
  const processes: ProcessStat[] = [];
  for (const pid of listPids(procRoot)) {
    const stat = parseProcessStat(files.text(`${procRoot}/${pid}/stat`) ?? '');
    if (stat !== undefined) processes.push(stat);
  }
  return { atMs, processes };
}

/** What does not change while the machine runs; cores that are taken off line are neglected. */
export function readProcessScale(files: FileReader, procRoot: string): ProcessScale {
  const cores = parseStat(files.text(`${procRoot}/stat`) ?? '')?.cores.length ?? 0;
  return { ...parseAuxv(files.bytes(`${procRoot}/self/auxv`) ?? Buffer.alloc(0)), cores: Math.max(1, cores) };
}

/**
 * The names that used most CPU between two readings, and those with most resident memory, busiest first. Processes of one name are
 * added up; pages that they share are counted for each.
 */
export function topProcesses(
  previous: ProcessReading,
  now: ProcessReading,
  scale: ProcessScale,
): readonly ProcessSample[] {
  const capacityTicks = ((now.atMs - previous.atMs) / 1000) * scale.ticksPerSecond * scale.cores;
  if (!(capacityTicks > 0)) return [];
  const before = new Map(previous.processes.map((process) => [process.pid, process]));
  const byName = new Map<string, { cpuTicks: number; memoryBytes: number; count: number }>();
  for (const process of now.processes) {
    const earlier = before.get(process.pid);
    // A pid may have been given to another process since; that one started after the first reading, so all it used counts.
    const ticks = process.cpuTicks - (earlier?.startTicks === process.startTicks ? earlier.cpuTicks : 0);
    const name = groupName(process);
    const group = byName.get(name) ?? { cpuTicks: 0, memoryBytes: 0, count: 0 };
    group.cpuTicks += Math.max(0, ticks);
    group.memoryBytes += process.residentPages * scale.pageBytes;
    group.count++;
    byName.set(name, group);
  }
  const samples = Array.from(byName, ([name, group]) => ({
    name,
    cpuRatio: Math.min(1, group.cpuTicks / capacityTicks),
    memoryBytes: group.memoryBytes,
    count: group.count,
  })).sort((a, b) => b.cpuRatio - a.cpuRatio);
  const largest = samples.toSorted((a, b) => b.memoryBytes - a.memoryBytes).slice(0, TOP);
  const busiest = samples.filter((sample) => sample.cpuRatio > 0).slice(0, TOP);
  return samples.filter((sample) => busiest.includes(sample) || largest.includes(sample));
}

/** Kernel threads carry their number after a slash (`kworker/3:1-events`): together they are one thing. */
function groupName(process: ProcessStat): string {
  const isKernelThread = process.parentPid === 2;
  const slash = isKernelThread ? process.name.indexOf('/') : -1;
  return printable(utf8(slash > 0 ? process.name.slice(0, slash) : process.name));
}
