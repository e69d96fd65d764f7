/** The reports of a device that wait for their commit. */
export class InFlight {
  // By run, then by number: a text made of both was built and hashed three times for every report.
  readonly #byRun = new Map<string, Set<number>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(runId: string, sequence: number): boolean {
    return this.#byRun.get(runId)?.has(sequence) ?? false;
  }

  /** Of a report that is not in flight yet. */
  add(runId: string, sequence: number): void {
    let sequences = this.#byRun.get(runId);
    if (!sequences) {
      sequences = new Set();
      this.#byRun.set(runId, sequences);
    }
    sequences.add(sequence);
    this.#size += 1;
  }

  delete(runId: string, sequence: number): void {
    const sequences = this.#byRun.get(runId);
    if (!sequences?.delete(sequence)) return;
    this.#size -= 1;
    // Of the present run the set stays: the next report is a second away.
    if (sequences.size === 0 && this.#byRun.size > 1) this.#byRun.delete(runId);
  }
}
