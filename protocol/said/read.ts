import { everyFact } from './every.ts';
import { readBy } from './read-by.ts';
import { type Said, type SaidKey, said } from './said.ts';

/** What was stored or sent, by every fact that there is: see `readBy`. */
export function readSaid(stored: unknown): Said {
  return readBy(everyFact, stored);
}

/** The same from JSON, which may be broken. */
export function parseSaid(json: string): Said {
  try {
    return readSaid(JSON.parse(json));
  } catch {
    // What is no JSON at all is shown as it is.
    return said('unknown', { key: json, params: [] });
  }
}

export function isKey(key: unknown): key is SaidKey {
  return typeof key === 'string' && Object.hasOwn(everyFact, key);
}
