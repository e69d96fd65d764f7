import type { MetricDescriptor } from '../../../protocol/wire/metric.ts';
import { describeAll, type Section, sameList } from '../section.ts';
import { listDisks } from './disks.ts';
import { busyShare, type DiskCounters, parseDiskstats } from './diskstats.ts';
import type { FileReader } from './files.ts';

/** Disks are plugged in rarely, and looking for them opens three files each. */
const LIST_EVERY_MS = 60_000;

/** `disk.*`, in the order of /proc/diskstats. */
export class DiskSection implements Section {
  metrics: readonly MetricDescriptor[] = [];
  readonly #files: FileReader;
  readonly #statsPath: string;
  readonly #sysRoot: string;
  #known: ReadonlyMap<string, string> = new Map();
  #listedAtMs = Number.NEGATIVE_INFINITY;
  #instances: readonly string[] = [];
  #previous: { readonly atMs: number; readonly busyMs: ReadonlyMap<string, number> } | undefined;

  constructor(files: FileReader, procRoot: string, sysRoot: string) {
    this.#files = files;
    this.#statsPath = `${procRoot}/diskstats`;
    this.#sysRoot = sysRoot;
  }

  sample(nowMs: number): readonly (number | null)[] {
    if (nowMs - this.#listedAtMs >= LIST_EVERY_MS) {
      this.#known = listDisks(this.#files, this.#sysRoot);
      this.#listedAtMs = nowMs;
    }
    const disks = parseDiskstats(this.#files.textAgain(this.#statsPath) ?? '', (name) => this.#known.has(name));
    this.#describe(disks.map((disk) => this.#known.get(disk.name) ?? disk.name));
    const previous = this.#previous;
    this.#previous = { atMs: nowMs, busyMs: new Map(disks.map((disk) => [disk.name, disk.busyMs])) };
    return disks.flatMap((disk) => {
      const before = previous?.busyMs.get(disk.name);
      const busy = previous && before !== undefined ? busyShare(before, disk.busyMs, nowMs - previous.atMs) : null;
      return diskValues(disk, busy);
    });
  }

  #describe(instances: readonly string[]): void {
    if (sameList(instances, this.#instances)) return;
    this.#instances = instances;
    this.metrics = describeAll(
      ['disk.readBytes', 'disk.writeBytes', 'disk.reads', 'disk.writes', 'disk.busy'],
      instances,
    );
  }
}

function diskValues(disk: DiskCounters, busy: number | null): (number | null)[] {
  return [disk.readBytes, disk.writeBytes, disk.reads, disk.writes, busy];
}
