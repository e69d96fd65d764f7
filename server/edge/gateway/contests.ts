/** What a contest is about: two links of one run. */
export interface Contestant {
  /** Asks whether somebody is still there; only an answer to this very question counts. */
  askAlive(onAnswer: () => void): void;
}

interface Contest<L> {
  readonly older: L;
  readonly newcomer: L;
  readonly dueMs: number;
  /** Who has not answered yet. */
  readonly silent: Set<L>;
}

/** A live agent answers over a slow link by then; its own half-open link keeps it waiting so long, well within its deadline. */
const ANSWER_MS = 3_000;

/**
 * A run that proves its key while an older link of it stands. One machine has one socket: it dials when its older one is closed, which
 * an address that changed may have left half open here. So of two links that are both there one is dead, and cannot answer a question
 * that is asked now; which one it is, the order in which their proofs came does not say, as what a lost packet held back comes late.
 * If both answer, the memory of a running machine was copied. Until then the newcomer waits.
 */
export class Contests<L extends Contestant> {
  /** In the order they began, and so are due. */
  readonly #byOlder = new Map<L, Contest<L>>();
  readonly #byNewcomer = new Map<L, Contest<L>>();

  /**
   * `onFork` is called when both have answered. Returns the newcomer that waited for the same link, if any: it is superseded, and
   * what is answered to its question says nothing of this one.
   */
  begin(older: L, newcomer: L, nowMs: number, onFork: (newcomer: L) => void): L | undefined {
    const before = this.drawAgainst(older);
    const contest = { older, newcomer, dueMs: nowMs + ANSWER_MS, silent: new Set([older, newcomer]) };
    this.#byOlder.set(older, contest);
    this.#byNewcomer.set(newcomer, contest);
    for (const one of [older, newcomer]) one.askAlive(() => this.#hear(contest, one, onFork));
    return before;
  }

  /** The older link is gone. Returns who waited for that. */
  drawAgainst(older: L): L | undefined {
    const contest = this.#byOlder.get(older);
    if (contest) this.#end(contest);
    return contest?.newcomer;
  }

  /** The newcomer left. */
  drop(newcomer: L): void {
    const contest = this.#byNewcomer.get(newcomer);
    if (contest) this.#end(contest);
  }

  /** Newcomers whose time is over, and who of the two did not answer: a newcomer alone is the dead one, else it has won. */
  takeDue(nowMs: number): { newcomer: L; isDead: boolean }[] {
    const due: Contest<L>[] = [];
    for (const contest of this.#byOlder.values()) {
      if (contest.dueMs > nowMs) break;
      due.push(contest);
    }
    for (const contest of due) this.#end(contest);
    return due.map(({ older, newcomer, silent }) => ({ newcomer, isDead: !silent.has(older) }));
  }

  #hear(contest: Contest<L>, one: L, onFork: (newcomer: L) => void): void {
    contest.silent.delete(one);
    if (contest.silent.size > 0 || this.#byOlder.get(contest.older) !== contest) return;
    this.#end(contest);
    onFork(contest.newcomer);
  }

  #end({ older, newcomer }: Contest<L>): void {
    this.#byOlder.delete(older);
    this.#byNewcomer.delete(newcomer);
  }
}
