import type { ParseArgsOptionsConfig } from 'node:util';
import { VigiaError } from '../../protocol/error.ts';
import type { Output } from './output.ts';

/** One command of `vigia`. */
export interface Command {
  /** As it is typed, such as `token create`. */
  readonly name: string;
  /** Arguments and options, as the usage shows them. */
  readonly usage: string;
  readonly summary: string;
  readonly options: ParseArgsOptionsConfig;
  /** How many arguments it takes besides options. */
  readonly positionals?: number;
  run(input: CommandInput): Promise<void>;
}

export interface CommandInput {
  readonly options: Options;
  readonly positionals: readonly string[];
  readonly output: Output;
}

export type Options = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** The text of an option. @throws VigiaError usage if it is missing */
export function required(options: Options, name: string): string {
  const value = options[name];
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new VigiaError('usage', `The option --${name} is missing.`);
}

export function optional(options: Options, name: string): string | null {
  const value = options[name];
  return typeof value === 'string' ? value : null;
}

/** The option as one of the choices. @throws VigiaError usage */
export function choice<const C extends string>(options: Options, name: string, choices: readonly C[]): C {
  const value = required(options, name);
  const found = choices.find((one) => one === value);
  if (found === undefined) throw new VigiaError('usage', `--${name} is one of ${choices.join(', ')}, not "${value}".`);
  return found;
}
