import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Normaliser } from './normalise.ts';

/** Sections by name, each a list of lines. */
export type Sections = ReadonlyMap<string, readonly string[]>;

const ENDING = '.jsonl';

/** Collects what happened, section by section, one fact a line. */
export class Tape {
  readonly #facts = new Map<string, unknown[]>();

  add(section: string, fact: unknown): void {
    const facts = this.#facts.get(section) ?? [];
    this.#facts.set(section, facts);
    facts.push(fact);
  }

  /** As text: keys sorted, and without what differs between two recordings. */
  sections(normaliser: Normaliser): Sections {
    return new Map(
      [...this.#facts].map(([name, facts]) => {
        const normalise = normaliser.section();
        return [name, facts.map((fact) => normalise(JSON.stringify(sorted(fact))))];
      }),
    );
  }
}

export function writeSections(dir: string, sections: Sections): void {
  mkdirSync(dir, { recursive: true });
  for (const [name, lines] of sections) writeFileSync(join(dir, `${name}${ENDING}`), `${lines.join('\n')}\n`);
}

export function readSections(dir: string): Sections {
  const names = readdirSync(dir).filter((name) => name.endsWith(ENDING));
  return new Map(
    names.sort().map((name) => {
      const lines = readFileSync(join(dir, name), 'utf8').replace(/\n$/, '').split('\n');
      return [basename(name, ENDING), lines];
    }),
  );
}

/** The same, with the keys of every object in order. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
}
