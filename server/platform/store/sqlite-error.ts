import { type ErrorCode, errorCodes, SentenceError, VigiaError } from '../../../protocol/error.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { type Said, said } from '../../../protocol/said/said.ts';

/** What a fault looks like on its way out of the worker. */
export interface WireError {
  readonly code: ErrorCode | null;
  readonly message: string;
  readonly details: Record<string, unknown> | undefined;
  readonly said: Said | null;
}

// Primary result codes, https://www.sqlite.org/rescode.html; an extended code holds them in its low byte.
const SQLITE_BUSY = 5;
const SQLITE_NOMEM = 7;
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_CONSTRAINT = 19;
const SQLITE_NOTADB = 26;

const SQLITE_CONSTRAINT_FOREIGNKEY = 787;
const SQLITE_CONSTRAINT_PRIMARYKEY = 1555;
const SQLITE_CONSTRAINT_UNIQUE = 2067;

/** The fault in the terms of Vigia, where somebody outside can understand it; otherwise the error as it was. */
export function sqliteError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof VigiaError) return error;
  const { errcode, errstr, code } = error as Error & { errcode?: number; errstr?: string; code?: string };
  if (errcode === undefined) {
    return code === 'ENOSPC' ? diskFull() : code?.startsWith('E') === true ? stuck(error.message, null) : error;
  }
  switch (errcode & 0xff) {
    case SQLITE_FULL:
      return diskFull();
    case SQLITE_BUSY:
      return refused('unavailable', said('refused.database.locked'), { cause: 'busy' });
    case SQLITE_READONLY:
      return readOnlyFault();
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
      return stuck(errstr ?? error.message, errcode);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return refused('database_damaged', said('refused.database.damaged', { finding: errstr ?? error.message }));
    case SQLITE_CONSTRAINT:
      return constraint(error, errcode);
    default:
      return error;
  }
}

/** What it opened to read stays so until it opens it anew. */
export function readOnlyFault(): VigiaError {
  return refused('unavailable', said('refused.database.read-only'), { cause: 'read_only' });
}

function diskFull(): VigiaError {
  return refused('unavailable', said('refused.database.full'), { cause: 'disk_full' });
}

function stuck(why: string, code: number | null): VigiaError {
  return refused('unavailable', said('refused.database.stuck', { why, code }), { cause: 'io' });
}

function constraint(error: Error, errcode: number): unknown {
  switch (errcode) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY: {
      const columns = error.message.replace(/^.*failed: /, '');
      return refused('conflict', said('refused.database.unique', { columns }), { constraint: 'unique', columns });
    }
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return refused('conflict', said('refused.database.refers'), { constraint: 'foreign_key' });
    default:
      return error;
  }
}

/** True if the error says that the disk of the database is full: nothing was written, and it may work again later. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof VigiaError && error.code === 'unavailable' && error.details?.cause === 'disk_full';
}

export function toWire(error: unknown): WireError {
  const known = sqliteError(error);
  if (known instanceof VigiaError) {
    const { code, message, details, said } = known;
    return { code, message, details: details && { ...details }, said };
  }
  return {
    code: null,
    message: known instanceof Error ? known.message : String(known),
    details: undefined,
    said: null,
  };
}

export function fromWire(error: WireError, sql: string): Error {
  if (error.code !== null && Object.hasOwn(errorCodes, error.code)) {
    const { code, message, details, said } = error;
    return said === null ? new SentenceError(code, message, details) : new VigiaError(code, message, details, said);
  }
  return new Error(sql === '' ? error.message : `${error.message} in: ${sql}`);
}
