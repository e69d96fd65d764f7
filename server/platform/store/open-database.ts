import type { DatabaseSync } from 'node:sqlite';
import { VigiaError } from '../../../protocol/error.ts';
import { ensurePrivateFile } from '../files/private-file.ts';
import { openReadable } from '../files/readable-database.ts';
import type { ChainKey } from './audit/chain.ts';
import { addAuditFunctions } from './audit/functions.ts';
import { initial } from './migrations/0001-initial.ts';
import { sla } from './migrations/0002-sla.ts';
import { people } from './migrations/0003-people.ts';
import { fourTimes } from './migrations/0004-four-times.ts';
import { flapping } from './migrations/0009-flapping.ts';
import { historyLoss } from './migrations/0010-history-loss.ts';
import { twins } from './migrations/0011-twins.ts';
import { reportLinkMaker } from './migrations/0012-report-link-maker.ts';
import { auditKey } from './migrations/0013-audit-key.ts';
import { sayIncidents } from './migrations/0014-said.ts';
import { sayRevisions } from './migrations/0017-said-ledger.ts';
import { sqliteError } from './sqlite-error.ts';

/** Statements, or what reads old rows that no statement can read; in a transaction either way. */
type Migration = string | ((database: DatabaseSync) => void);

/** Migration n leads from version n to n + 1; the version is SQLite's `user_version`. They only ever run forward. */
const migrations: readonly Migration[] = [
  initial,
  sla,
  people,
  fourTimes,
  flapping,
  historyLoss,
  twins,
  auditKey,
  sayIncidents,
  reportLinkMaker,
  sayRevisions,
  // The newest stands last.
];

/** The version of the tables that this build reads and writes. */
export const SCHEMA_VERSION = migrations.length;

const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens the state database, checks it, and brings its tables up to {@link SCHEMA_VERSION}. Runs in the worker.
 * @throws VigiaError database_newer, database_damaged, unavailable
 */
export function openDatabase(path: string, chainKey: ChainKey): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    // Made beforehand with this mode, because SQLite gives its -wal and -shm files the mode of the database.
    ensurePrivateFile(path);
    database = openReadable(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
    addAuditFunctions(database, chainKey);
    const version = readVersion(database);
    if (version > SCHEMA_VERSION) {
      throw new VigiaError(
        'database_newer',
        `The database ${path} has version ${version}; this build of Vigia knows versions up to ${SCHEMA_VERSION}. ` +
          'Start the newer Vigia that wrote it, or restore a backup made before that upgrade.',
        { databaseVersion: version, buildVersion: SCHEMA_VERSION },
      );
    }
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;');
    check(database, path);
    for (let from = version; from < SCHEMA_VERSION; from += 1) migrate(database, from);
    return database;
  } catch (error) {
    if (database?.isOpen) database.close();
    throw aboutFile(sqliteError(error), path);
  }
}

function readVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version);
}

function check(database: DatabaseSync, path: string): void {
  const findings = database.prepare('PRAGMA quick_check(3)').all();
  const first = String(findings[0]?.quick_check);
  if (first !== 'ok') throw damagedAt(path, first);
}

function migrate(database: DatabaseSync, from: number): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    const migration = migrations[from];
    if (typeof migration === 'function') migration(database);
    else database.exec(`${migration};`);
    database.exec(`PRAGMA user_version = ${from + 1};`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function damagedAt(path: string, finding: string): VigiaError {
  return new VigiaError(
    'database_damaged',
    `The database ${path} is damaged (${finding}). Move it and its -wal and -shm files aside and restore a backup; ` +
      'keep the moved files, as much of them may still be readable.',
    { finding },
  );
}

/** SQLite may notice damage at any statement, and does not name the file. */
function aboutFile(error: unknown, path: string): unknown {
  if (!(error instanceof VigiaError)) return error;
  if (error.code === 'database_damaged' && error.details?.finding === undefined) return damagedAt(path, error.message);
  if (error.code === 'unavailable')
    return new VigiaError('unavailable', `${path}: ${error.message}`, { ...error.details });
  return error;
}
