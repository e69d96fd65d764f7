import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Mutex } from './mutex.ts';
import type { WorkerClient } from './worker-client.ts';

/** What is asked of the thread. */
type Asked = Pick<WorkerClient, 'request' | 'close'>;

/** Kysely over the database worker: its one connection belongs to whoever holds the mutex. */
export function workerDialect(worker: Asked, mutex: Mutex): Dialect {
  return {
    createDriver: () => new WorkerDriver(worker, mutex),
    createAdapter: () => new SqliteAdapter(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
  };
}

class WorkerDriver implements Driver {
  readonly #worker: Asked;
  readonly #mutex: Mutex;
  readonly #connection: WorkerConnection;

  constructor(worker: Asked, mutex: Mutex) {
    this.#worker = worker;
    this.#mutex = mutex;
    this.#connection = new WorkerConnection(worker);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    await this.#mutex.acquire();
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {
    this.#mutex.release();
  }

  async beginTransaction(): Promise<void> {
    try {
      await this.#worker.request({ kind: 'query', sql: 'BEGIN IMMEDIATE', parameters: [] });
    } catch (cause) {
      // Given up here it may still begin there, and all that follows would be in a transaction that nobody ends.
      this.#worker.request({ kind: 'rollback' }).catch(() => undefined);
      throw cause;
    }
  }

  async commitTransaction(): Promise<void> {
    await this.#worker.request({ kind: 'commit' });
  }

  async rollbackTransaction(): Promise<void> {
    await this.#worker.request({ kind: 'rollback' });
  }

  async destroy(): Promise<void> {
    await this.#worker.close();
  }
}

class WorkerConnection implements DatabaseConnection {
  readonly #worker: Asked;

  constructor(worker: Asked) {
    this.#worker = worker;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const outcome = await this.#worker.request({ kind: 'query', sql, parameters });
    return {
      rows: outcome.rows as R[],
      numAffectedRows: BigInt(outcome.changes),
      insertId: BigInt(outcome.insertId),
    };
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('The store reads in pages and does not stream.');
  }
}
