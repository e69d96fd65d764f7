import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame } from '../../protocol/wire/frame.ts';
import { MAX_TASK_PART_BYTES, type TaskResultFrame } from '../../protocol/wire/task.ts';
import { describeError, type Log } from '../log/log.ts';
import { readPart } from '../spool/folder.ts';
import { type KeptResult, type TaskResult, without } from './kept-result.ts';
import { sizeOf, type TaskLedger } from './ledger.ts';

/** What a connection is for results. */
export interface ResultLink {
  readonly isOpen: boolean;
  /** Bytes that wait for the network. */
  readonly unsentBytes: number;
  send(frame: Frame): void;
}

export interface OutboxOptions {
  readonly ledger: TaskLedger;
  readonly log: Log;
  /** Without word from the server a result is sent again after this long. */
  readonly againMs?: number;
}

/** Results that the server has not confirmed; more wait on disk. */
const WINDOW = 16;
const AGAIN_MS = 30_000;
/** Reports go first: of a file, no more than this waits for the network. */
const MAX_UNSENT_BYTES = 256 * 1024;
const TICK_MS = 50;

/** Brings results to the server, oldest first, until it says that it has them. */
export class TaskOutbox {
  readonly #options: OutboxOptions;
  /** When each was sent on the link of the moment, on the monotonic clock. */
  readonly #inFlight = new Map<string, number>();
  #link: ResultLink | null = null;
  #isDelivering = false;
  /** Something came while it was at work. */
  #isWanted = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** There is a connection whose server knows tasks; all that it has not confirmed is sent on it. */
  opened(link: ResultLink): void {
    this.#link = link;
    this.#inFlight.clear();
    this.offer();
  }

  /** There is none, or one whose server does not know tasks. */
  closed(): void {
    this.#link = null;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Something new waits. */
  offer(): void {
    this.#isWanted = true;
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    this.#isWanted = false;
    this.#deliver()
      .catch((error: unknown) => this.#options.log.error('bringing results of tasks failed', describeError(error)))
      .finally(() => {
        this.#isDelivering = false;
        if (this.#isWanted) this.offer();
      });
  }

  /** Says once that a task was not run. */
  decline(id: string, result: TaskResult): void {
    if (this.#link?.isOpen) this.#link.send(frameOf(id, result, 0, 0));
  }

  taken(id: string): void {
    this.#inFlight.delete(id);
    void this.#options.ledger.taken(id).then(() => this.offer());
  }

  async #deliver(): Promise<void> {
    for (;;) {
      const link = this.#link;
      if (!link?.isOpen || this.#inFlight.size >= WINDOW) return;
      const next = this.#next();
      if (!next) return;
      this.#inFlight.set(next.id, performance.now());
      this.#timer ??= setTimeout(() => this.#sendAgain(), this.#options.againMs ?? AGAIN_MS);
      await this.#send(link, next.id, next.result);
    }
  }

  #next() {
    for (const one of this.#options.ledger.untaken()) if (!this.#inFlight.has(one.id)) return one;
    return undefined;
  }

  async #send(link: ResultLink, id: string, result: KeptResult): Promise<void> {
    const { ledger } = this.#options;
    const ageMs = ledger.ageMs(result);
    const path = ledger.fileOf(id);
    if (result.fileBytes > 0 && (await sizeOf(path)) !== result.fileBytes) {
      link.send(frameOf(id, without('failed', 'Its file is gone from the disk.'), ageMs, result.dropped));
      return;
    }
    link.send(frameOf(id, result, ageMs, result.dropped));
    for (let offset = 0; offset < result.fileBytes; offset += MAX_TASK_PART_BYTES) {
      while (link.isOpen && link.unsentBytes > MAX_UNSENT_BYTES) await sleep(TICK_MS);
      if (!link.isOpen) return;
      const bytes = await readPart(path, offset, Math.min(result.fileBytes, offset + MAX_TASK_PART_BYTES));
      link.send({ type: 'task_file', id: Buffer.from(id, 'hex'), offset, bytes });
    }
  }

  #sendAgain(): void {
    this.#timer = undefined;
    const overdueMs = performance.now() - (this.#options.againMs ?? AGAIN_MS);
    for (const [id, sentAtMs] of this.#inFlight) if (sentAtMs <= overdueMs) this.#inFlight.delete(id);
    if (this.#inFlight.size > 0) this.#timer = setTimeout(() => this.#sendAgain(), this.#options.againMs ?? AGAIN_MS);
    this.offer();
  }
}

function frameOf(id: string, result: TaskResult, ageMs: number, dropped: number): TaskResultFrame {
  const { outcome, json, fileBytes } = result;
  return { type: 'task_result', id: Buffer.from(id, 'hex'), outcome, ageMs, dropped, fileBytes, json };
}
