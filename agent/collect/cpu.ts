import { describe, type FamilyName, type MetricDescriptor } from '../../protocol/wire/metric.ts';

/** Time that all cores together spent since boot, in any one unit. `user` includes guests; `irq` includes softirq. */
export interface CpuTimes {
  readonly user: number;
  readonly nice: number;
  readonly system: number;
  readonly idle: number;
  readonly iowait: number;
  readonly irq: number;
  readonly steal: number;
}

export interface CoreTimes {
  readonly core: number;
  readonly busy: number;
  readonly total: number;
}

export interface CpuReading {
  readonly total: CpuTimes;
  readonly cores: readonly CoreTimes[];
}

const modes = ['user', 'nice', 'system', 'iowait', 'irq', 'steal'] as const;
export type CpuMode = (typeof modes)[number];

/** A core's times as one busy share. Steal is busy: the machine could not use it. */
export function coreTimes(core: number, times: CpuTimes): CoreTimes {
  const total = sum(times);
  return { core, busy: total - times.idle - times.iowait, total };
}

function sum(t: CpuTimes): number {
  return t.user + t.nice + t.system + t.idle + t.iowait + t.irq + t.steal;
}

/** Shares 0..1 of the time between two readings. */
export interface CpuRatios extends Record<CpuMode, number> {
  readonly busy: number;
  readonly busiestCore: number;
}

/**
 * What the cores did between two readings, or undefined if no time passed or the counters went back.
 * A single mode may go back (the kernel says so of iowait): it then counts as 0.
 */
export function cpuRatios(previous: CpuReading, now: CpuReading): CpuRatios | undefined {
  const elapsed = sum(now.total) - sum(previous.total);
  if (!(elapsed > 0)) return undefined;
  const share = (delta: number) => Math.min(1, Math.max(0, delta / elapsed));
  const ratio = (mode: CpuMode) => share(now.total[mode] - previous.total[mode]);
  const idle = now.total.idle + now.total.iowait - previous.total.idle - previous.total.iowait;
  return {
    busy: 1 - share(idle),
    user: ratio('user'),
    nice: ratio('nice'),
    system: ratio('system'),
    iowait: ratio('iowait'),
    irq: ratio('irq'),
    steal: ratio('steal'),
    busiestCore: busiestCore(previous.cores, now.cores),
  };
}

function busiestCore(previous: readonly CoreTimes[], now: readonly CoreTimes[]): number {
  let busiest = 0;
  for (let i = 0; i < now.length; i++) {
    const core = now[i];
    if (core === undefined) continue;
    // Cores keep their place unless one was taken off line.
    const before = previous[i]?.core === core.core ? previous[i] : previous.find((other) => other.core === core.core);
    if (before === undefined || core.total <= before.total) continue;
    busiest = Math.max(busiest, (core.busy - before.busy) / (core.total - before.total));
  }
  return Math.min(1, busiest);
}

/** Turns successive readings into the `cpu.*` metrics; the first round has nothing to compare with and yields null. */
export class CpuSampler {
  readonly metrics: readonly MetricDescriptor[];
  readonly #keys: readonly (keyof CpuRatios)[];
  #previous: CpuReading | undefined;

  /** @param platformModes the modes that this platform tells apart */
  constructor(platformModes: readonly CpuMode[] = modes) {
    this.#keys = ['busy', ...platformModes, 'busiestCore'];
    this.metrics = this.#keys.map((key) => describe(`cpu.${key}` satisfies FamilyName));
  }

  next(reading: CpuReading | undefined): readonly (number | null)[] {
    const ratios = this.#previous && reading && cpuRatios(this.#previous, reading);
    this.#previous = reading;
    return this.#keys.map((key) => ratios?.[key] ?? null);
  }
}
