import type { Sockets } from './sockets.ts';
import type { Threads } from './threads.ts';
import { real, type SimulatedTime } from './time.ts';

export interface StillnessOptions {
  readonly time: SimulatedTime;
  readonly threads: Threads;
  readonly sockets: Sockets;
}

/** So many turns of the event loop in which nothing went on: what follows from what happened has happened. */
const QUIET_TURNS = 3;
/** Then the threads get the processor for a moment. */
const PATIENT_TURNS = 20;
const DEADLINE_MS = 120_000;
const STEP_MS = 10;
/** Work of this process that ends by itself. */
const requests = /^(FSReq|GetAddrInfoReq|GetNameInfoReq|TCPConnect|Write|Shutdown|FileHandleCloseReq|PipeConnect)/;

/**
 * Knows when nothing is going on any more but waiting for time to pass: no thread works on an answer, no byte is on its way,
 * no file is being read. Only then time goes on, so that what a busy machine does slowly happens in the same order.
 */
export class Stillness {
  readonly #options: StillnessOptions;

  constructor(options: StillnessOptions) {
    this.#options = options;
  }

  /** Resolves when all is still. @throws Error naming what goes on after two minutes */
  async settle(): Promise<void> {
    const { threads } = this.#options;
    const deadlineMs = real.now() + DEADLINE_MS;
    let quiet = 0;
    for (let turns = 1; quiet < QUIET_TURNS; turns += 1) {
      await new Promise((resolve) => real.setImmediate(resolve));
      // Looking everywhere takes longer than a turn: once all the rest is still.
      const why = this.#isAtWork() ?? (quiet === QUIET_TURNS - 1 ? this.#underWay() : null);
      quiet = why === null ? quiet + 1 : 0;
      if (why === null) continue;
      if (real.now() > deadlineMs) throw new Error(`waited ${DEADLINE_MS} ms in vain for stillness: ${why}`);
      // Turning in circles would take the processor from whoever has work to do.
      if (threads.waiting > 0) await threads.heard();
      else if (turns % PATIENT_TURNS === 0) await new Promise((resolve) => real.setTimeout(resolve, 1));
    }
  }

  /** Lets this happen and all that follows, without time passing. @throws what `work` throws, or Error after two minutes */
  async during<T>(work: Promise<T>, what = 'an answer'): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const deadline = real.setTimeout(() => {
      const why = this.#isAtWork() ?? this.#underWay() ?? 'nothing goes on';
      reject(new Error(`waited ${DEADLINE_MS} ms in vain for ${what}: ${why}`));
    }, DEADLINE_MS);
    try {
      return await Promise.race([work, late]);
    } finally {
      deadline.close();
      await this.settle();
    }
  }

  /** The same for what needs time of its own: lets it pass until that is done, up to two minutes. */
  async until(work: Promise<unknown>): Promise<void> {
    let isDone = false;
    const ended = work.then(() => {
      isDone = true;
    });
    await this.settle();
    for (let passedMs = 0; !isDone && passedMs < DEADLINE_MS; passedMs += STEP_MS) await this.pass(STEP_MS);
    await this.during(ended);
  }

  /** Lets this much time pass, timer by timer. */
  async pass(ms: number): Promise<void> {
    const { time } = this.#options;
    const untilMs = time.now() + ms;
    for (let call = time.next(untilMs); call !== null; call = time.next(untilMs)) {
      call();
      await this.settle();
    }
  }

  #isAtWork(): string | null {
    const { time, threads } = this.#options;
    if (threads.waiting > 0) return `${threads.waiting} questions to threads have no answer`;
    return time.immediates > 0 ? 'something was put off to the next turn' : null;
  }

  #underWay(): string | null {
    const request = process.getActiveResourcesInfo().find((name) => requests.test(name));
    return request ?? this.#options.sockets.busy();
  }
}
