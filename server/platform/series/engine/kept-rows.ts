import { Generations } from '../read/generations.ts';
import type { OpenReports } from '../read-source.ts';
import { RowPicker } from '../rows/row-picker.ts';
import type { OpenLane } from './open-lane.ts';

/** Some metrics of a lane, read up to some row. */
interface Kept {
  readonly open: OpenLane;
  readonly cuts: number;
  readonly picker: RowPicker;
  readBytes: number;
  readRows: number;
  /** Null if the rows must be sorted. */
  reports: OpenReports | null;
}

/** What it takes besides its numbers, about. */
const OVERHEAD_BYTES = 800;
const LIMIT_BYTES = 16 * 1_048_576;

/**
 * What was read of open rows lately. A comparison of many machines that is drawn again and again reads of each of them what has come
 * since.
 */
export class KeptRows {
  readonly #kept: Generations<string, Kept>;
  readonly #idsOf: (schema: number) => readonly number[] | undefined;

  /** @param idsOf metric numbers of a schema */
  constructor(idsOf: (schema: number) => readonly number[] | undefined, limitBytes: number = LIMIT_BYTES) {
    this.#idsOf = idsOf;
    this.#kept = new Generations(limitBytes, ({ picker }) => OVERHEAD_BYTES + picker.byteLength);
  }

  /** About. */
  get bytes(): number {
    return this.#kept.bytes;
  }

  /** Every report of a lane, which has at least one; null if its rows must be sorted. @throws DamagedError */
  reports(open: OpenLane, metricIds: readonly number[]): OpenReports | null {
    const key = `${open.lane} ${metricIds}`;
    const known = this.#kept.get(key);
    const isSame = known?.open === open && known.cuts === open.cuts;
    if (isSame && known.readBytes === open.byteLength) return known.reports;
    // It grows, or must not be used again.
    this.#kept.delete(key);
    const kept = isSame ? known : this.#begin(open, metricIds);
    this.#follow(kept);
    this.#kept.add(key, kept);
    return kept.reports;
  }

  /** Time went on: what was not asked for since the last but one of these calls is dropped. */
  age(): void {
    this.#kept.age();
  }

  #begin(open: OpenLane, metricIds: readonly number[]): Kept {
    const picker = new RowPicker(metricIds, this.#idsOf);
    return { open, cuts: open.cuts, picker, readBytes: 0, readRows: 0, reports: null };
  }

  #follow(kept: Kept): void {
    const { open, picker } = kept;
    const isFirst = kept.readBytes === 0;
    const mayBePicked =
      (isFirst || kept.reports !== null) && picker.read(open.since(kept.readBytes), open.rows - kept.readRows);
    kept.readBytes = open.byteLength;
    kept.readRows = open.rows;
    if (!mayBePicked) {
      kept.reports = null;
      return;
    }
    const { at, sequence, runId, values } = picker.picked;
    kept.reports = { at, sequence, runs: [{ runId }], run: new Uint16Array(at.length), values };
  }
}
