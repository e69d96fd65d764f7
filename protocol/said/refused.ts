import { type ErrorCode, VigiaError } from '../error.ts';
import { plain } from './plain.ts';
import type { Thing } from './refusals/things.ts';
import { type Said, said } from './said.ts';

/** A fault that says what is wrong as a fact, and its plain words as the message. */
export function refused(code: ErrorCode, what: Said, details?: Record<string, unknown>): VigiaError {
  return new VigiaError(code, plain(what, 0), details, what);
}

/** What is not there, or not for whoever asks. */
export function noSuch(thing: Thing): VigiaError {
  return refused('not_found', said('refused.no-such', { thing }));
}

/** What an error says: its fact, if it has one; else what another program wrote. */
export function saidOf(cause: unknown): Said {
  const known = cause instanceof Error ? (cause as Error & { readonly said?: Said | null }).said : null;
  return known ?? said('program', { text: cause instanceof Error ? cause.message : String(cause) });
}
