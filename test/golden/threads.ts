import threads, { type WorkerOptions } from 'node:worker_threads';
import { real } from './time.ts';

const LOOK_EVERY_MS = 1_000;

/** Counts what the threads of the server were asked and have not answered. */
export class Threads {
  readonly #waiting = new Map<object, Set<number>>();
  #heard: PromiseWithResolvers<void> = Promise.withResolvers();

  /** Questions without an answer. */
  get waiting(): number {
    let count = 0;
    for (const ids of this.#waiting.values()) count += ids.size;
    return count;
  }

  /** Resolves when one of them says something, and once a second in any case: whoever waits looks at the clock. */
  heard(): Promise<void> {
    return this.#heard.promise;
  }

  /** Puts a worker in the place of Node's that counts, and starts its thread without a sense of time. */
  install(): void {
    const preload = new URL('./thread-preload.ts', import.meta.url).href;
    const waiting = this.#waiting;
    const onHeard = (): void => {
      this.#heard.resolve();
      this.#heard = Promise.withResolvers();
    };
    real.setInterval(onHeard, LOOK_EVERY_MS).unref();
    threads.Worker = class extends threads.Worker {
      constructor(url: URL, options: WorkerOptions = {}) {
        super(url, { ...options, execArgv: [...(options.execArgv ?? []), '--import', preload] });
        waiting.set(this, new Set());
        this.on('message', (message: unknown) => {
          const id = idOf(message);
          if (id !== null) waiting.get(this)?.delete(id);
          onHeard();
        });
        this.on('exit', () => {
          waiting.delete(this);
          onHeard();
        });
      }

      override postMessage(...[message, transfer]: Parameters<threads.Worker['postMessage']>): void {
        const id = idOf(message);
        if (id !== null) waiting.get(this)?.add(id);
        super.postMessage(message, transfer as readonly []);
      }
    };
  }
}

/** Questions and answers carry the same number; what else is said asks nothing. */
function idOf(message: unknown): number | null {
  const id = typeof message === 'object' && message !== null ? (message as { id?: unknown }).id : undefined;
  return typeof id === 'number' ? id : null;
}
