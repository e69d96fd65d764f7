import { type ErrorCode, errorCodes } from '../../api/error-codes.ts';
import { type Part, part } from '../part.ts';

type CodeKey = `error.${ErrorCode}`;
type CodeFacts = { readonly [Key in CodeKey]: Record<never, never> };

const codes = Object.entries(errorCodes).map(([code, sentence]) => ({ key: `error.${code}`, sentence }));

/** What the code of an error says by itself. */
export const codesSaid: Part<CodeFacts> = part(Object.fromEntries(codes.map(({ key }) => [key, {}])) as CodeFacts, {
  en: Object.fromEntries(codes.map(({ key, sentence }) => [key, sentence])) as Record<CodeKey, string>,
});
