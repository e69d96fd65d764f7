import { ByteReader } from '../../../protocol/bytes.ts';
import type { MetricDescriptor } from '../../../protocol/metric.ts';
import type { StoredReport } from '../series-store.ts';
import { hostOfLane, isBackfill, laneOf } from './lane.ts';
import { type Row, readDeltaRow, readHead, readKeyRow } from './row-reader.ts';

/** Who and what numbers stand for. */
export interface Names {
  /** Undefined for a host that was removed. */
  deviceOf(host: number): string | undefined;
  metricsOf(schema: number): readonly MetricDescriptor[] | undefined;
}

/** The last row of a lane, and its place in its chain. */
interface Tail {
  readonly index: number;
  readonly row: Row;
}

/** Reads batches of the journal one after the other, oldest first, as their rows build on one another. */
export class RowReplay {
  readonly #names: Names;
  readonly #tails = new Map<number, Tail>();

  constructor(names: Names) {
    this.#names = names;
  }

  /**
   * The reports of the next batch. Those of hosts that were removed, and what a damaged batch made unreadable, are left out.
   * @throws ProtocolError, DamagedError for bytes that are no rows
   */
  read(rows: Uint8Array): StoredReport[] {
    const reports: StoredReport[] = [];
    const reader = new ByteReader(rows);
    while (reader.remaining > 0) {
      const { lane, index, length } = readHead(reader);
      const tail = index === 0 ? undefined : this.#tails.get(lane);
      const deviceId = this.#names.deviceOf(hostOfLane(lane));
      if (deviceId === undefined || (index !== 0 && tail?.index !== index - 1)) {
        this.#tails.delete(lane);
        reader.skip(length);
        continue;
      }
      const row = tail ? readDeltaRow(reader, tail.row) : readKeyRow(reader, this.#countOf);
      this.#tails.set(lane, { index, row });
      reports.push(this.#report(deviceId, isBackfill(laneOf(lane)), row));
    }
    return reports;
  }

  readonly #countOf = (schema: number): number | undefined => this.#names.metricsOf(schema)?.length;

  #report(deviceId: string, backfill: boolean, row: Row): StoredReport {
    const { runId, bootId, sequence, at, receivedAt, clockOffsetMs, scaled } = row;
    const clocks = { wallMs: row.wallMs, monotonicMs: row.monotonicMs, bootMs: row.bootMs };
    const metrics = this.#names.metricsOf(row.schema) ?? [];
    return { deviceId, runId, bootId, sequence, backfill, at, receivedAt, clocks, clockOffsetMs, metrics, scaled };
  }
}
