/** Counts by name. A name that counts nothing is forgotten. */
export class Tally {
  readonly #counts = new Map<string, number>();
  total = 0;

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  add(name: string): void {
    this.#counts.set(name, this.of(name) + 1);
    this.total += 1;
  }

  remove(name: string): void {
    const left = this.of(name) - 1;
    if (left < 0) return;
    if (left === 0) this.#counts.delete(name);
    else this.#counts.set(name, left);
    this.total -= 1;
  }
}
