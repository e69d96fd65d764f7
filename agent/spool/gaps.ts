import type { SpoolGap } from './cursor.ts';

const MAX_GAPS = 256;

/** What the spool had to give up and no server knows of yet, oldest first; of more than 256 the oldest are forgotten. */
export class Gaps {
  #list: readonly SpoolGap[] = [];

  get list(): readonly SpoolGap[] {
    return this.#list;
  }

  add(gap: SpoolGap): void {
    const last = this.#list.at(-1);
    const continues = last?.runId === gap.runId && last.cause === gap.cause && last.to + 1 === gap.from;
    const added = continues ? [...this.#list.slice(0, -1), { ...last, to: gap.to }] : [...this.#list, gap];
    this.#list = added.slice(-MAX_GAPS);
  }

  /** Takes in those of an earlier process. */
  addEarlier(gaps: readonly SpoolGap[]): void {
    this.#list = [...gaps, ...this.#list].slice(-MAX_GAPS);
  }

  /** Forgets those that a server has taken. */
  settle(told: readonly SpoolGap[]): void {
    const known = new Set(told);
    this.#list = this.#list.filter((gap) => !known.has(gap));
  }
}
