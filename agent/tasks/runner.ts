import type { Clocks } from '../../protocol/wire/frame.ts';
import { MAX_TASK_RESULT_BYTES, type TaskFrame } from '../../protocol/wire/task.ts';
import { rm } from '../files/disk.ts';
import { describeError, type Log } from '../log/log.ts';
import { type TaskResult, without } from './kept-result.ts';
import type { AnyTaskKind } from './kind.ts';
import { sizeOf, type TaskLedger } from './ledger.ts';
import type { Policy } from './policy.ts';

export interface RunnerOptions {
  readonly kinds: readonly AnyTaskKind[];
  readonly ledger: TaskLedger;
  readonly policy: () => Policy;
  readonly clocks: () => Clocks;
  readonly log: Log;
  /** The result of this task waits for the server. */
  readonly offer: (id: string) => void;
  /** The task was not run, and need not be remembered: asked again, it may. */
  readonly decline: (id: string, result: TaskResult) => void;
}

/** So many run at once, ... */
const MAX_RUNNING = 4;
/** ... and so many wait for their turn. */
const MAX_WAITING = 16;

interface Waiting {
  readonly id: string;
  readonly kind: AnyTaskKind;
  readonly payload: unknown;
  /** Its deadline, on the clock since boot. */
  readonly untilMs: number;
}

/**
 * Runs what the server asks for: a task once, whatever is sent again; few at once; none beyond its deadline. A kind whose run does
 * not end when it is told to gets no other until it has: the others go on.
 */
export class TaskRunner {
  readonly #options: RunnerOptions;
  readonly #kinds: ReadonlyMap<string, AnyTaskKind>;
  readonly #waiting: Waiting[] = [];
  readonly #running = new Map<string, { readonly kind: AnyTaskKind; readonly over: AbortController }>();
  readonly #stuck = new Set<AnyTaskKind>();
  #isStopped = false;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#kinds = new Map(options.kinds.map((kind) => [kind.name, kind]));
  }

  take({ id: bytes, kind: name, remainingMs, json }: TaskFrame): void {
    const { ledger, offer, decline, clocks } = this.#options;
    const id = Buffer.from(bytes).toString('hex');
    if (this.#isStopped || this.#running.has(id) || this.#waiting.some((one) => one.id === id)) return;
    if (ledger.knows(id)) {
      offer(id);
      return;
    }
    const kind = this.#kinds.get(name);
    if (kind === undefined) {
      decline(id, without('unknown_kind', `This agent knows no task of the kind ${JSON.stringify(name)}.`));
      return;
    }
    let payload: unknown;
    try {
      payload = kind.parse(json);
    } catch (error) {
      decline(id, without('malformed', describeError(error).reason));
      return;
    }
    if (this.#waiting.length >= MAX_WAITING || this.#stuck.has(kind)) {
      decline(id, without('busy', 'Too much that was asked before has not ended.'));
      return;
    }
    this.#waiting.push({ id, kind, payload, untilMs: clocks().bootMs + remainingMs });
    this.#pump();
  }

  /** Ends what runs. The next start says of it that it was interrupted. */
  stop(): void {
    this.#isStopped = true;
    this.#waiting.length = 0;
    for (const { over } of this.#running.values()) over.abort();
  }

  #pump(): void {
    for (let index = 0; index < this.#waiting.length && this.#running.size < MAX_RUNNING; ) {
      const next = this.#waiting[index] as Waiting;
      const isTaken = next.kind.isSerial && [...this.#running.values()].some(({ kind }) => kind === next.kind);
      if (isTaken) index += 1;
      else {
        this.#waiting.splice(index, 1);
        this.#begin(next);
      }
    }
  }

  #begin(task: Waiting): void {
    const { clocks, decline, policy, log } = this.#options;
    const { id, kind, payload, untilMs } = task;
    const leftMs = untilMs - clocks().bootMs;
    const objection = kind.objection(payload, policy());
    if (leftMs <= 0) decline(id, without('expired', 'Its deadline was over before its turn came.'));
    else if (objection !== undefined) decline(id, without('refused', objection));
    else {
      const over = new AbortController();
      this.#running.set(id, { kind, over });
      this.#run(task, over, leftMs)
        .catch((error: unknown) => log.error('a task could not be followed', { task: id, ...describeError(error) }))
        .finally(() => {
          this.#running.delete(id);
          this.#pump();
        });
    }
  }

  async #run({ id, kind, payload }: Waiting, over: AbortController, leftMs: number): Promise<void> {
    const { ledger, log, offer } = this.#options;
    const deadline = setTimeout(() => over.abort(), leftMs);
    log.debug('the server asks for something', { task: id, kind: kind.name });
    await ledger.begin(id);
    const result = await this.#resultOf(id, kind, payload, over.signal);
    clearTimeout(deadline);
    if (this.#isStopped) return;
    await ledger.end(id, result);
    log.info('what the server asked for has ended', { task: id, kind: kind.name, outcome: result.outcome });
    offer(id);
  }

  async #resultOf(id: string, kind: AnyTaskKind, payload: unknown, signal: AbortSignal): Promise<TaskResult> {
    const expired = without('expired', 'Its deadline ended it.');
    if (signal.aborted) return expired;
    const filePath = this.#options.ledger.fileOf(id);
    const { promise: overdue, resolve } = Promise.withResolvers<null>();
    signal.addEventListener('abort', () => resolve(null), { once: true });
    // Whatever it throws at once is a failure of the run as well.
    const run = Promise.resolve().then(() => kind.run(payload, { signal, filePath }));
    try {
      const facts = await Promise.race([run, overdue]);
      if (facts === null) {
        this.#stuck.add(kind);
        run.catch(() => undefined).finally(() => this.#stuck.delete(kind));
        return expired;
      }
      const json = JSON.stringify(facts);
      const fileBytes = await sizeOf(filePath);
      const isTooLarge = Buffer.byteLength(json) > MAX_TASK_RESULT_BYTES || fileBytes > kind.maxFileBytes;
      if (!isTooLarge) return { outcome: 'done', json, fileBytes };
      await rm(filePath, { force: true });
      return without('failed', 'What it found is too large to be sent.');
    } catch (error) {
      return without('failed', describeError(error).reason);
    }
  }
}
