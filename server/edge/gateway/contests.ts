/** What a contest is about: two links of one run. */
export interface Contestant {
  /** Asks whether somebody is still there; only an answer to this very question counts. */
  askAlive(onAnswer: () => void): void;
}

interface Contest<L> {
  readonly older: L;
  readonly newcomer: L;
  readonly dueMs: number;
}

/** A live agent answers over a slow link by then; its own half-open link keeps it waiting so long, well within its deadline. */
const ANSWER_MS = 3_000;

/**
 * A run that proves its key while an older link of it stands. Its own older link, which an address that changed has left half open,
 * cannot answer a question that was asked after the new proof: an agent dials when its older socket is closed. An answer shows that the
 * memory of a running machine was copied. Until then the newcomer waits.
 */
export class Contests<L extends Contestant> {
  /** In the order they began, and so are due. */
  readonly #byOlder = new Map<L, Contest<L>>();
  readonly #byNewcomer = new Map<L, Contest<L>>();

  /**
   * `onFork` is called when the older one answers. Returns the newcomer that waited for the same link, if any: it is superseded, and
   * what is answered to its question says nothing of this one.
   */
  begin(older: L, newcomer: L, nowMs: number, onFork: (newcomer: L) => void): L | undefined {
    const before = this.drawAgainst(older);
    const contest = { older, newcomer, dueMs: nowMs + ANSWER_MS };
    this.#byOlder.set(older, contest);
    this.#byNewcomer.set(newcomer, contest);
    older.askAlive(() => {
      if (this.#byOlder.get(older) !== contest) return;
      this.#end(contest);
      onFork(newcomer);
    });
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

  /** Those whose older link has not answered in time. */
  takeDue(nowMs: number): L[] {
    const due: Contest<L>[] = [];
    for (const contest of this.#byOlder.values()) {
      if (contest.dueMs > nowMs) break;
      due.push(contest);
    }
    for (const contest of due) this.#end(contest);
    return due.map(({ newcomer }) => newcomer);
  }

  #end({ older, newcomer }: Contest<L>): void {
    this.#byOlder.delete(older);
    this.#byNewcomer.delete(newcomer);
  }
}
