/** A closed range of integers. */
export type Range = readonly [from: number, to: number];

/**
 * A set of integers kept as sorted, disjoint, non-adjacent closed ranges. Work and memory follow the number of ranges, never
 * their length: a peer may name ranges of any size.
 */
export class RangeSet {
  #ranges: Range[] = [];

  constructor(ranges: Iterable<Range> = []) {
    for (const [from, to] of ranges) this.add(from, to);
  }

  get ranges(): readonly Range[] {
    return this.#ranges;
  }

  get isEmpty(): boolean {
    return this.#ranges.length === 0;
  }

  get first(): number | undefined {
    return this.#ranges[0]?.[0];
  }

  get last(): number | undefined {
    return this.#ranges.at(-1)?.[1];
  }

  get size(): number {
    return this.#ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  }

  has(value: number): boolean {
    return this.#ranges.some(([from, to]) => from <= value && value <= to);
  }

  /** Adds from..to; an empty range (from > to) adds nothing. */
  add(from: number, to: number = from): void {
    if (from > to) return;
    const before: Range[] = [];
    const after: Range[] = [];
    let joined: Range = [from, to];
    for (const range of this.#ranges) {
      if (range[1] < joined[0] - 1) before.push(range);
      else if (range[0] > joined[1] + 1) after.push(range);
      else joined = [Math.min(joined[0], range[0]), Math.max(joined[1], range[1])];
    }
    this.#ranges = [...before, joined, ...after];
  }

  /** Adds that part of from..to which this set's `within` holds. */
  addWithin(within: RangeSet, from: number, to: number): void {
    for (const [start, end] of within.#ranges) this.add(Math.max(start, from), Math.min(end, to));
  }

  /** The ranges of this set that are not in `other`. */
  minus(other: RangeSet): Range[] {
    const left: Range[] = [];
    for (const [from, to] of this.#ranges) {
      let start = from;
      for (const [otherFrom, otherTo] of other.#ranges) {
        if (otherTo < start) continue;
        if (otherFrom > to) break;
        if (otherFrom > start) left.push([start, otherFrom - 1]);
        start = otherTo + 1;
      }
      if (start <= to) left.push([start, to]);
    }
    return left;
  }

  /** The integers between the first and the last of this set that it does not hold. */
  holes(): Range[] {
    return this.#ranges.slice(1).map((range, index) => [(this.#ranges[index]?.[1] ?? 0) + 1, range[0] - 1]);
  }
}
