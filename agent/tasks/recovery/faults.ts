import type { SourceFault } from '../../../protocol/wire/source-fault.ts';

/** What a tool says when something is wrong, and what that means. */
export type Signs = readonly (readonly [sign: RegExp, fault: SourceFault])[];

/** What the machine says through any of them. */
const common: Signs = [
  [/no space left on device|disk quota exceeded/i, 'repository_full'],
  [
    /connection refused|no route to host|network is unreachable|could not resolve|connection reset|connection closed by remote/i,
    'unreachable',
  ],
  [/i\/o timeout|connection timed out|deadline exceeded/i, 'timeout'],
  [/permission denied|operation not permitted/i, 'not_permitted'],
];

/** Only so much is looked at: the beginning, and the end, where tools say what ended them. */
const LOOKED_AT = 16_384;

/** The first of the tool's signs that is found, else of those that all have, else that it failed. */
export function faultIn(text: string, signs: Signs): SourceFault {
  const seen = text.length <= 2 * LOOKED_AT ? text : `${text.slice(0, LOOKED_AT)}\n${text.slice(-LOOKED_AT)}`;
  return [...signs, ...common].find(([sign]) => sign.test(seen))?.[1] ?? 'failed';
}
