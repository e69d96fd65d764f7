import type { Calls } from '../calls.ts';
import type { Parts } from './parts.ts';
import { Walk } from './replaying.ts';

/** Rows that one answer brings from the journal, bytes: little, so that they are evaluated while the next are read. */
const BYTES_PER_ANSWER = 131_072;
const MAX_WALKS = 4;
/** So long a walk finds the chains that it began with. Afterwards it looks for them in the journal, from its beginning on. */
const WALK_MS = 60_000;

/** Those who walk through the journal, by the number that each gave itself. */
export class Walks {
  readonly #parts: Parts;
  readonly #walks = new Map<number, Walk>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The next batches of a walk, which begins with its first call; none at its end. */
  next(id: number, after: number): Calls['replay']['result'] {
    let walk = this.#walks.get(id);
    if (!walk) {
      walk = new Walk(this.#parts, after);
      // Who walks away without a word must not pile up.
      const [oldest] = this.#walks.size >= MAX_WALKS ? this.#walks.keys() : [];
      if (oldest !== undefined) this.#walks.delete(oldest);
      this.#walks.set(id, walk);
    }
    return walk.next(BYTES_PER_ANSWER);
  }

  end(id: number): void {
    this.#walks.delete(id);
  }

  get isAny(): boolean {
    return this.#walks.size > 0;
  }

  /** Somebody counts on chains that are not sealed yet. */
  get isAnyNew(): boolean {
    for (const { beganAt } of this.#walks.values()) if (this.#parts.now() - beganAt < WALK_MS) return true;
    return false;
  }
}
