/** Durations in steps of 1 ms up to a minute: enough for a percentile, and nothing is kept per event. */
const MAX_MS = 60_000;

export class Histogram {
  readonly #counts = new Uint32Array(MAX_MS + 1);
  #total = 0;

  add(durationMs: number): void {
    const slot = Math.min(MAX_MS, Math.max(0, Math.round(durationMs)));
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1;
    this.#total += 1;
  }

  /** The smallest duration that `share` (0..1) of all do not exceed, in ms; null without any. */
  percentile(share: number): number | null {
    if (this.#total === 0) return null;
    let left = Math.ceil(share * this.#total);
    for (let slot = 0; slot <= MAX_MS; slot += 1) {
      left -= this.#counts[slot] ?? 0;
      if (left <= 0) return slot;
    }
    return MAX_MS;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
  }
}
