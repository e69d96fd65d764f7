import type { MetricDescriptor } from '../../../../protocol/wire/metric.ts';
import { Cursor } from '../codec/cursor.ts';
import type { StoredReport } from '../series-store.ts';
import { hostOfLane, isBackfill, laneOf } from './lane.ts';
import { readHead } from './row-reader.ts';
import { RowState, schemaOf } from './row-state.ts';

/** Who and what numbers stand for. */
export interface Names {
  /** Undefined for a host that was removed. */
  deviceOf(host: number): string | undefined;
  metricsOf(schema: number): readonly MetricDescriptor[] | undefined;
}

/** What the rows of a lane have come to, and the place of the last one in its chain. */
interface Tail {
  index: number;
  readonly state: RowState;
}

/** Reads batches of the journal one after the other, oldest first, as their rows build on one another. */
export class RowReplay {
  readonly #names: Names;
  readonly #tails = new Map<number, Tail>();

  constructor(names: Names) {
    this.#names = names;
  }

  /** Takes the rows that those to come build on: key rows, each with the index that it has in its chain. @throws DamagedError */
  begin(before: Uint8Array): void {
    const cursor = new Cursor(before);
    for (let next = 0; next < before.length; ) {
      cursor.part(next, before.length - next);
      const { lane, index } = readHead(cursor);
      next = cursor.end;
      if (this.#countOf(schemaOf(cursor)) === undefined) continue;
      const state = new RowState();
      state.key(cursor, this.#countOf);
      this.#tails.set(lane, { index, state });
    }
  }

  /**
   * The reports of the next batch. Those of hosts that were removed, and what a damaged batch or a missing schema made unreadable,
   * are left out.
   * @throws DamagedError for bytes that are no rows
   */
  read(rows: Uint8Array): StoredReport[] {
    const reports: StoredReport[] = [];
    const cursor = new Cursor(rows);
    for (let next = 0; next < rows.length; ) {
      cursor.part(next, rows.length - next);
      const { lane, index } = readHead(cursor);
      next = cursor.end;
      const deviceId = this.#names.deviceOf(hostOfLane(lane));
      const state = deviceId === undefined ? undefined : this.#take(cursor, lane, index);
      if (state && deviceId !== undefined) reports.push(this.#report(deviceId, isBackfill(laneOf(lane)), state));
    }
    return reports;
  }

  /** Undefined for a row that cannot be read: then those that build on it cannot either. */
  #take(cursor: Cursor, lane: number, index: number): RowState | undefined {
    let tail = this.#tails.get(lane);
    if (index === 0 && this.#countOf(schemaOf(cursor)) !== undefined) {
      if (!tail) {
        tail = { index, state: new RowState() };
        this.#tails.set(lane, tail);
      }
      tail.state.key(cursor, this.#countOf);
    } else if (index !== 0 && tail?.index === index - 1) tail.state.delta(cursor);
    else {
      this.#tails.delete(lane);
      return undefined;
    }
    tail.index = index;
    return tail.state;
  }

  readonly #countOf = (schema: number): number | undefined => this.#names.metricsOf(schema)?.length;

  #report(deviceId: string, backfill: boolean, state: RowState): StoredReport {
    const { schema, runId, bootId, sequence, at, receivedAt, clockOffsetMs, wallMs, monotonicMs, bootMs, scaled } =
      state.row();
    const clocks = { wallMs, monotonicMs, bootMs };
    const metrics = this.#names.metricsOf(schema) ?? [];
    return { deviceId, runId, bootId, sequence, backfill, at, receivedAt, clocks, clockOffsetMs, metrics, scaled };
  }
}
