import { describe } from '../../../protocol/wire/metric.ts';
import { CpuSampler } from '../cpu.ts';
import type { Section } from '../section.ts';
import { parseAuxv } from './auxv.ts';
import type { FileReader } from './files.ts';
import { parseLoadavg } from './loadavg.ts';
import { parseMeminfo } from './meminfo.ts';
import { readMemoryLimit, withinLimit } from './memory-limit.ts';
import { listPids } from './processes.ts';
import { parseStat } from './stat.ts';
import { parseUptimeMs } from './uptime.ts';
import { parseVmstat } from './vmstat.ts';

/** The kernel tells their number to those alone who list them all. */
const COUNT_PROCESSES_EVERY_MS = 60_000;

/** What every Linux has: `cpu.*`, `load.*`, `memory.*`, `swap.*`, `host.*`. */
export class SystemSection implements Section {
  readonly metrics;
  readonly #files: FileReader;
  readonly #procRoot: string;
  readonly #sysRoot: string;
  readonly #cpu = new CpuSampler();
  readonly #pageBytes: number;
  #processes: number | null = null;
  #countedAtMs = Number.NEGATIVE_INFINITY;

  constructor(files: FileReader, procRoot: string, sysRoot: string) {
    this.#files = files;
    this.#procRoot = procRoot;
    this.#sysRoot = sysRoot;
    this.#pageBytes = parseAuxv(files.bytes(`${procRoot}/self/auxv`) ?? Buffer.alloc(0)).pageBytes;
    this.metrics = [
      ...this.#cpu.metrics,
      ...(['load.1', 'load.5', 'load.15'] as const).map((family) => describe(family)),
      ...(['memory.size', 'memory.available', 'memory.cached'] as const).map((family) => describe(family)),
      ...(['swap.size', 'swap.used', 'swap.inBytes', 'swap.outBytes'] as const).map((family) => describe(family)),
      ...(['host.uptime', 'host.processes'] as const).map((family) => describe(family)),
    ];
  }

  sample(nowMs: number): readonly (number | null)[] {
    if (nowMs - this.#countedAtMs >= COUNT_PROCESSES_EVERY_MS) {
      this.#countedAtMs = nowMs;
      this.#processes = listPids(this.#procRoot).length || null;
    }
    const memory = withinLimit(parseMeminfo(this.#text('meminfo')), readMemoryLimit(this.#files, this.#sysRoot));
    const swapping = parseVmstat(this.#text('vmstat'));
    const uptimeMs = parseUptimeMs(this.#text('uptime'));
    return [
      ...this.#cpu.next(parseStat(this.#text('stat'))),
      ...(parseLoadavg(this.#text('loadavg')) ?? [null, null, null]),
      memory.sizeBytes,
      memory.availableBytes,
      memory.cachedBytes,
      memory.swapSizeBytes,
      memory.swapUsedBytes,
      swapping.inPages === null ? null : swapping.inPages * this.#pageBytes,
      swapping.outPages === null ? null : swapping.outPages * this.#pageBytes,
      uptimeMs === undefined ? null : uptimeMs / 1000,
      this.#processes,
    ];
  }

  #text(file: string): string {
    return this.#files.textAgain(`${this.#procRoot}/${file}`) ?? '';
  }
}
