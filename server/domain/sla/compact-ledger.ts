import type { LedgerState } from '../ledger.ts';

/** A stretch by its state alone. Half-open, ms since 1970. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly state: LedgerState;
}

/** The partition of a range in ms, and its outages: runs of `down` without a break. */
export interface Tally {
  readonly upMs: number;
  readonly downMs: number;
  readonly excludedMs: number;
  readonly unknownMs: number;
  readonly outages: number;
  /** Of the outage that reaches the end of the range; 0 if none does, and in sums. */
  readonly tailMs: number;
  readonly longest: { readonly from: number; readonly to: number; readonly durationMs: number } | null;
}

/** How much of [from, to) counts: all of it, or what lies inside service hours. Additive. */
export type Measure = (from: number, to: number) => number;

export const wallTime: Measure = (from, to) => to - from;

const codes: Record<LedgerState, number> = { up: 0, down: 1, excluded: 2, unknown: 3 };
const states = Object.keys(codes) as LedgerState[];

/**
 * The states of a device without their evidence: sorted stretches that are not up; all else is. A year of a device fits into a
 * few hundred bytes, and a range is looked up in O(log n + hits).
 */
export class CompactLedger {
  #starts = new Float64Array(4);
  #ends = new Float64Array(4);
  #codes = new Uint8Array(4);
  #length = 0;

  static of(spans: Iterable<Span>): CompactLedger {
    const ledger = new CompactLedger();
    for (const span of spans) if (span.state !== 'up') ledger.#push(span.start, span.end, codes[span.state]);
    return ledger;
  }

  get length(): number {
    return this.#length;
  }

  /** End of the last stretch that is not up, -Infinity if it always was. */
  get lastEnd(): number {
    return this.#length === 0 ? Number.NEGATIVE_INFINITY : (this.#ends[this.#length - 1] ?? 0);
  }

  /** What stands in [from, to) gives way to `spans`, which are sorted and lie inside. */
  replace(from: number, to: number, spans: readonly Span[]): void {
    if (from >= this.lastEnd) {
      for (const span of spans) if (span.state !== 'up') this.#push(span.start, span.end, codes[span.state]);
      return;
    }
    const kept = [...this.#notUp(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)];
    const before = kept.filter(({ start }) => start < from).map((span) => ({ ...span, end: Math.min(span.end, from) }));
    const after = kept.filter(({ end }) => end > to).map((span) => ({ ...span, start: Math.max(span.start, to) }));
    this.#length = 0;
    for (const { start, end, state } of [...before, ...spans, ...after]) {
      if (state !== 'up') this.#push(start, end, codes[state]);
    }
  }

  /** The exact partition of [from, to), neighbours not joined. */
  spans(from: number, to: number): Span[] {
    const spans: Span[] = [];
    let at = from;
    for (const span of this.#notUp(from, to)) {
      if (span.start > at) spans.push({ start: at, end: span.start, state: 'up' });
      spans.push(span);
      at = span.end;
    }
    if (to > at) spans.push({ start: at, end: to, state: 'up' });
    return spans;
  }

  /** The partition of [from, to) in ms of `measure`. */
  tally(from: number, to: number, measure: Measure = wallTime): Tally {
    if (to <= from) return nothing;
    let [downMs, excludedMs, unknownMs, outages, outageMs, longestMs] = [0, 0, 0, 0, 0, 0];
    let [outageFrom, outageTo, longestFrom, longestTo] = [0, Number.NaN, 0, 0];
    for (let index = this.#firstEndingAfter(from); index < this.#length; index += 1) {
      const start = Math.max(this.#starts[index] ?? 0, from);
      if (start >= to) break;
      const end = Math.min(this.#ends[index] ?? 0, to);
      const lengthMs = measure(start, end);
      const code = this.#codes[index];
      if (code === 2) excludedMs += lengthMs;
      else if (code === 3) unknownMs += lengthMs;
      else {
        downMs += lengthMs;
        if (outageTo !== start) [outageFrom, outageMs] = [start, 0];
        if (outageMs === 0 && lengthMs > 0) outages += 1;
        outageTo = end;
        outageMs += lengthMs;
        if (outageMs > longestMs) [longestMs, longestFrom, longestTo] = [outageMs, outageFrom, outageTo];
      }
    }
    const upMs = measure(from, to) - downMs - excludedMs - unknownMs;
    const longest = longestMs > 0 ? { from: longestFrom, to: longestTo, durationMs: longestMs } : null;
    const tailMs = outageTo === to ? outageMs : 0;
    return { upMs, downMs, excludedMs, unknownMs, outages, tailMs, longest };
  }

  /** Whether it was down all the time. Also true of an empty range. */
  isDown(from: number, to: number): boolean {
    return this.spans(from, to).every(({ state }) => state === 'down');
  }

  *#notUp(from: number, to: number): Generator<Span> {
    for (let index = this.#firstEndingAfter(from); index < this.#length; index += 1) {
      const start = Math.max(this.#starts[index] ?? 0, from);
      if (start >= to) return;
      const state = states[this.#codes[index] ?? 0] ?? 'unknown';
      yield { start, end: Math.min(this.#ends[index] ?? 0, to), state };
    }
  }

  #firstEndingAfter(from: number): number {
    let [low, high] = [0, this.#length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ends[middle] ?? 0) > from) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #push(start: number, end: number, code: number): void {
    if (end <= start) return;
    const last = this.#length - 1;
    if (last >= 0 && this.#ends[last] === start && this.#codes[last] === code) {
      this.#ends[last] = end;
      return;
    }
    if (this.#length === this.#starts.length) this.#grow();
    this.#starts[this.#length] = start;
    this.#ends[this.#length] = end;
    this.#codes[this.#length] = code;
    this.#length += 1;
  }

  #grow(): void {
    const size = this.#length * 2;
    const grown = <T extends Float64Array | Uint8Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.#starts = grown(this.#starts, new Float64Array(size));
    this.#ends = grown(this.#ends, new Float64Array(size));
    this.#codes = grown(this.#codes, new Uint8Array(size));
  }
}

const nothing: Tally = { upMs: 0, downMs: 0, excludedMs: 0, unknownMs: 0, outages: 0, tailMs: 0, longest: null };

/** Several as one: sums of their ms, the longest outage of all. */
export function sumTallies(tallies: Iterable<Tally>): Tally {
  let [upMs, downMs, excludedMs, unknownMs, outages] = [0, 0, 0, 0, 0];
  let longest: Tally['longest'] = null;
  for (const tally of tallies) {
    upMs += tally.upMs;
    downMs += tally.downMs;
    excludedMs += tally.excludedMs;
    unknownMs += tally.unknownMs;
    outages += tally.outages;
    if (tally.longest && tally.longest.durationMs > (longest?.durationMs ?? 0)) longest = tally.longest;
  }
  return { upMs, downMs, excludedMs, unknownMs, outages, tailMs: 0, longest };
}
