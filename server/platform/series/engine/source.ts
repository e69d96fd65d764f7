import { KeptColumns } from '../read/kept-columns.ts';
import type { BlockEntry, HostState, NumberedMetric, OpenReports, ReadSource, StoredRollUp } from '../read-source.ts';
import { isBackfill, laneOf } from '../rows/lane.ts';
import type { Resolution } from '../series-store.ts';
import { columnsOfRows } from './columns-of-rows.ts';
import { KeptRows } from './kept-rows.ts';
import type { OpenLane } from './open-lane.ts';
import type { Parts } from './parts.ts';
import { setAside } from './set-aside.ts';

/** The engine as readers see it. */
export class EngineSource implements ReadSource {
  readonly kept = new KeptColumns();
  readonly #keptRows: KeptRows;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#keptRows = new KeptRows((schema) => parts.directory.metricIds(schema));
  }

  host(deviceId: string): HostState | undefined {
    return this.#parts.directory.hostOf(deviceId);
  }

  metricsNamed(name: string): readonly NumberedMetric[] {
    return this.#parts.directory.named(name);
  }

  heldFrom(resolution: Resolution): number {
    return this.#parts.now() - this.#parts.retention[resolution];
  }

  countBlocks(hostId: number, fromMs: number, toMs: number): number {
    this.#parts.db.read();
    return this.#parts.raw.count(hostId, fromMs, toMs);
  }

  blocks(hostId: number, fromMs: number, toMs: number): BlockEntry[] {
    this.#parts.db.read();
    return this.#parts.raw.entries(hostId, fromMs, toMs);
  }

  bytes(blockId: number): Uint8Array | undefined {
    this.#parts.db.read();
    return this.#parts.raw.bytes(blockId);
  }

  rollUps(hostId: number, resolution: 'fiveMinute' | 'hour', fromMs: number, toMs: number): StoredRollUp[] {
    this.#parts.db.read();
    return this.#parts[resolution].range(hostId, fromMs, toMs);
  }

  open(hostId: number, metricIds: readonly number[], fromMs: number, toMs: number): OpenReports[] {
    return this.#parts.lanes.ofHost(hostId).flatMap((open) => this.#read(open, metricIds, fromMs, toMs) ?? []);
  }

  /** Time went on: what nobody asked for of late is no longer kept. */
  age(): void {
    this.kept.age();
    this.#keptRows.age();
  }

  /** Null if there is nothing of the range. */
  #read(open: OpenLane, metricIds: readonly number[], fromMs: number, toMs: number): OpenReports | null {
    const first = open.chains.findIndex(({ lastAt }) => lastAt >= fromMs);
    const end = open.chains.findLastIndex(({ firstAt }) => firstAt < toMs) + 1;
    if (first < 0 || end <= first) return null;
    const picked = this.#keptRows.reports(open, metricIds);
    if (picked !== null) return picked;
    const { directory } = this.#parts;
    const rows = open.read(first, end, directory.countOf).filter(({ at }) => at >= fromMs && at < toMs);
    const metricsOf = (schema: number) => directory.metricIds(schema);
    return rows.length === 0 ? null : columnsOfRows(rows, isBackfill(laneOf(open.lane)), metricsOf, new Set(metricIds));
  }

  damaged(source: Resolution, id: number): void {
    setAside(this.#parts, source, id);
  }
}
