import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessSample } from '../../../protocol/wire/frame.ts';
import type { Collector, CollectorOptions, Measurement } from '../collector.ts';
import { MetricList, type Section } from '../section.ts';
import { VolumeProbe } from '../volume-probe.ts';
import { DiskSection } from './disk-section.ts';
import { FileReader } from './files.ts';
import { NetSection } from './net-section.ts';
import { PressureSection } from './pressure-section.ts';
import { type ProcessReading, readProcesses, readProcessScale, topProcesses } from './processes.ts';
import { SensorSection } from './sensor-section.ts';
import { SystemSection } from './system-section.ts';
import { VolumeSection } from './volume-section.ts';

/** Without an earlier reading of the processes that is this young, two are taken at this distance. */
const PROCESS_READING_MAX_AGE_MS = 120_000;
const PROCESS_READING_DISTANCE_MS = 1000;

/** Reads /proc, /sys and `statfs` directly, without a library; a child process asks only what may hang. */
export function createLinuxCollector(options: CollectorOptions): Collector {
  return new LinuxCollector(options);
}

class LinuxCollector implements Collector {
  readonly #procRoot: string;
  readonly #files = new FileReader();
  readonly #system: SystemSection;
  readonly #sections: readonly Section[];
  readonly #volumes: VolumeSection;
  readonly #list = new MetricList();
  readonly #closing = new AbortController();
  #processes: ProcessReading | undefined;

  constructor({ procRoot = '/proc', sysRoot = '/sys', statfs, apart }: CollectorOptions) {
    this.#procRoot = procRoot;
    this.#volumes = new VolumeSection(this.#files, procRoot, sysRoot, new VolumeProbe(statfs, apart));
    this.#system = new SystemSection(this.#files, procRoot, sysRoot);
    this.#sections = [
      new DiskSection(this.#files, procRoot, sysRoot),
      new NetSection(this.#files, procRoot),
      new PressureSection(this.#files, procRoot),
      new SensorSection(this.#files, sysRoot),
    ];
  }

  async collect(): Promise<Measurement> {
    const nowMs = performance.now();
    const values = [...this.#system.sample(nowMs), ...this.#sections.flatMap((section) => section.sample(nowMs))];
    const metrics = this.#sections.map((section) => section.metrics);
    const volumeValues = await this.#volumes.sample(nowMs);
    return {
      metrics: this.#list.of([this.#system.metrics, ...metrics, this.#volumes.metrics]),
      values: [...values, ...volumeValues],
    };
  }

  async processes(): Promise<readonly ProcessSample[]> {
    const scale = readProcessScale(this.#files, this.#procRoot);
    let previous = this.#processes;
    const ageMs = previous ? performance.now() - previous.atMs : Number.POSITIVE_INFINITY;
    if (previous === undefined || ageMs > PROCESS_READING_MAX_AGE_MS || ageMs < PROCESS_READING_DISTANCE_MS) {
      previous = this.#readProcesses();
      await delay(PROCESS_READING_DISTANCE_MS, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      if (this.#closing.signal.aborted) return [];
    }
    this.#processes = this.#readProcesses();
    return topProcesses(previous, this.#processes, scale);
  }

  close(): void {
    this.#closing.abort();
    this.#volumes.close();
    this.#files.close();
  }

  #readProcesses(): ProcessReading {
    return readProcesses(this.#files, this.#procRoot, performance.now());
  }
}
