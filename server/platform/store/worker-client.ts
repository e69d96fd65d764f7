import { Worker } from 'node:worker_threads';
import type { VigiaError } from '../../../protocol/error.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import { fromWire } from './sqlite-error.ts';
import type { Outcome, Reply, Request, Work, WorkerData } from './worker.ts';

/** A quick_check of a large database and a migration take longer than any query. */
const OPEN_DEADLINE_MS = 300_000;
const DEADLINE_MS = 30_000;

interface Pending {
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout | undefined;
}

/** The main thread's end of the database worker: each request has one answer or one error, within a deadline. */
export class WorkerClient {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #ended: VigiaError | null = null;

  private constructor(data: WorkerData, onDeath: (error: unknown) => void) {
    const url = new URL('./worker.ts', import.meta.url);
    // The thread needs no flags of the process, and preloaded modules would make it start seven times slower.
    this.#worker = new Worker(url, { workerData: data, name: 'vigia-store', execArgv: [] });
    this.#worker.on('message', (reply: Reply) => this.#settle(reply));
    this.#worker.on('error', (error) => {
      onDeath(error);
      this.#end(said('refused.database.thread', { why: said('program', { text: String(error) }) }));
    });
    this.#worker.on('exit', () => this.#end(said('refused.database.closed')));
  }

  /** @throws what {@link openDatabase} throws; VigiaError unavailable after 5 minutes. */
  static async open(data: WorkerData, onDeath: (error: unknown) => void): Promise<WorkerClient> {
    const client = new WorkerClient(data, onDeath);
    try {
      await client.#wait(0, OPEN_DEADLINE_MS);
      return client;
    } catch (error) {
      await client.#worker.terminate();
      throw error;
    }
  }

  /**
   * What commits has no deadline: given up here it could still be written there. Whoever repeats it would write it twice, and whoever
   * does not would go on as if it were not so.
   * @throws VigiaError unavailable if the worker has ended or does not answer within 30 s; what SQLite refused
   */
  request(work: Work): Promise<Outcome> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    const id = this.#nextId++;
    const answer = this.#wait(id, commits(work) ? null : DEADLINE_MS);
    this.#worker.postMessage({ id, ...work } satisfies Request);
    return answer;
  }

  async close(): Promise<void> {
    if (this.#ended !== null) return;
    try {
      await this.request({ kind: 'close' });
    } finally {
      this.#end(said('refused.database.closed'));
      await this.#worker.terminate();
    }
  }

  #wait(id: number, deadlineMs: number | null): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const timer = deadlineMs === null ? undefined : setTimeout(() => this.#giveUp(id, deadlineMs), deadlineMs);
      this.#pending.set(id, { resolve, reject, timer });
    });
  }

  #giveUp(id: number, deadlineMs: number): void {
    this.#pending
      .get(id)
      ?.reject(refused('unavailable', said('refused.database.silent', { forMs: deadlineMs }), { cause: 'deadline' }));
    this.#pending.delete(id);
  }

  #settle(reply: Reply): void {
    const pending = this.#pending.get(reply.id);
    if (pending === undefined) return;
    this.#pending.delete(reply.id);
    clearTimeout(pending.timer);
    if (reply.ok) pending.resolve(reply);
    else pending.reject(fromWire(reply.error, reply.sql));
  }

  #end(why: Said): void {
    this.#ended ??= refused('unavailable', why, { cause: 'closed' });
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.timer);
      pending.reject(this.#ended);
    }
    this.#pending.clear();
  }
}

function commits({ kind }: Work): boolean {
  return kind === 'batch' || kind === 'commit';
}
