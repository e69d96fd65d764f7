import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import type { Health } from './fleet/health.ts';

/** The warning stands this long after the last fault, so that one that comes and goes is seen. */
const STANDS_MS = 10 * 60_000;

interface Fault {
  readonly message: string;
  readonly at: number;
}

export interface FaultsOptions {
  readonly clock: Clock;
  readonly health: Health;
  readonly logger: Logger;
}

/**
 * Keeps a defect in one part of the watch, or one document it cannot make sense of, from stopping all others: it is logged and
 * shown as a warning, and the others go on.
 */
export class Faults {
  readonly #options: FaultsOptions;
  readonly #standing = new Map<string, Fault>();

  constructor(options: FaultsOptions) {
    this.#options = options;
  }

  /** Runs `work`; what it returns, or `instead` if it throws. `part` is named in the warning. */
  guard<T>(part: string, work: () => T, instead: T): T {
    try {
      return work();
    } catch (cause) {
      this.#note(part, cause);
      return instead;
    }
  }

  /** Does `work` for every item, also after one for which it throws. */
  guardEach<T>(part: string, items: readonly T[], work: (item: T) => void): void {
    for (const item of items) {
      try {
        work(item);
      } catch (cause) {
        this.#note(part, cause);
      }
    }
  }

  /** Ends the warnings of parts that have worked for a while. */
  settle(): void {
    const { clock, health } = this.#options;
    for (const [part, { at }] of this.#standing) {
      if (clock.now() - at < STANDS_MS) continue;
      this.#standing.delete(part);
      health.set(topicOf(part), null);
    }
  }

  #note(part: string, cause: unknown): void {
    const { clock, health, logger } = this.#options;
    const message = cause instanceof Error ? cause.message : String(cause);
    // The same one second after second is logged once.
    if (this.#standing.get(part)?.message !== message) {
      logger.error({ err: cause, part }, 'a part of the watch failed and was left out; this is a defect');
    }
    this.#standing.set(part, { message, at: clock.now() });
    health.set(topicOf(part), `A defect keeps the server from following ${part}: ${message}. Everything else goes on.`);
  }
}

/** Does `work` for every item, also after one for which it throws. @throws what the first of them threw, at the end */
export function eachApart<T>(items: Iterable<T>, work: (item: T) => void): void {
  const causes: unknown[] = [];
  for (const item of items) {
    try {
      work(item);
    } catch (cause) {
      causes.push(cause);
    }
  }
  if (causes.length > 0) throw causes[0];
}

function topicOf(part: string): string {
  return `fault.${part}`;
}
