import type { DatabaseSync, SQLInputValue, StatementResultingChanges, StatementSync } from 'node:sqlite';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { freezePrototypes } from '../../../protocol/frozen-prototypes.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import type { ChainKey } from './audit/chain.ts';
import { MUST_WRITE } from './audit/log.ts';
import { type Migration, openDatabase } from './open-database.ts';
import { toWire, type WireError } from './sqlite-error.ts';

/** The thread that owns the state database, so that a commit with its fsync never stops the sockets. */

/** What it is started with. */
export interface WorkerData {
  readonly path: string;
  readonly chainKey: ChainKey;
  readonly migrations: readonly Migration[];
}

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export type Work =
  | ({ readonly kind: 'query' } & Statement)
  | { readonly kind: 'batch'; readonly statements: readonly Statement[] }
  | { readonly kind: 'commit' }
  /** Rolls back if a transaction is still open: SQLite ends some by itself, such as on a full disk. */
  | { readonly kind: 'rollback' }
  | { readonly kind: 'close' };

export type Request = Work & { readonly id: number };

export interface Outcome {
  readonly rows: unknown[];
  readonly changes: number;
  readonly insertId: number;
}

/** The answer to request `id`; 0 is the opening. A fault names the statement that it came from. */
export type Reply =
  | ({ readonly id: number; readonly ok: true } & Outcome)
  | { readonly id: number; readonly ok: false; readonly error: WireError; readonly sql: string };

const MAX_PREPARED = 256;
const nothing: Outcome = { rows: [], changes: 0, insertId: 0 };

interface Prepared {
  readonly statement: StatementSync;
  readonly returnsRows: boolean;
}

/** @throws VigiaError unavailable if the row is not there: whoever has the database may not act without being noted */
function requireAuditRow(database: DatabaseSync, { changes, lastInsertRowid }: StatementResultingChanges): void {
  const isThere = database.prepare('SELECT 1 FROM audit WHERE id = ?').get(lastInsertRowid) !== undefined;
  if (Number(changes) === 1 && isThere) return;
  throw refused('unavailable', said('refused.database.audit-ignored'), { cause: 'audit_ignored' });
}

function serve(port: MessagePort, database: DatabaseSync): void {
  const prepared = new Map<string, Prepared>();
  let running = '';

  function prepare(sql: string): Prepared {
    const known = prepared.get(sql);
    // Put back at the end, so that the first key is the one least recently used.
    if (known !== undefined) prepared.delete(sql);
    const statement = known?.statement ?? database.prepare(sql);
    const entry = known ?? { statement, returnsRows: statement.columns().length > 0 };
    prepared.set(sql, entry);
    if (prepared.size > MAX_PREPARED) {
      for (const oldest of prepared.keys()) {
        prepared.delete(oldest);
        break;
      }
    }
    return entry;
  }

  function run(statement: Statement): Outcome {
    running = statement.sql;
    const entry = prepare(statement.sql);
    const parameters = statement.parameters as SQLInputValue[];
    if (entry.returnsRows) return { ...nothing, rows: entry.statement.all(...parameters) };
    const result = entry.statement.run(...parameters);
    if (statement.sql.startsWith(MUST_WRITE)) requireAuditRow(database, result);
    return { rows: [], changes: Number(result.changes), insertId: Number(result.lastInsertRowid) };
  }

  function rollBack(): Outcome {
    if (database.isTransaction) database.exec('ROLLBACK');
    return nothing;
  }

  function runBatch(statements: readonly Statement[]): Outcome {
    database.exec('BEGIN IMMEDIATE');
    try {
      for (const statement of statements) run(statement);
      database.exec('COMMIT');
      return nothing;
    } catch (error) {
      rollBack();
      throw error;
    }
  }

  function perform(work: Work): Outcome {
    switch (work.kind) {
      case 'query':
        return run(work);
      case 'batch':
        return runBatch(work.statements);
      case 'commit':
        database.exec('COMMIT');
        return nothing;
      case 'rollback':
        return rollBack();
      case 'close':
        database.close();
        return nothing;
    }
  }

  port.on('message', (request: Request) => {
    running = '';
    try {
      port.postMessage({ id: request.id, ok: true, ...perform(request) } satisfies Reply);
    } catch (error) {
      port.postMessage({ id: request.id, ok: false, error: toWire(error), sql: running } satisfies Reply);
    }
    if (request.kind === 'close') port.close();
  });
}

if (parentPort !== null) {
  freezePrototypes();
  try {
    const { path, chainKey, migrations } = workerData as WorkerData;
    serve(parentPort, openDatabase(path, chainKey, migrations));
    parentPort.postMessage({ id: 0, ok: true, ...nothing } satisfies Reply);
  } catch (error) {
    parentPort.postMessage({ id: 0, ok: false, error: toWire(error), sql: '' } satisfies Reply);
  }
}
