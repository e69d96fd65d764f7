/** What is wrong with the server itself, as sentences for people, by topic. */
export class Health {
  readonly #warnings = new Map<string, string>();
  readonly #listeners = new Set<() => void>();

  /** Sets or, with null, ends the warning of a topic. */
  set(topic: string, sentence: string | null): void {
    if ((this.#warnings.get(topic) ?? null) === sentence) return;
    if (sentence === null) this.#warnings.delete(topic);
    else this.#warnings.set(topic, sentence);
    for (const listener of this.#listeners) listener();
  }

  /** The sentence of a topic, or null if nothing is wrong with it. */
  about(topic: string): string | null {
    return this.#warnings.get(topic) ?? null;
  }

  get warnings(): string[] {
    return [...this.#warnings.values()];
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }
}
