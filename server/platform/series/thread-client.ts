import { Worker } from 'node:worker_threads';
import type { Answer, Call, Calls, Cancel, NumberedDamage, Question, ThreadOptions } from './calls.ts';
import type { Failure } from './series-error.ts';

interface Waiting {
  resolve(result: unknown): void;
  reject(cause: Error): void;
  readonly timer: NodeJS.Timeout | undefined;
}

export interface ThreadListener {
  onDamage(damage: NumberedDamage): void;
  onNote(sentence: string): void;
  /** Once, if the thread dies after it was opened. */
  onFatal(cause: Error): void;
}

const DEADLINE_MS = 30_000;
/** A start reads the whole journal. */
const OPEN_DEADLINE_MS = 300_000;
/**
 * A commit and what is done of one's own accord have no deadline: given up here, a commit could still succeed there, and its
 * reports would be kept twice. Its callers bound what may wait behind it.
 */
const patient: ReadonlySet<Call> = new Set<Call>(['append', 'backup', 'tick', 'settle']);

/** The main thread's end of the series thread: each question has one answer or one error. */
export class ThreadClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listener: ThreadListener;
  readonly #failure: Failure;
  #nextId = 1;
  #isOpen = false;
  /** Why nothing can be asked any more. */
  #ended: Error | null = null;

  /** @param thread the module to run there, which calls `serveSeries` */
  constructor(thread: URL, options: ThreadOptions, listener: ThreadListener, failure: Failure) {
    this.#listener = listener;
    this.#failure = failure;
    this.#worker = new Worker(thread, {
      // The thread needs no flags of the process, and preloaded modules would make it start seven times slower.
      execArgv: [],
      name: 'series',
      workerData: options,
    });
    this.#worker.on('message', (answer: Answer) => this.#receive(answer));
    this.#worker.on('error', (cause: Error) => this.#end(cause));
    this.#worker.on('exit', () => this.#end(new Error('The series thread ended.')));
  }

  /** @throws SeriesError database_damaged, database_newer, unavailable; the thread is then ended */
  async open(positionsAfter: number): Promise<Calls['open']['result']> {
    try {
      const known = await this.ask('open', { positionsAfter });
      this.#isOpen = true;
      return known;
    } catch (cause) {
      await this.#worker.terminate();
      throw cause;
    }
  }

  /** @throws the failure of the thread; unavailable if it has ended, does not answer in time, or the question was dropped */
  async ask<C extends Call>(call: C, args: Calls[C]['args'], signal?: AbortSignal): Promise<Calls[C]['result']> {
    if (this.#ended) throw this.#ended;
    signal?.throwIfAborted();
    const id = this.#nextId++;
    const transfer = 'data' in args ? [args.data.buffer] : [];
    this.#worker.postMessage({ id, call, args } satisfies Question<C>, transfer);
    const drop = (): void => this.#drop(id, signal?.reason);
    signal?.addEventListener('abort', drop, { once: true });
    try {
      return (await this.#wait(id, call)) as Calls[C]['result'];
    } finally {
      signal?.removeEventListener('abort', drop);
    }
  }

  /** Closes the database and ends the thread. Further questions are answered with `unavailable`. */
  async close(): Promise<void> {
    if (this.#ended) return;
    const closed = this.ask('close', {});
    this.#ended = this.#failure('unavailable', 'The series store is closed.');
    try {
      await closed;
    } finally {
      await this.#worker.terminate();
    }
  }

  #wait(id: number, call: Call): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const deadlineMs = call === 'open' ? OPEN_DEADLINE_MS : DEADLINE_MS;
      const timer = patient.has(call)
        ? undefined
        : setTimeout(() => {
            this.#cancel(id);
            this.#fail(id, this.#failure('unavailable', `The series store did not answer (${call}) in time.`));
          }, deadlineMs);
      this.#waiting.set(id, { resolve, reject, timer });
    });
  }

  #drop(id: number, reason: unknown): void {
    this.#cancel(id);
    this.#fail(id, reason instanceof Error ? reason : this.#failure('unavailable', 'The question was dropped.'));
  }

  #cancel(id: number): void {
    this.#worker.postMessage({ cancel: id } satisfies Cancel);
  }

  #fail(id: number, cause: Error): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    clearTimeout(waiting?.timer);
    waiting?.reject(cause);
  }

  #receive(answer: Answer): void {
    if ('damage' in answer) this.#listener.onDamage(answer.damage);
    else if ('note' in answer) this.#listener.onNote(answer.note);
    else if ('code' in answer) this.#fail(answer.id, this.#failure(answer.code, answer.message));
    else {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      clearTimeout(waiting?.timer);
      waiting?.resolve(answer.result);
    }
  }

  #end(cause: Error): void {
    if (this.#isOpen && !this.#ended) this.#listener.onFatal(cause);
    this.#ended ??= this.#failure('unavailable', `The series store has failed: ${cause.message}`);
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(cause);
    }
    this.#waiting.clear();
  }
}
