import timers from 'node:timers';

/** What really passes; kept before anything is put in its place. */
export const real = {
  setImmediate: globalThis.setImmediate,
  clearImmediate: globalThis.clearImmediate,
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
  now: performance.now.bind(performance),
};

interface Due {
  readonly number: number;
  atMs: number;
  readonly everyMs: number | null;
  readonly call: () => void;
  isOver: boolean;
}

/** Node turns what is no delay into this. */
const SHORTEST_MS = 1;
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Time that stands still until it is moved. Timers, the time of day and the monotonic clock of this thread follow it, whoever
 * uses them, so that an hour is lived as fast as the machine can and always in the same order: by due time, then by age.
 */
export class SimulatedTime {
  readonly #bootedAtMs: number;
  #nowMs: number;
  #due: Due[] = [];
  #count = 0;
  #immediates = 0;

  constructor(startMs: number) {
    this.#nowMs = startMs;
    this.#bootedAtMs = startMs - 3_600_000;
  }

  /** Whole ms since 1970. */
  now(): number {
    return Math.floor(this.#nowMs);
  }

  /** Callbacks of `setImmediate` that have not run. */
  get immediates(): number {
    return this.#immediates;
  }

  /** Puts itself in the place of every source of time that this thread has. */
  install(): void {
    const monotonicMs = (): number => this.#nowMs - this.#bootedAtMs;
    Object.defineProperty(performance, 'now', { value: monotonicMs, configurable: true });
    Date.now = () => this.now();
    globalThis.Date = this.#dateClass();
    process.uptime = () => monotonicMs() / 1_000;
    const replaced = {
      setTimeout: (call: () => void, ms?: number, ...args: unknown[]) => this.#add(call, ms, args, false),
      setInterval: (call: () => void, ms?: number, ...args: unknown[]) => this.#add(call, ms, args, true),
      clearTimeout: clear,
      clearInterval: clear,
      ...this.#countedImmediates(),
    };
    Object.assign(globalThis, replaced);
    Object.assign(timers, replaced);
  }

  /** The next moment at which a timer is due, as far as `untilMs`; moves the time there, or to `untilMs`. Returns its callback. */
  next(untilMs: number): (() => void) | null {
    const [due] = this.#due;
    if (due === undefined || due.atMs > untilMs) {
      this.#nowMs = Math.max(this.#nowMs, untilMs);
      return null;
    }
    this.#due.shift();
    if (due.isOver) return this.next(untilMs);
    this.#nowMs = Math.max(this.#nowMs, due.atMs);
    if (due.everyMs === null) due.isOver = true;
    else this.#insert(due, due.everyMs);
    return due.call;
  }

  #add(call: (...args: unknown[]) => void, ms: number | undefined, args: unknown[], repeats: boolean): object {
    const wanted = Number(ms);
    const delayMs = wanted >= SHORTEST_MS && wanted <= LONGEST_MS ? wanted : SHORTEST_MS;
    this.#count += 1;
    const due: Due = {
      number: this.#count,
      atMs: 0,
      everyMs: repeats ? delayMs : null,
      call: () => call(...args),
      isOver: false,
    };
    this.#insert(due, delayMs);
    return new Handle(due, () => {
      due.isOver = false;
      this.#due = this.#due.filter((one) => one !== due);
      this.#insert(due, delayMs);
    });
  }

  #insert(due: Due, delayMs: number): void {
    due.atMs = this.#nowMs + delayMs;
    let at = this.#due.length;
    for (; at > 0; at -= 1) {
      const before = this.#due[at - 1];
      if (before && (before.atMs < due.atMs || (before.atMs === due.atMs && before.number < due.number))) break;
    }
    this.#due.splice(at, 0, due);
  }

  #dateClass(): DateConstructor {
    const now = (): number => this.now();
    return class extends Date {
      constructor(...args: [] | [number | string | Date]) {
        if (args.length === 0) super(now());
        else super(...args);
      }
    } as DateConstructor;
  }

  #countedImmediates() {
    const pending = new Set<NodeJS.Immediate>();
    const setImmediate = (call: (...args: unknown[]) => void, ...args: unknown[]): NodeJS.Immediate => {
      this.#immediates += 1;
      const handle = real.setImmediate(() => {
        pending.delete(handle);
        this.#immediates -= 1;
        call(...args);
      });
      pending.add(handle);
      return handle;
    };
    const clearImmediate = (handle: NodeJS.Immediate | undefined): void => {
      if (handle && pending.delete(handle)) this.#immediates -= 1;
      real.clearImmediate(handle);
    };
    return { setImmediate, clearImmediate };
  }
}

/** What `setTimeout` returns. */
class Handle {
  readonly #due: Due;
  readonly #again: () => void;

  constructor(due: Due, again: () => void) {
    this.#due = due;
    this.#again = again;
  }

  close(): this {
    this.#due.isOver = true;
    return this;
  }

  refresh(): this {
    this.#again();
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function clear(handle: unknown): void {
  if (handle instanceof Handle) handle.close();
}
