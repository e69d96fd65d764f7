import { parseArgs } from 'node:util';
import { parseDurationMs } from '../../server/app/config/duration.ts';

/** Flags of a measurement, such as `--agents 2000 --interval 1s --tls`, with what holds when one is not given. */
export interface Flags {
  count(name: string, usual: number): number;
  durationMs(name: string, usual: string): number;
  text(name: string): string | undefined;
  isSet(name: string): boolean;
}

/** @throws Error a sentence that names the flag that is unknown or wrong */
export function readFlags(args: readonly string[], known: readonly string[]): Flags {
  const options = Object.fromEntries(known.map((flag) => [flag.replace('!', ''), { type: typeOf(flag) } as const]));
  const { values } = parseArgs({ args: [...args], options, allowNegative: true });
  const given = (name: string): string | undefined => values[name] as string | undefined;
  return {
    count(name, usual) {
      const text = given(name) ?? String(usual);
      if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} is a whole number, not "${text}".`);
      return Number(text);
    },
    durationMs(name, usual) {
      const text = given(name) ?? usual;
      const durationMs = parseDurationMs(text);
      if (durationMs === null) throw new Error(`--${name} is a time such as 500ms, 10s or 30m, not "${text}".`);
      return durationMs;
    },
    text: given,
    isSet: (name) => (values[name] as boolean | undefined) === true,
  };
}

/** `tls!` takes no value, `agents` takes one. */
function typeOf(flag: string): 'boolean' | 'string' {
  return flag.endsWith('!') ? 'boolean' : 'string';
}

/** What a measurement ends with, printed as JSON. `failed`: what must never happen did, such as a lost report. */
export interface Figures {
  readonly failed?: boolean;
  readonly [figure: string]: unknown;
}
