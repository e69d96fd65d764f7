import { plain } from '../../protocol/said/plain.ts';
import { isKey, parseSaid } from '../../protocol/said/read.ts';
import type { Said } from '../../protocol/said/said.ts';

type Spoken<T> = T extends Said
  ? string
  : T extends readonly (infer Of)[]
    ? Spoken<Of>[]
    : T extends object
      ? { [Name in keyof T]: Spoken<T[Name]> }
      : T;

/** The same with every fact in it, also those that columns hold, in plain English, as of `now`: for what is compared with sentences. */
export function spoken<T>(value: T, now = 0): Spoken<T> {
  const made = (one: unknown): unknown => {
    if (typeof one !== 'object' || one === null) return one;
    if (Array.isArray(one)) return one.map(made);
    const { key, params } = one as { readonly key?: unknown; readonly params?: unknown };
    if (isKey(key) && typeof params === 'object') return plain(one as Said, now);
    return Object.fromEntries(
      Object.entries(one).map(([name, inner]) => [
        name,
        name === 'said_json' ? plain(parseSaid(inner), now) : made(inner),
      ]),
    );
  };
  return made(value) as Spoken<T>;
}
