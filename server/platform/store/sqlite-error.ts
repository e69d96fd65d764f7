import { type ErrorCode, errorCodes, VigiaError } from '../../../protocol/error.ts';

/** What a fault looks like on its way out of the worker. */
export interface WireError {
  readonly code: ErrorCode | null;
  readonly message: string;
  readonly details: Record<string, unknown> | undefined;
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
    return code === 'ENOSPC' ? diskFull() : code?.startsWith('E') === true ? cannot(error.message, 'io') : error;
  }
  switch (errcode & 0xff) {
    case SQLITE_FULL:
      return diskFull();
    case SQLITE_BUSY:
      return cannot('Another process holds a lock on it.', 'busy');
    case SQLITE_READONLY:
      return readOnlyFault();
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
      return cannot(`${errstr ?? error.message} (SQLite ${errcode}).`, 'io');
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return new VigiaError('database_damaged', errstr ?? error.message);
    case SQLITE_CONSTRAINT:
      return constraint(error, errcode);
    default:
      return error;
  }
}

/** What it opened to read stays so until it opens it anew. */
const READ_ONLY =
  'The file system of the data folder is read-only, or this user may not write there. Look at why, let it be written, and restart Vigia.';

export function readOnlyFault(): VigiaError {
  return new VigiaError('unavailable', READ_ONLY, { cause: 'read_only' });
}

function diskFull(): VigiaError {
  return new VigiaError(
    'unavailable',
    'The disk of the data folder is full. Free space; Vigia then goes on by itself.',
    {
      cause: 'disk_full',
    },
  );
}

function cannot(reason: string, cause: string): VigiaError {
  return new VigiaError('unavailable', `The database cannot be used now: ${reason}`, { cause });
}

function constraint(error: Error, errcode: number): unknown {
  switch (errcode) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY: {
      const columns = error.message.replace(/^.*failed: /, '');
      return new VigiaError('conflict', `There is such an entry already (${columns}).`, {
        constraint: 'unique',
        columns,
      });
    }
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return new VigiaError('conflict', 'The entry refers to something that does not exist.', {
        constraint: 'foreign_key',
      });
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
    return { code: known.code, message: known.message, details: known.details && { ...known.details } };
  }
  return { code: null, message: known instanceof Error ? known.message : String(known), details: undefined };
}

export function fromWire(error: WireError, sql: string): Error {
  if (error.code !== null && Object.hasOwn(errorCodes, error.code)) {
    return new VigiaError(error.code, error.message, error.details);
  }
  return new Error(sql === '' ? error.message : `${error.message} in: ${sql}`);
}
