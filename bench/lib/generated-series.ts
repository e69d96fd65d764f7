import { createHash } from 'node:crypto';
import type { StoredReport } from '../../server/platform/series/series-store.ts';
import { Machine, machineMetrics } from '../load/machine.ts';

/** What machines would have reported over a stretch of time, for stores that are measured without a network. */
export interface GeneratedSeries {
  readonly hosts: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly intervalMs: number;
  /** The number of the first host, so that two sets have none in common. */
  readonly firstHost?: number;
  /** What they are called, by default {@link hostName}. */
  readonly deviceIds?: readonly string[];
  /** One run of all of them, by default each has its own. */
  readonly runId?: string;
}

export function hostName(host: number): string {
  return `host-${host}`;
}

/** All reports in the order of their time, in groups of up to `batch`, as group commits would bring them. */
export function* generate(series: GeneratedSeries, batch: number): Generator<StoredReport[]> {
  const { hosts, fromMs, toMs, intervalMs, firstHost = 0, deviceIds = [], runId } = series;
  const machines = Array.from({ length: hosts }, (_, index) => new Machine(firstHost + index + 1, intervalMs));
  const runs = machines.map((_, index) =>
    createHash('md5')
      .update(hostName(firstHost + index))
      .digest('hex'),
  );
  let group: StoredReport[] = [];
  for (let round = 0; fromMs + round * intervalMs < toMs; round += 1) {
    for (const [index, machine] of machines.entries()) {
      machine.step();
      const at = fromMs + round * intervalMs + Math.floor((index / hosts) * intervalMs);
      const upMs = at - fromMs + 3_600_000;
      group.push({
        deviceId: deviceIds[index] ?? hostName(firstHost + index),
        runId: runId ?? runs[index] ?? '',
        bootId: 'boot',
        sequence: round + 1,
        backfill: false,
        at,
        receivedAt: at + 5,
        clocks: { wallMs: at, monotonicMs: upMs, bootMs: upMs },
        clockOffsetMs: 0,
        metrics: machineMetrics,
        scaled: machine.scaled.slice(),
      });
      if (group.length < batch) continue;
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}

/**
 * Lets `take` have every group and returns the CPU that this cost the whole process, less what making the groups cost: the
 * store works in threads of this process. `finish` belongs to the store as well.
 */
export async function feed(
  groups: Iterable<StoredReport[]>,
  take: (group: StoredReport[]) => Promise<unknown>,
  finish: () => Promise<void>,
): Promise<{ cpuSeconds: number; reports: number; tookSeconds: number }> {
  const iterator = groups[Symbol.iterator]();
  const all = process.cpuUsage();
  const startedAt = performance.now();
  let makingUs = 0;
  let reports = 0;
  for (;;) {
    const before = process.threadCpuUsage();
    const { value, done } = iterator.next();
    const made = process.threadCpuUsage(before);
    makingUs += made.user + made.system;
    if (done) break;
    await take(value);
    reports += value.length;
  }
  await finish();
  const { user, system } = process.cpuUsage(all);
  const tookSeconds = (performance.now() - startedAt) / 1000;
  return { cpuSeconds: (user + system - makingUs) / 1e6, reports, tookSeconds };
}
