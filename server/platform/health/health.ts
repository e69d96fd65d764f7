import { plain } from '../../../protocol/said/plain.ts';
import type { Said } from '../../../protocol/said/said.ts';

/** What a server that is ready does with every report: judges it, keeps what follows, tells people. */
export const duties = ['evaluating', 'committing', 'telling'] as const;
export type Duty = (typeof duties)[number];

interface Warning {
  readonly said: Said;
  /** Its plain words. */
  readonly words: string;
  readonly fails: Duty | null;
}

/** What is wrong with the server itself, by topic. */
export class Health {
  readonly #warnings = new Map<string, Warning>();
  readonly #listeners = new Set<() => void>();

  /** Sets or, with null, ends the warning of a topic. `fails`: what the server does not do while it stands. */
  set(topic: string, said: Said | null, fails: Duty | null = null): void {
    const before = this.#warnings.get(topic);
    // What reads the same is no news, such as a step that is a millisecond longer.
    const words = said && plain(said, 0);
    if ((before?.words ?? null) === words && (before?.fails ?? null) === fails) return;
    if (said === null || words === null) this.#warnings.delete(topic);
    else this.#warnings.set(topic, { said, words, fails });
    for (const listener of this.#listeners) listener();
  }

  /** The fact of a topic, or null if nothing is wrong with it. */
  about(topic: string): Said | null {
    return this.#warnings.get(topic)?.said ?? null;
  }

  get said(): Said[] {
    return [...this.#warnings.values()].map(({ said }) => said);
  }

  /** The same in plain words. */
  get warnings(): string[] {
    return [...this.#warnings.values()].map(({ words }) => words);
  }

  /** What keeps the server from its work. */
  get failures(): Said[] {
    return [...this.#warnings.values()].flatMap(({ said, fails }) => (fails === null ? [] : [said]));
  }

  /** Each of what is not done at present, once. */
  get failing(): Duty[] {
    return [...new Set([...this.#warnings.values()].flatMap(({ fails }) => (fails === null ? [] : [fails])))];
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }
}
