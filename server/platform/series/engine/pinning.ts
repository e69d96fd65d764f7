import type { OpenLane } from './open-lane.ts';
import type { Parts } from './parts.ts';
import type { Sealing } from './sealing.ts';

/** A lane to which nothing was added for so long is sealed as it is. */
const IDLE_MS = 15 * 60_000;
/** Ended chains wait at most for so long until they are worth a block. */
const WAIT_MS = 3_600_000;
/** Beyond this the lanes that hold on to the older half of the journal are sealed as they are, bytes. */
const MAX_JOURNAL_BYTES = 256 * 1_048_576;
/** All lanes are looked at in so many turns. */
const TURNS = 60;

/** Finds lanes that hold on to the journal for too long, a few at a time, and ends their chains. */
export class Pinning {
  readonly #parts: Parts;
  readonly #sealing: Sealing;
  readonly #renewals = new Set<OpenLane>();
  #round: Iterator<OpenLane> | null = null;

  constructor(parts: Parts, sealing: Sealing) {
    this.#parts = parts;
    this.#sealing = sealing;
  }

  /** Looks at some lanes, or at all. */
  look(all: boolean): void {
    const { lanes } = this.#parts;
    if (all) {
      for (const open of lanes.values()) this.#consider(open);
      return;
    }
    this.#round ??= lanes.values()[Symbol.iterator]();
    for (let left = Math.ceil(lanes.size / TURNS); left > 0; left -= 1) {
      const { value, done } = this.#round.next();
      if (done) {
        this.#round = null;
        return;
      }
      this.#consider(value);
    }
  }

  /**
   * Ends the chains that are to be ended. The main thread learns of it with the answer to a batch and before it encodes the next one, so no
   * row can follow them any more.
   * @returns the numbers of their lanes
   */
  renew(): number[] {
    const renewed: number[] = [];
    for (const open of this.#renewals) {
      if (open.isEmpty || open.isEnded || !this.#isTooLong(open)) continue;
      open.isEnded = true;
      this.#sealing.consider(open, true);
      renewed.push(open.lane);
    }
    this.#renewals.clear();
    return renewed;
  }

  #consider(open: OpenLane): void {
    if (!this.#isTooLong(open)) return;
    this.#sealing.consider(open, true);
    if (!open.isEnded) this.#renewals.add(open);
  }

  #isTooLong(open: OpenLane): boolean {
    const { journal, now } = this.#parts;
    if (open.isEmpty) return false;
    // Both ways: what was touched in the future was so by a clock that was set back.
    const passed = (at: number): number => Math.abs(now() - at);
    if (passed(open.touchedAt) > IDLE_MS || passed(open.openedAt) > WAIT_MS) return true;
    return journal.bytes > MAX_JOURNAL_BYTES && open.firstPosition < (journal.floor + journal.position) / 2;
  }
}
