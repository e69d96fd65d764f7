import type { Columns } from '../columns.ts';
import type { HostState, NumberedMetric, ReadSource, StoredBlock, StoredRollUp } from '../read-source.ts';
import { isBackfill, laneOf } from '../rows/lane.ts';
import type { Resolution } from '../series-store.ts';
import { columnsOfRows } from './columns-of-rows.ts';
import type { Parts } from './parts.ts';
import { setAside } from './set-aside.ts';

/** The engine as readers see it. */
export class EngineSource implements ReadSource {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
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
    return this.#parts.raw.count(hostId, fromMs, toMs);
  }

  blocks(hostId: number, fromMs: number, toMs: number): StoredBlock[] {
    return this.#parts.raw.range(hostId, fromMs, toMs);
  }

  rollUps(hostId: number, resolution: 'fiveMinute' | 'hour', fromMs: number, toMs: number): StoredRollUp[] {
    return this.#parts[resolution].range(hostId, fromMs, toMs);
  }

  open(hostId: number, metricIds: readonly number[], fromMs: number): Columns[] {
    const { lanes, directory } = this.#parts;
    const only = new Set(metricIds);
    const found: Columns[] = [];
    for (const open of lanes.ofHost(hostId)) {
      const first = open.chains.findIndex(({ lastAt }) => lastAt >= fromMs);
      if (first < 0) continue;
      const rows = open.read(first, open.chains.length, directory.countOf).filter(({ at }) => at >= fromMs);
      if (rows.length === 0) continue;
      const metricsOf = (schema: number) => directory.metricIds(schema);
      found.push(columnsOfRows(rows, isBackfill(laneOf(open.lane)), metricsOf, only));
    }
    return found;
  }

  damaged(source: Resolution, id: number): void {
    setAside(this.#parts, source, id);
  }
}
