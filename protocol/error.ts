import { type ApiCode, type ErrorCode, errorCodes } from './api/error-codes.ts';
import type { Said } from './said/said.ts';

export { type ApiCode, type ErrorCode, errorCodes } from './api/error-codes.ts';

type Details = Readonly<Record<string, unknown>>;
/** Codes of the wire, of a start and of the command line: the API never answers with them. */
type OwnCode = Exclude<ErrorCode, ApiCode>;

/**
 * A fault that somebody outside can understand: a stable code, what it says, and optional details. What the API answers is a fact, so one of its
 * codes has a sentence only together with what that says (`refused` of said/refused.ts words it); alone, a code says what it is.
 */
export class VigiaError extends Error {
  readonly code: ErrorCode;
  readonly details: Details | undefined;
  /** What it says as a fact, of which `message` are the plain words; null where it is a sentence alone. */
  readonly said: Said | null;
  constructor(code: ErrorCode, message?: undefined, details?: Details);
  constructor(code: OwnCode, message: string, details?: Details);
  constructor(code: ErrorCode, message: string, details: Details | undefined, said: Said);
  constructor(code: ErrorCode, message?: string, details?: Details, said: Said | null = null) {
    super(message ?? errorCodes[code]);
    this.name = 'VigiaError';
    this.code = code;
    this.details = details;
    this.said = message === undefined ? ({ key: `error.${code}`, params: {} } as Said) : said;
  }
}

/** A fault in a sentence alone: what an agent says itself, and what another program was heard to say. No answer of the API is one. */
export class SentenceError extends VigiaError {
  constructor(code: ErrorCode, message: string, details?: Details) {
    super(code as OwnCode, message, details);
  }
}

/** Bytes that break the protocol. The decoder throws nothing else. */
export class ProtocolError extends VigiaError {
  constructor(code: OwnCode, message: string = errorCodes[code]) {
    super(code, message);
    this.name = 'ProtocolError';
  }
}
