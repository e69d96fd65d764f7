import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of one origin; test/fixtures/collect/README.md says how each was obtained. */
export function fixturePath(path: string): string {
  return fileURLToPath(new URL(`../../fixtures/collect/${path}`, import.meta.url));
}

/** A file as the collectors read it: one character a byte. */
export function fixture(path: string): string {
  return readFileSync(fixturePath(path), 'latin1');
}
