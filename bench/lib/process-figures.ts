import { readdirSync, readFileSync } from 'node:fs';

/** What Linux says of a process. Ticks of /proc are a hundredth of a second. */
const TICKS_PER_SECOND = 100;

export interface CpuReading {
  /** User and system time of the whole process since it started, seconds. */
  readonly seconds: number;
  /** The same of each thread, by its id. */
  readonly threads: ReadonlyMap<number, { readonly name: string; readonly seconds: number }>;
}

export function readCpu(pid: number): CpuReading {
  const threads = new Map<number, { name: string; seconds: number }>();
  for (const name of readdirSync(`/proc/${pid}/task`)) {
    const task = Number(name);
    const stat = readIfAny(`/proc/${pid}/task/${task}/stat`);
    // A thread may end between the two.
    if (stat !== null) threads.set(task, { name: nameIn(stat), seconds: secondsIn(stat) });
  }
  return { seconds: secondsIn(readFileSync(`/proc/${pid}/stat`, 'utf8')), threads };
}

/**
 * Time on a processor of all threads that there are, seconds, by the kernel's own clock: hundredths of a second are much for a process
 * that hardly does anything. Threads that have ended are left out.
 */
export function readRunSeconds(pid: number): number {
  const runNs = readdirSync(`/proc/${pid}/task`).map((task) =>
    Number(readIfAny(`/proc/${pid}/task/${task}/schedstat`)?.split(' ', 1)[0] ?? 0),
  );
  return runNs.reduce((sum, ns) => sum + ns, 0) / 1e9;
}

/** CPU of each thread between two readings, the busiest first; threads that did next to nothing are left out. */
export function threadsBetween(before: CpuReading, after: CpuReading): { name: string; seconds: number }[] {
  const used = [...after.threads].map(([task, { name, seconds }]) => ({
    name: `${name} ${task}`,
    seconds: round(seconds - (before.threads.get(task)?.seconds ?? 0), 2),
  }));
  return used.filter(({ seconds }) => seconds >= 0.05).sort((a, b) => b.seconds - a.seconds);
}

export interface MemoryReading {
  readonly rssBytes: number;
  /** Its share of what it uses together with others. */
  readonly pssBytes: number;
  /** What would be free if it ended. */
  readonly privateBytes: number;
}

export function readMemory(pid: number): MemoryReading {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const bytesOf = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(rollup)?.[1] ?? Number.NaN) * 1024;
  return {
    rssBytes: bytesOf('Rss'),
    pssBytes: bytesOf('Pss'),
    privateBytes: bytesOf('Private_Clean') + bytesOf('Private_Dirty'),
  };
}

/** Memory of its own that stands in no file: heaps and stacks, without code and without mapped files. */
export function readAnonymous(pid: number): number {
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) * 1024;
}

/** The largest resident memory that the process ever had. */
export function readPeakRss(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) * 1024;
}

/** Bytes that the process caused to be written to disks since it started. */
export function readBytesWritten(pid: number): number {
  return Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1] ?? Number.NaN);
}

/** `value` with so many decimals. */
export function round(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  return Math.round(value * scale) / scale;
}

// The name stands in brackets and may hold anything, so what follows is found from its end.
function nameIn(stat: string): string {
  return stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
}

function secondsIn(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function readIfAny(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}
