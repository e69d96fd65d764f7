/** What a server that is ready does with every report: judges it, keeps what follows, tells people. */
export type Duty = 'evaluating' | 'committing' | 'telling';

interface Warning {
  readonly sentence: string;
  readonly fails: Duty | null;
}

/** What is wrong with the server itself, as sentences for people, by topic. */
export class Health {
  readonly #warnings = new Map<string, Warning>();
  readonly #listeners = new Set<() => void>();

  /** Sets or, with null, ends the warning of a topic. `fails`: what the server does not do while it stands. */
  set(topic: string, sentence: string | null, fails: Duty | null = null): void {
    const before = this.#warnings.get(topic);
    if ((before?.sentence ?? null) === sentence && (before?.fails ?? null) === fails) return;
    if (sentence === null) this.#warnings.delete(topic);
    else this.#warnings.set(topic, { sentence, fails });
    for (const listener of this.#listeners) listener();
  }

  /** The sentence of a topic, or null if nothing is wrong with it. */
  about(topic: string): string | null {
    return this.#warnings.get(topic)?.sentence ?? null;
  }

  get warnings(): string[] {
    return [...this.#warnings.values()].map(({ sentence }) => sentence);
  }

  /** What keeps the server from its work, as sentences. */
  get failures(): string[] {
    return [...this.#warnings.values()].flatMap(({ sentence, fails }) => (fails === null ? [] : [sentence]));
  }

  /** Each of what is not done at present, once. */
  get failing(): Duty[] {
    return [...new Set([...this.#warnings.values()].flatMap(({ fails }) => (fails === null ? [] : [fails])))];
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }
}
