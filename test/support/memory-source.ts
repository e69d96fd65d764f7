import type { MetricDescriptor } from '../../protocol/wire/metric.ts';
import { encodeBlock } from '../../server/platform/series/block/raw-block.ts';
import { encodeBuckets } from '../../server/platform/series/block/rollup-block.ts';
import type { Columns } from '../../server/platform/series/columns.ts';
import { KeptColumns } from '../../server/platform/series/read/kept-columns.ts';
import type { BlockEntry, HostState, ReadSource, StoredRollUp } from '../../server/platform/series/read-source.ts';
import { foldBuckets } from '../../server/platform/series/rollup/combine.ts';
import { foldRaw, nothingBefore } from '../../server/platform/series/rollup/fold.ts';
import type { Resolution } from '../../server/platform/series/series-store.ts';

/** One report of a host, values by metric number; what is missing was not reported. */
export interface MemoryReport {
  readonly at: number;
  readonly runId?: string;
  readonly sequence: number;
  readonly values: Readonly<Record<number, number>>;
}

const FIVE_MINUTES_MS = 300_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const RUN = '00'.repeat(16);

/** Puts reports side by side, in the order of time; of one instant, in that of run and sequence. */
export function columnsOf(reports: readonly MemoryReport[]): Columns {
  const sorted = [...reports].sort(
    (a, b) => a.at - b.at || (a.runId ?? RUN).localeCompare(b.runId ?? RUN) || a.sequence - b.sequence,
  );
  const runIds = [...new Set(sorted.map(({ runId = RUN }) => runId))];
  const ids = [...new Set(sorted.flatMap(({ values }) => Object.keys(values).map(Number)))];
  const last = sorted.at(-1)?.at ?? 0;
  return {
    at: Float64Array.from(sorted, ({ at }) => at),
    sequence: Float64Array.from(sorted, ({ sequence }) => sequence),
    runs: runIds.map((runId) => ({ runId, bootId: 'boot' })),
    run: Uint16Array.from(sorted, ({ runId = RUN }) => runIds.indexOf(runId)),
    backfill: new Uint8Array(sorted.length),
    values: new Map(ids.map((id) => [id, Float64Array.from(sorted, ({ values }) => values[id] ?? Number.NaN)])),
    newest: { receivedAt: last, clockOffsetMs: 0, wallMs: last, monotonicMs: last, bootMs: last },
  };
}

type StoredBlock = BlockEntry & { readonly data: Uint8Array };

/** What a reader sees, in memory: blocks and roll-ups are real bytes, laid down as a test says. */
export class MemorySource implements ReadSource {
  readonly descriptors = new Map<number, MetricDescriptor>();
  readonly held: Record<Resolution, number> = { raw: 0, fiveMinute: 0, hour: 0 };
  readonly found: { source: Resolution; id: number }[] = [];
  /** How often bytes were asked for. */
  reads = 0;
  /** So small that blocks are dropped and read again. */
  readonly kept = new KeptColumns(8_192);
  readonly #hosts = new Map<string, HostState>();
  readonly #blocks = new Map<number, StoredBlock[]>();
  readonly #rows = new Map<string, StoredRollUp[]>();
  readonly #open = new Map<number, Columns[]>();
  #nextId = 1;

  metric(id: number, descriptor: MetricDescriptor): void {
    this.descriptors.set(id, descriptor);
  }

  addHost(deviceId: string): number {
    const id = this.#hosts.size + 1;
    this.#hosts.set(deviceId, { id, rolledTo: 0, hoursTo: 0 });
    return id;
  }

  seal(deviceId: string, reports: readonly MemoryReport[]): StoredBlock {
    const { id } = this.#require(deviceId);
    const columns = columnsOf(reports);
    const firstAt = columns.at[0] as number;
    const lastAt = columns.at[columns.at.length - 1] as number;
    const block = { id: this.#nextId++, firstAt, lastAt, data: encodeBlock(columns) };
    this.#blocks.set(id, [...(this.#blocks.get(id) ?? []), block]);
    return block;
  }

  open(hostId: number, _metricIds: readonly number[], fromMs: number): Columns[] {
    return (this.#open.get(hostId) ?? []).filter(({ at }) => (at.at(-1) as number) >= fromMs);
  }

  setOpen(deviceId: string, lanes: readonly (readonly MemoryReport[])[]): void {
    this.#open.set(this.#require(deviceId).id, lanes.filter((lane) => lane.length > 0).map(columnsOf));
  }

  /** Rolls reports up to a time, as the engine does an hour after the other. */
  rollUp(deviceId: string, reports: readonly MemoryReport[], toMs: number): void {
    const { id } = this.#require(deviceId);
    const columns = columnsOf(reports);
    const cut = (spanMs: number, bucketMs: number, resolution: Resolution) => {
      const rows: StoredRollUp[] = [];
      const first = Math.floor((columns.at[0] ?? 0) / spanMs) * spanMs;
      for (let startMs = first; startMs < toMs; startMs += spanMs) {
        const endMs = Math.min(startMs + spanMs, toMs);
        // Growth belongs to the later reading, so a span is folded with all that lies before it.
        const fine = foldRaw(columns, nothingBefore, this.descriptors, FIVE_MINUTES_MS, startMs, endMs);
        if (fine.start.length === 0) continue;
        const buckets = bucketMs === FIVE_MINUTES_MS ? fine : foldBuckets(fine, bucketMs, this.descriptors);
        rows.push({ id: this.#nextId++, startMs, data: encodeBuckets(buckets) });
      }
      this.#rows.set(`${resolution} ${id}`, rows);
    };
    cut(DAY_MS, FIVE_MINUTES_MS, 'fiveMinute');
    cut(30 * DAY_MS, HOUR_MS, 'hour');
    this.#hosts.set(deviceId, { id, rolledTo: toMs, hoursTo: toMs });
  }

  host(deviceId: string): HostState | undefined {
    return this.#hosts.get(deviceId);
  }

  metricsNamed(name: string) {
    return [...this.descriptors].flatMap(([id, descriptor]) => (descriptor.name === name ? [{ id, descriptor }] : []));
  }

  heldFrom(resolution: Resolution): number {
    return this.held[resolution];
  }

  countBlocks(hostId: number, fromMs: number, toMs: number): number {
    return this.#within(hostId, fromMs, toMs).length;
  }

  blocks(hostId: number, fromMs: number, toMs: number): StoredBlock[] {
    this.reads += 1;
    return this.#within(hostId, fromMs, toMs).sort((a, b) => a.lastAt - b.lastAt);
  }

  bytes(blockId: number): Uint8Array | undefined {
    return [...this.#blocks.values()].flat().find(({ id }) => id === blockId)?.data;
  }

  #within(hostId: number, fromMs: number, toMs: number): StoredBlock[] {
    return (this.#blocks.get(hostId) ?? []).filter(({ firstAt, lastAt }) => lastAt >= fromMs && firstAt < toMs);
  }

  rollUps(hostId: number, resolution: 'fiveMinute' | 'hour', fromMs: number, toMs: number): StoredRollUp[] {
    this.reads += 1;
    const spanMs = resolution === 'hour' ? 30 * DAY_MS : DAY_MS;
    return (this.#rows.get(`${resolution} ${hostId}`) ?? []).filter(
      ({ startMs }) => startMs < toMs && startMs + spanMs > fromMs,
    );
  }

  damaged(source: Resolution, id: number): void {
    this.found.push({ source, id });
  }

  #require(deviceId: string): HostState {
    const host = this.#hosts.get(deviceId);
    if (!host) throw new Error(`no host ${deviceId}`);
    return host;
  }
}
