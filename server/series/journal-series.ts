import { Worker } from 'node:worker_threads';
import { type ErrorCode, VigiaError } from '../../protocol/error.ts';
import type { MetricDescriptor } from '../../protocol/metric.ts';
import { encodeEntry } from './entry.ts';
import type { Answer, Question, SeriesCall, SeriesCalls, WorkerOptions } from './messages.ts';
import type {
  FleetResult,
  JournalBatch,
  SeriesRequest,
  SeriesResult,
  SeriesStore,
  SeriesUsage,
  StoredReport,
} from './series-store.ts';

export interface JournalSeriesOptions {
  readonly path: string;
  readonly now: () => number;
  /** How long reports stay readable. */
  readonly retentionMs?: number;
  /** Positions up to this one were used already, in case the file was lost: the state remembers them. */
  readonly positionsAfter?: number;
  /** How many reports one query may read. */
  readonly maxReportsPerQuery?: number;
  /** Called once if the worker dies: nothing can be committed any more, so the process must not go on. */
  readonly onFatal: (cause: Error) => void;
}

const DEFAULT_RETENTION_MS = 48 * 3_600_000;
/** Two days of a device at 1 s. */
const DEFAULT_REPORTS_PER_QUERY = 180_000;
const ANSWER_DEADLINE_MS = 30_000;
const MAX_WAITING_REPORTS = 50_000;
const REPLAY_BATCHES_PER_CALL = 50;

interface Waiting {
  resolve(result: unknown): void;
  reject(cause: Error): void;
  readonly timer: NodeJS.Timeout | undefined;
}

/** Opens the embedded series store in its own thread. @throws VigiaError database_damaged if its file cannot be opened */
export async function openJournalSeries(options: JournalSeriesOptions): Promise<SeriesStore> {
  const store = new JournalSeries(options);
  await store.opened;
  return store;
}

class JournalSeries implements SeriesStore {
  readonly opened: Promise<void>;
  readonly #worker: Worker;
  readonly #now: () => number;
  readonly #waiting = new Map<number, Waiting>();
  // Arrays live as long as their connection does; the text is what names a schema.
  readonly #schemaIds = new WeakMap<readonly MetricDescriptor[], number>();
  readonly #schemaIdByText = new Map<string, number>();
  #unsentSchemas = new Map<number, readonly MetricDescriptor[]>();
  #nextId = 1;
  #nextSchema = 1;
  #waitingReports = 0;
  #isOpen = false;
  /** Why nothing can be asked any more. */
  #ended: Error | null = null;
  readonly #onFatal: (cause: Error) => void;

  constructor(options: JournalSeriesOptions) {
    this.#now = options.now;
    this.#onFatal = options.onFatal;
    const { path, retentionMs = DEFAULT_RETENTION_MS, positionsAfter = 0 } = options;
    const { maxReportsPerQuery = DEFAULT_REPORTS_PER_QUERY } = options;
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      // The thread needs no flags of the process, and preloaded modules would make it start seven times slower.
      execArgv: [],
      workerData: { path, retentionMs, positionsAfter, maxReportsPerQuery } satisfies WorkerOptions,
    });
    this.#worker.on('message', (answer: Answer) => this.#settle(answer));
    this.#worker.on('error', (cause: Error) => this.#end(cause));
    this.#worker.on('exit', () => this.#end(new Error('The series thread ended.')));
    this.opened = this.#open(path);
  }

  async #open(path: string): Promise<void> {
    try {
      await this.#wait(0, 'open');
    } catch (cause) {
      await this.#worker.terminate();
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new VigiaError('database_damaged', `The series database ${path} cannot be opened: ${reason}.`);
    }
    this.#isOpen = true;
    for (const [id, metrics] of await this.#ask('schemas', {})) {
      this.#schemaIds.set(metrics, id);
      this.#schemaIdByText.set(JSON.stringify(metrics), id);
      this.#nextSchema = Math.max(this.#nextSchema, id + 1);
    }
  }

  async append(reports: readonly StoredReport[]): Promise<number> {
    if (this.#waitingReports + reports.length > MAX_WAITING_REPORTS) {
      throw new VigiaError('overloaded', `${this.#waitingReports} reports already wait to be committed.`);
    }
    const entries = reports.map((report) => encodeEntry(report, this.#schemaOf(report.metrics)));
    const schemas = this.#unsentSchemas;
    this.#unsentSchemas = new Map();
    this.#waitingReports += reports.length;
    try {
      return await this.#ask('append', { entries, schemas, now: this.#now() });
    } catch (cause) {
      // The schemas were rolled back with their batch: the next batch brings them again.
      for (const [id, metrics] of schemas) this.#unsentSchemas.set(id, metrics);
      throw cause;
    } finally {
      this.#waitingReports -= reports.length;
    }
  }

  async *replay(afterPosition: number): AsyncIterable<JournalBatch> {
    for (let after = afterPosition; ; ) {
      const batches = await this.#ask('replay', { after, limit: REPLAY_BATCHES_PER_CALL });
      yield* batches;
      const last = batches.at(-1);
      if (!last) return;
      after = last.position;
    }
  }

  async latest(): Promise<StoredReport[]> {
    return this.#ask('latest', {});
  }

  async query(request: SeriesRequest): Promise<SeriesResult[]> {
    return this.#ask('query', request);
  }

  queryFleet(): Promise<FleetResult> {
    return Promise.reject(new VigiaError('unavailable', 'This store keeps no fleet series.'));
  }

  usage(): Promise<SeriesUsage> {
    return Promise.reject(new VigiaError('unavailable', 'This store does not know its size.'));
  }

  backup(): Promise<number> {
    return Promise.reject(new VigiaError('unavailable', 'This store cannot be copied while it runs.'));
  }

  release(position: number): void {
    // Only a hint: if it is lost, the journal shrinks a minute later.
    this.#ask('release', { position }).catch(() => undefined);
  }

  async remove(deviceId: string): Promise<void> {
    await this.#ask('remove', { deviceId });
  }

  queue(): { length: number; limit: number } {
    return { length: this.#waitingReports, limit: MAX_WAITING_REPORTS };
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    const closed = this.#ask('close', {});
    this.#ended = new VigiaError('unavailable', 'The series store is closed.');
    await closed;
    await this.#worker.terminate();
  }

  #schemaOf(metrics: readonly MetricDescriptor[]): number {
    const known = this.#schemaIds.get(metrics);
    if (known !== undefined) return known;
    const text = JSON.stringify(metrics);
    let id = this.#schemaIdByText.get(text);
    if (id === undefined) {
      id = this.#nextSchema++;
      this.#schemaIdByText.set(text, id);
      this.#unsentSchemas.set(id, metrics);
    }
    this.#schemaIds.set(metrics, id);
    return id;
  }

  #ask<C extends SeriesCall>(call: C, args: SeriesCalls[C]['args']): Promise<SeriesCalls[C]['result']> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#nextId++;
    this.#worker.postMessage({ id, call, args } satisfies Question<C>);
    return this.#wait(id, call) as Promise<SeriesCalls[C]['result']>;
  }

  #wait(id: number, call: SeriesCall | 'open'): Promise<unknown> {
    return new Promise((resolve, reject) => {
      // A commit has no deadline: given up here, it could still succeed there, and its reports would be kept twice.
      // Its callers bound what may wait behind it.
      const timer = call === 'append' ? undefined : setTimeout(() => this.#giveUp(id, call), ANSWER_DEADLINE_MS);
      this.#waiting.set(id, { resolve, reject, timer });
    });
  }

  #giveUp(id: number, call: string): void {
    this.#waiting.get(id)?.reject(late(call));
    this.#waiting.delete(id);
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) return;
    this.#waiting.delete(answer.id);
    clearTimeout(waiting.timer);
    if ('code' in answer) waiting.reject(new VigiaError(answer.code as ErrorCode, answer.message));
    else waiting.resolve(answer.result);
  }

  #end(cause: Error): void {
    if (this.#isOpen && !this.#ended) this.#onFatal(cause);
    this.#ended ??= new VigiaError('unavailable', `The series store has failed: ${cause.message}`);
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(cause);
    }
    this.#waiting.clear();
  }
}

function late(call: string): VigiaError {
  return new VigiaError(
    'unavailable',
    `The series store did not answer "${call}" within ${ANSWER_DEADLINE_MS / 1000} s.`,
  );
}
