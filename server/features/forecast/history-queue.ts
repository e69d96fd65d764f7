import type { Logger } from 'pino';

/** Reads one thing of the past after the other in the background: a start with a whole fleet must not crowd out its reports. */
export class HistoryQueue {
  readonly #load: (deviceId: string) => Promise<void>;
  readonly #logger: Logger;
  /** A device waits once, however often it is asked for; so there are never more than devices. */
  readonly #waiting = new Set<string>();
  #running = 0;
  #isClosed = false;

  constructor(load: (deviceId: string) => Promise<void>, logger: Logger) {
    this.#load = load;
    this.#logger = logger;
  }

  get length(): number {
    return this.#waiting.size + this.#running;
  }

  add(deviceId: string): void {
    if (this.#isClosed) return;
    this.#waiting.add(deviceId);
    if (this.#running < MAX_RUNNING) void this.#work();
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting.clear();
  }

  async #work(): Promise<void> {
    this.#running += 1;
    try {
      for (const deviceId of this.#waiting) {
        this.#waiting.delete(deviceId);
        await this.#loadOne(deviceId);
      }
    } finally {
      this.#running -= 1;
    }
  }

  async #loadOne(deviceId: string): Promise<void> {
    try {
      await this.#load(deviceId);
    } catch (cause) {
      // The forecast does without: the hours fill again by themselves.
      if (!this.#isClosed)
        this.#logger.warn({ err: cause, deviceId }, 'the past of a device could not be read for its forecast');
    }
  }
}

const MAX_RUNNING = 2;
