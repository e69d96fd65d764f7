/** Runs of an agent that are remembered: far more than there are starts in an hour. */
const MAX_RUNS = 32;
/** Without its first run for so long, the other one is all that is left. */
const FORGET_MS = 60 * 60_000;

/**
 * The runs of one device, in the order in which they first proved its key. A run is one life of the agent's process: one that comes
 * back after a later one has begun shows that both live, so that two machines hold the key, however alike they are.
 */
export class RunHistory {
  readonly #runs: string[] = [];
  readonly #others = new Set<string>();
  #heardAtMs = Number.NEGATIVE_INFINITY;

  /**
   * A run proves the key.
   * @param nowMs on the monotonic clock
   * @returns `twin` if it is not the one that is judged; `original` if it is, and a later one was taken for its successor
   */
  take(runId: string, nowMs: number): 'only' | 'original' | 'twin' {
    if (nowMs - this.#heardAtMs > FORGET_MS) this.#others.clear();
    if (this.#others.has(runId)) return 'twin';
    this.#heardAtMs = nowMs;
    const place = this.#runs.indexOf(runId);
    if (place < 0) {
      this.#runs.push(runId);
      if (this.#runs.length > MAX_RUNS) this.#runs.shift();
      return 'only';
    }
    const later = this.#runs.splice(place + 1);
    for (const other of later) this.#others.add(other);
    for (const oldest of this.#others) if (this.#others.size > MAX_RUNS) this.#others.delete(oldest);
    return later.length > 0 ? 'original' : 'only';
  }

  /** The run that is judged has still a connection, or had one until now. */
  heard(nowMs: number): void {
    this.#heardAtMs = nowMs;
  }
}
