/** The reports of a device that wait for their commit. */
export class InFlight {
  // Nearly always they are reports of one run that follow each other: [from, to). Only what does not fit needs sets.
  #runId = '';
  #from = 0;
  #to = 0;
  #others: Map<string, Set<number>> | null = null;
  #otherCount = 0;

  get size(): number {
    return this.#to - this.#from + this.#otherCount;
  }

  has(runId: string, sequence: number): boolean {
    return this.#isInOrder(runId, sequence) || (this.#others?.get(runId)?.has(sequence) ?? false);
  }

  /** Of a report that is not in flight yet. */
  add(runId: string, sequence: number): void {
    if (this.#from === this.#to) {
      this.#runId = runId;
      this.#from = sequence;
      this.#to = sequence + 1;
    } else if (runId === this.#runId && sequence === this.#to) this.#to += 1;
    else this.#addOther(runId, sequence);
  }

  delete(runId: string, sequence: number): void {
    if (!this.#isInOrder(runId, sequence)) {
      this.#deleteOther(runId, sequence);
      return;
    }
    // They land in the order in which they came; what is left behind one that did not is out of order.
    for (let left = this.#from; left < sequence; left += 1) this.#addOther(runId, left);
    this.#from = sequence + 1;
  }

  #isInOrder(runId: string, sequence: number): boolean {
    return sequence >= this.#from && sequence < this.#to && runId === this.#runId;
  }

  #addOther(runId: string, sequence: number): void {
    this.#others ??= new Map();
    const sequences = this.#others.get(runId) ?? new Set();
    this.#others.set(runId, sequences.add(sequence));
    this.#otherCount += 1;
  }

  #deleteOther(runId: string, sequence: number): void {
    const sequences = this.#others?.get(runId);
    if (!sequences?.delete(sequence)) return;
    this.#otherCount -= 1;
    if (sequences.size === 0) this.#others?.delete(runId);
    if (this.#otherCount === 0) this.#others = null;
  }
}
