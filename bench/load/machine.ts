import { describe, type FamilyName, type MetricDescriptor } from '../../protocol/wire/metric.ts';
import { type Random, seeded } from './random.ts';

/**
 * A made-up machine that behaves like a quiet server: of its 55 values about ten change at every report. Percentages have
 * two decimals, gauges of bytes move in steps of 4 KiB, counters grow, sizes stand still.
 */

const GiB = 1024 ** 3;
const PAGE = 4096;
const mountpoints = ['/', '/var', '/data'] as const;
const disks = ['sda', 'sdb'] as const;

/** What one report of a machine holds, in the order of its values. */
export const machineMetrics: readonly MetricDescriptor[] = [
  ...plain('cpu.busy', 'cpu.user', 'cpu.nice', 'cpu.system', 'cpu.iowait', 'cpu.irq', 'cpu.steal', 'cpu.busiestCore'),
  ...plain('load.1', 'load.5', 'load.15'),
  ...plain(
    'memory.size',
    'memory.available',
    'memory.cached',
    'swap.size',
    'swap.used',
    'swap.inBytes',
    'swap.outBytes',
  ),
  ...mountpoints.flatMap((at) => [
    describe('fs.size', at),
    describe('fs.available', at),
    describe('fs.inodes', at),
    describe('fs.inodesFree', at),
    describe('fs.readOnly', at),
  ]),
  ...disks.flatMap((disk) => [
    describe('disk.readBytes', disk),
    describe('disk.writeBytes', disk),
    describe('disk.reads', disk),
    describe('disk.writes', disk),
    describe('disk.busy', disk),
  ]),
  describe('net.rxBytes', 'eth0'),
  describe('net.txBytes', 'eth0'),
  describe('net.rxErrors', 'eth0'),
  describe('net.txErrors', 'eth0'),
  ...plain('psi.cpu', 'psi.memory', 'psi.io', 'host.uptime', 'host.processes'),
  ...['core 0', 'core 1', 'nvme'].map((sensor) => describe('temperature', sensor)),
];

function plain(...families: FamilyName[]): MetricDescriptor[] {
  return families.map((family) => describe(family));
}

function at(name: string): number {
  const index = machineMetrics.findIndex((metric) => metric.name === name);
  if (index < 0) throw new Error(`a machine has no ${name}`);
  return index;
}

const place = {
  busy: at('cpu.busy'),
  user: at('cpu.user'),
  system: at('cpu.system'),
  iowait: at('cpu.iowait'),
  busiestCore: at('cpu.busiestCore'),
  loads: [at('load.1'), at('load.5'), at('load.15')],
  memorySize: at('memory.size'),
  memoryAvailable: at('memory.available'),
  memoryCached: at('memory.cached'),
  swapSize: at('swap.size'),
  readBytes: at('disk.readBytes[sda]'),
  writeBytes: at('disk.writeBytes[sda]'),
  reads: at('disk.reads[sda]'),
  writes: at('disk.writes[sda]'),
  diskBusy: at('disk.busy[sda]'),
  rx: at('net.rxBytes[eth0]'),
  tx: at('net.txBytes[eth0]'),
  psiCpu: at('psi.cpu'),
  psiIo: at('psi.io'),
  uptime: at('host.uptime'),
  processes: at('host.processes'),
  sensors: [at('temperature[core 0]'), at('temperature[core 1]'), at('temperature[nvme]')],
  fileSystems: mountpoints.map((mountpoint) => ({
    size: at(`fs.size[${mountpoint}]`),
    available: at(`fs.available[${mountpoint}]`),
    inodes: at(`fs.inodes[${mountpoint}]`),
    inodesFree: at(`fs.inodesFree[${mountpoint}]`),
    readOnly: at(`fs.readOnly[${mountpoint}]`),
  })),
} as const;

/** One machine. Its values are integers as they travel: value x 10^decimals. */
export class Machine {
  /** The present values, stepped in place. */
  readonly scaled: number[] = machineMetrics.map(() => 0);
  readonly #random: Random;
  readonly #usualBusy: number;
  readonly #trafficBytes: number;
  readonly #intervalSeconds: number;
  readonly #bootedSecondsAgo: number;
  #seconds = 0;
  #load = 0;

  constructor(seed: number, intervalMs: number) {
    const random = seeded(seed * 2_654_435_761);
    this.#random = random;
    this.#intervalSeconds = intervalMs / 1000;
    this.#usualBusy = 0.02 + 0.3 * random() ** 2;
    this.#trafficBytes = 2_000 * 10 ** (2 * random());
    this.#bootedSecondsAgo = Math.floor(random() * 90 * 86_400);
    const { scaled } = this;
    const memoryBytes = 4 * GiB * 2 ** Math.floor(random() * 4);
    scaled[place.memorySize] = memoryBytes;
    scaled[place.memoryAvailable] = Math.round((memoryBytes * (0.3 + 0.5 * random())) / PAGE) * PAGE;
    scaled[place.memoryCached] = Math.round((memoryBytes * 0.2 * random()) / PAGE) * PAGE;
    scaled[place.swapSize] = 2 * GiB;
    for (const fileSystem of place.fileSystems) {
      scaled[fileSystem.size] = GiB * Math.floor(50 + 400 * random());
      scaled[fileSystem.available] =
        Math.round(((scaled[fileSystem.size] ?? 0) * (0.3 + 0.6 * random())) / PAGE) * PAGE;
      scaled[fileSystem.inodes] = 6_553_600;
      scaled[fileSystem.inodesFree] = 5_000_000 + Math.floor(1_000_000 * random());
    }
    for (const counter of [place.rx, place.tx, place.readBytes, place.writeBytes]) {
      scaled[counter] = Math.floor(random() * 100 * GiB);
    }
    for (const counter of [place.reads, place.writes]) scaled[counter] = Math.floor(random() * 1e7);
    for (const sensor of place.sensors) scaled[sensor] = 400 + Math.floor(100 * random());
    scaled[place.processes] = 120 + Math.floor(200 * random());
    this.step();
  }

  /** Whether `/data` cannot be written: the threshold that a measurement lets a machine cross. */
  setReadOnly(isReadOnly: boolean): void {
    const index = place.fileSystems[2]?.readOnly;
    if (index !== undefined) this.scaled[index] = isReadOnly ? 1 : 0;
  }

  /** The next round of measurement. */
  step(): void {
    const { scaled } = this;
    const random = this.#random;
    const interval = this.#intervalSeconds;
    this.#seconds += interval;
    const busy = clamp(this.#usualBusy * (0.6 + 0.8 * random()) + (random() < 0.01 ? 0.3 : 0), 0, 1);
    scaled[place.busy] = Math.round(busy * 10_000);
    scaled[place.user] = Math.round(busy * (0.6 + 0.1 * random()) * 10_000);
    scaled[place.system] = Math.round(busy * 0.25 * 10_000);
    scaled[place.busiestCore] = Math.round(clamp(busy * (1.5 + random()), 0, 1) * 10_000);
    if (random() < 0.2) scaled[place.iowait] = random() < 0.5 ? 0 : Math.round(random() * 100);
    this.#stepLoads(busy, random, interval);
    this.#walk(place.memoryAvailable, 200 * PAGE, scaled[place.memorySize] ?? 0);
    if (random() < 0.2) this.#walk(place.memoryCached, 50 * PAGE, scaled[place.memorySize] ?? 0);
    this.#grow(place.rx, Math.floor(this.#trafficBytes * interval * (0.5 + random())));
    this.#grow(place.tx, Math.floor(this.#trafficBytes * interval * 0.4 * (0.5 + random())));
    if (random() < 0.5) this.#stepDisk(random, interval);
    for (const [index, { available, inodesFree, size }] of place.fileSystems.entries()) {
      if (random() >= 0.2 / (index + 1)) continue;
      this.#walk(available, 20 * PAGE, scaled[size] ?? 0);
      if (random() < 0.5) this.#walk(inodesFree, 3, 6_553_600);
    }
    if (random() < 0.2) scaled[place.psiCpu] = Math.round(busy * random() * 1_000);
    if (random() < 0.1) scaled[place.psiIo] = Math.round(random() * 50);
    scaled[place.uptime] = Math.floor(this.#bootedSecondsAgo + this.#seconds);
    if (random() < 0.2) this.#walk(place.processes, 3, 1_000);
    for (const sensor of place.sensors) if (random() < 0.1) this.#walk(sensor, 5, 900);
  }

  #stepLoads(busy: number, random: Random, interval: number): void {
    this.#load += (4 * busy - this.#load) * 0.1;
    for (const [index, load] of place.loads.entries()) {
      // The kernel renews them every five seconds.
      if (random() < Math.min(1, interval / 5 / (index + 1))) this.scaled[load] = Math.round(this.#load * 100);
    }
  }

  #stepDisk(random: Random, interval: number): void {
    const writes = Math.ceil(random() * 10 * interval);
    this.#grow(place.writes, writes);
    this.#grow(place.writeBytes, writes * PAGE * Math.ceil(random() * 8));
    this.scaled[place.diskBusy] = Math.round(random() * 300);
    if (random() >= 0.2) return;
    const reads = Math.ceil(random() * 5 * interval);
    this.#grow(place.reads, reads);
    this.#grow(place.readBytes, reads * PAGE * Math.ceil(random() * 16));
  }

  #grow(index: number, by: number): void {
    this.scaled[index] = (this.scaled[index] ?? 0) + by;
  }

  /** Up to `most` up or down in steps that fit it, within 0..max. Sizes in bytes stay multiples of a page. */
  #walk(index: number, most: number, max: number): void {
    const unit = most >= PAGE ? PAGE : 1;
    const by = Math.round(((this.#random() - 0.5) * 2 * most) / unit) * unit;
    this.scaled[index] = clamp((this.scaled[index] ?? 0) + by, 0, max);
  }
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
