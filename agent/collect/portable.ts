import { execFile } from 'node:child_process';
import { cpus, freemem, loadavg, totalmem, uptime } from 'node:os';
import { promisify } from 'node:util';
import type { ProcessSample } from '../../protocol/wire/frame.ts';
import { describe, type MetricDescriptor } from '../../protocol/wire/metric.ts';
import { readdir, statfs as statfsOfNode } from '../files/disk.ts';
import { askInTurn } from './ask-apart.ts';
import type { Collector, CollectorOptions, Measurement } from './collector.ts';
import { type CpuReading, CpuSampler, type CpuTimes, coreTimes } from './cpu.ts';
import { instanceName } from './instance.ts';
import { MetricList, sameList } from './section.ts';
import { describeVolumes, MAX_VOLUMES, notAsked, type Volume, volumeValues } from './volume.ts';
import { VolumeProbe } from './volume-probe.ts';

/** How often the list of volumes, and on macOS the available memory, is asked for. */
const REFRESH_EVERY_MS = 60_000;

/**
 * What `os` and `statfs` tell on macOS and Windows without a child process: CPU, memory, uptime, load (not on Windows) and
 * volumes. They know no disks, interfaces' counters, pressure or processes; these families are then not reported.
 */
export function createPortableCollector(platform: NodeJS.Platform, options: CollectorOptions): Collector {
  return new PortableCollector(platform, options);
}

class PortableCollector implements Collector {
  readonly #platform: NodeJS.Platform;
  readonly #probe: VolumeProbe;
  readonly #cpu = new CpuSampler(['user', 'nice', 'system', 'irq']);
  readonly #fixedMetrics: readonly MetricDescriptor[];
  readonly #list = new MetricList();
  #volumes: readonly Volume[] = [];
  #volumeMetrics: readonly MetricDescriptor[] = [];
  #refreshedAtMs = Number.NEGATIVE_INFINITY;
  #availableBytes: number | null = null;

  constructor(platform: NodeJS.Platform, { statfs = (path) => statfsOfNode(path) }: CollectorOptions) {
    this.#platform = platform;
    this.#probe = new VolumeProbe(statfs, askInTurn(statfs));
    const load = platform === 'win32' ? [] : (['load.1', 'load.5', 'load.15'] as const);
    this.#fixedMetrics = [
      ...this.#cpu.metrics,
      ...load.map((family) => describe(family)),
      ...(['memory.size', 'memory.available', 'host.uptime'] as const).map((family) => describe(family)),
    ];
  }

  async collect(): Promise<Measurement> {
    const nowMs = performance.now();
    if (nowMs - this.#refreshedAtMs >= REFRESH_EVERY_MS) {
      this.#refreshedAtMs = nowMs;
      await this.#findVolumes();
      if (this.#platform === 'darwin') this.#availableBytes = await macAvailableBytes();
    }
    const usage = await this.#probe.sample(this.#volumes, nowMs);
    const values = [
      ...this.#cpu.next(readCpus()),
      ...(this.#platform === 'win32' ? [] : loadavg()),
      totalmem(),
      this.#platform === 'darwin' ? this.#availableBytes : freemem(),
      uptime(),
      ...this.#volumes.flatMap((volume, i) => volumeValues(volume, usage[i] ?? notAsked)),
    ];
    return { metrics: this.#list.of([this.#fixedMetrics, this.#volumeMetrics]), values };
  }

  async processes(): Promise<readonly ProcessSample[]> {
    return [];
  }

  close(): void {
    this.#probe.close();
  }

  async #findVolumes(): Promise<void> {
    const volumes = this.#platform === 'win32' ? windowsVolumes() : await macVolumes();
    // A drive letter without a medium does not answer: it is not listed rather than reported as unreadable.
    const answers = await this.#probe.sample(volumes, performance.now());
    const present = volumes.filter((volume, i) => volume.mayHang || answers[i]?.result !== undefined);
    const names = present.map((volume) => volume.name);
    if (
      sameList(
        names,
        this.#volumes.map((volume) => volume.name),
      )
    )
      return;
    this.#volumes = present;
    this.#volumeMetrics = describeVolumes(present);
  }
}

function readCpus(): CpuReading {
  const cores = cpus().map(({ times }): CpuTimes => {
    return {
      user: times.user,
      nice: times.nice,
      system: times.sys,
      idle: times.idle,
      iowait: 0,
      irq: times.irq,
      steal: 0,
    };
  });
  const sum = (mode: keyof CpuTimes) => cores.reduce((all, core) => all + core[mode], 0);
  const total: CpuTimes = {
    user: sum('user'),
    nice: sum('nice'),
    system: sum('system'),
    idle: sum('idle'),
    iowait: 0,
    irq: sum('irq'),
    steal: 0,
  };
  return { total, cores: cores.map((times, core) => coreTimes(core, times)) };
}

/** Drive letters from C on: A and B are floppies. A service sees no mapped network drives, they belong to a user's session. */
function windowsVolumes(): readonly Volume[] {
  return Array.from('CDEFGHIJKLMNOPQRSTUVWXYZ', (letter) => volumeAt(`${letter}:\\`, false));
}

/** The system volume, and what is mounted in /Volumes: that may be a network share, so it is treated as one. */
async function macVolumes(): Promise<readonly Volume[]> {
  const entries = await readdir('/Volumes', { withFileTypes: true }).catch(() => []);
  // The system volume is there too, as a link to /.
  const mounted = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => volumeAt(`/Volumes/${entry.name}`, true));
  return [volumeAt('/', false), ...mounted].slice(0, MAX_VOLUMES);
}

/** Neither platform remounts a volume read-only when it fails, so that is never reported. */
function volumeAt(path: string, mayHang: boolean): Volume {
  return { name: instanceName(path), path: Buffer.from(path), mayHang, readOnly: false, pool: path };
}

/** `os.freemem` counts only pages that hold nothing at all there; what can be taken at once is several times as much. */
async function macAvailableBytes(): Promise<number | null> {
  try {
    const { stdout } = await promisify(execFile)('/usr/bin/vm_stat', [], { timeout: 2000, env: {} });
    return parseVmStat(stdout);
  } catch {
    return null;
  }
}

/** Bytes that are free, speculative, purgeable or inactive according to macOS's vm_stat(1), or null. */
export function parseVmStat(text: string): number | null {
  const pageBytes = Number(/page size of (\d+) bytes/.exec(text)?.[1]);
  const pages = ['free', 'inactive', 'speculative', 'purgeable'].map((kind) =>
    Number(new RegExp(`^Pages ${kind}:\\s+(\\d+)\\.`, 'm').exec(text)?.[1]),
  );
  const bytes = pages.reduce((sum, count) => sum + count, 0) * pageBytes;
  return Number.isFinite(bytes) ? bytes : null;
}
