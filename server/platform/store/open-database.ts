import type { DatabaseSync } from 'node:sqlite';
import { VigiaError } from '../../../protocol/error.ts';
import { refused, saidOf } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
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
import { policies } from './migrations/0015-policies.ts';
import { sayRevisions } from './migrations/0017-said-ledger.ts';
import { sayMessages } from './migrations/0018-said-messages.ts';
import { recoveryPlans } from './migrations/0019-recovery-plans.ts';
import { recoveryPoints } from './migrations/0020-recovery-points.ts';
import { setBack } from './migrations/0021-set-back.ts';
import { outages } from './migrations/0022-outages.ts';
import { recoveryDrills } from './migrations/0023-recovery-drills.ts';
import { recoveryRuns } from './migrations/0024-recovery-runs.ts';
import { sqliteError } from './sqlite-error.ts';

/** Statements, or what reads old rows that no statement can read; in a transaction either way. */
type Step = string | ((database: DatabaseSync) => void);

/** What a feature brings: plain data, as it is handed to a thread. It stands among all others by its version. */
export interface Migration {
  /** To which it leads: the next that is free. */
  readonly version: number;
  readonly sql: string;
}

/** By the version to which each leads, SQLite's `user_version`. They only ever run forward. */
const steps: ReadonlyMap<number, Step> = new Map<number, Step>([
  [1, initial],
  [2, sla],
  [3, people],
  [4, fourTimes],
  [5, flapping],
  [6, historyLoss],
  [7, twins],
  [8, auditKey],
  [9, sayIncidents],
  [10, reportLinkMaker],
  [11, sayRevisions],
  [12, sayMessages],
  [13, policies],
  [14, recoveryPlans],
  [15, setBack],
  [16, recoveryPoints],
  [17, outages],
  [18, recoveryDrills],
  [19, recoveryRuns],
]);

/** The version of the tables that every build has; features lead on from there. */
export const SCHEMA_VERSION = Math.max(...steps.keys());

const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens the state database, checks it, and brings its tables up to the newest version. Runs in the worker.
 * @param migrations of features
 * @throws VigiaError database_newer, database_damaged, unavailable
 * @throws Error if two migrations lead to the same version, which is a defect
 */
export function openDatabase(path: string, chainKey: ChainKey, migrations: readonly Migration[] = []): DatabaseSync {
  const ordered = inOrder(migrations);
  const newest = ordered.at(-1)?.[0] ?? 0;
  let database: DatabaseSync | undefined;
  try {
    // Made beforehand with this mode, because SQLite gives its -wal and -shm files the mode of the database.
    ensurePrivateFile(path);
    database = openReadable(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
    addAuditFunctions(database, chainKey);
    const version = readVersion(database);
    if (version > newest) {
      throw new VigiaError(
        'database_newer',
        `The database ${path} has version ${version}; this build of Vigia knows versions up to ${newest}. ` +
          'Start the newer Vigia that wrote it, or restore a backup made before that upgrade.',
        { databaseVersion: version, buildVersion: newest },
      );
    }
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;');
    check(database, path);
    for (const [to, step] of ordered) if (to > version) migrate(database, step, to);
    return database;
  } catch (error) {
    if (database?.isOpen) database.close();
    throw aboutFile(sqliteError(error), path);
  }
}

/** All of them with the version to which they lead, the oldest first. */
function inOrder(migrations: readonly Migration[]): readonly (readonly [version: number, step: Step])[] {
  const byVersion = new Map(steps);
  for (const { version, sql } of migrations) {
    if (byVersion.has(version)) throw new Error(`Two migrations lead to version ${version}`);
    byVersion.set(version, sql);
  }
  return [...byVersion].sort(([a], [b]) => a - b);
}

function readVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version);
}

function check(database: DatabaseSync, path: string): void {
  const findings = database.prepare('PRAGMA quick_check(3)').all();
  const first = String(findings[0]?.quick_check);
  if (first !== 'ok') throw damagedAt(path, first);
}

function migrate(database: DatabaseSync, step: Step, to: number): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    if (typeof step === 'function') step(database);
    else database.exec(`${step};`);
    database.exec(`PRAGMA user_version = ${to};`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function damagedAt(path: string, finding: string): VigiaError {
  return refused('database_damaged', said('refused.database.damaged-file', { path, finding }), { finding });
}

/** SQLite may notice damage at any statement, and does not name the file. */
function aboutFile(error: unknown, path: string): unknown {
  if (!(error instanceof VigiaError)) return error;
  if (error.code === 'database_damaged' && error.details?.finding === undefined) return damagedAt(path, error.message);
  if (error.code === 'unavailable')
    return refused('unavailable', said('refused.database.of', { path, what: saidOf(error) }), { ...error.details });
  return error;
}
