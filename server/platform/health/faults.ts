import type { Logger } from 'pino';
import { saidOf } from '../../../protocol/said/refused.ts';
import { isSame, type Said, said } from '../../../protocol/said/said.ts';
import type { Clock } from '../clock.ts';
import type { Health } from './health.ts';

/** The warning stands this long after the last fault, so that one that comes and goes is seen. */
const STANDS_MS = 10 * 60_000;
/** A part of which nothing has worked for so long fails as a whole; before that, single items of it may be bad. */
const FAILS_AFTER_MS = 5_000;

interface Fault {
  readonly why: Said;
  /** The last time it threw. */
  at: number;
  /** Since when nothing of the part has worked; null while something does. */
  failingSince: number | null;
}

export interface FaultsOptions {
  readonly clock: Clock;
  readonly health: Health;
  readonly logger: Logger;
}

/**
 * Keeps a defect in one part of the watch, or one document it cannot make sense of, from stopping all others: it is logged and
 * shown as a warning, and the others go on. While nothing of a part works, the server is not ready.
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
      const result = work();
      this.#noteSuccess(part);
      return result;
    } catch (cause) {
      this.#noteFault(part, cause);
      return instead;
    }
  }

  /** Does `work` for every item, also after one for which it throws. */
  guardEach<T>(part: string, items: readonly T[], work: (item: T) => void): void {
    // Not by way of guard(): done for every report, a function for each would be most of its cost.
    for (let index = 0; index < items.length; index += 1) {
      try {
        work(items[index] as T);
        this.#noteSuccess(part);
      } catch (cause) {
        this.#noteFault(part, cause);
      }
    }
  }

  /** Runs what all parts are in. @throws what `work` throws, which is noted */
  async watchOver<T>(part: string, work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.#noteSuccess(part);
      return result;
    } catch (cause) {
      this.#noteFault(part, cause);
      throw cause;
    }
  }

  /** Ends the warnings of parts that have worked for a while, and says of the others whether they fail as a whole. */
  settle(): void {
    const { clock, health } = this.#options;
    const now = clock.now();
    for (const [part, { at }] of this.#standing) {
      // Both ways: an instant ahead was noted by a clock that was set back.
      if (Math.abs(now - at) < STANDS_MS) continue;
      this.#standing.delete(part);
      health.set(topicOf(part), null);
    }
    if (this.#standing.size > 0) this.#tell();
  }

  #noteSuccess(part: string): void {
    // Asked of every report: nearly always nothing stands.
    if (this.#standing.size === 0) return;
    const fault = this.#standing.get(part);
    if (fault) fault.failingSince = null;
  }

  #noteFault(part: string, cause: unknown): void {
    const { clock, logger } = this.#options;
    const why = saidOf(cause);
    const known = this.#standing.get(part);
    // The same one second after second is logged once.
    if (!known || !isSame(known.why, why)) {
      logger.error({ err: cause, part }, 'a part of the watch failed and was left out; this is a defect');
    }
    const at = clock.now();
    this.#standing.set(part, { why, at, failingSince: known?.failingSince ?? at });
    this.#tell();
  }

  #tell(): void {
    const { clock, health } = this.#options;
    const now = clock.now();
    for (const [part, { why, failingSince }] of this.#standing) {
      const isWhole = failingSince !== null && Math.abs(now - failingSince) >= FAILS_AFTER_MS;
      const goesOn = this.#standing.size === 1 && health.failing.every((duty) => duty === 'evaluating');
      health.set(topicOf(part), said('server.defect', { part, isWhole, why, goesOn }), isWhole ? 'evaluating' : null);
    }
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
