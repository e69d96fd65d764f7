import type { Logger } from 'pino';
import { type Said, said } from '../../protocol/said/said.ts';
import type { OwnTrouble } from '../core/presence/server-incident.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { redateRecord } from '../fleet/redate.ts';
import type { Clock, ClockDoubt } from '../platform/clock.ts';
import type { Health } from '../platform/health/health.ts';

export interface ClockKeeperOptions {
  readonly clock: Clock;
  readonly fleet: Pick<Fleet, 'devices'>;
  readonly health: Pick<Health, 'set'>;
  readonly logger: Logger;
  /** Whether a step back takes back one that was followed: by default none does. */
  readonly isUndoing?: (sizeMs: number) => boolean;
}

/** Agents report often; what they say is waited for this long, and nobody is asked for longer than that. */
const ASK_MS = 5_000;
const ALONE_MS = 30_000;
/** Clocks that differ by no more agree. */
const AGREES_MS = 60_000;
/** Who was heard so shortly before a step back is waited for. */
const THERE_MS = 300_000;
/** A step that lasts for so long is told of. */
const TOLD_AFTER_MS = 10_000;
/** After a step the clocks of agents are measured anew before anybody is blamed. */
const SETTLES_MS = 60_000;

/**
 * Decides what a step of the server's time of day is: a mend, which is followed, or a mistake, which is not. The clocks of the
 * agents say which; without them a step forwards counts after half a minute. A step back says that what was stored since is wrong,
 * which is changed or removed for it: one that does not take back a known step is followed only if agents agree with it, more than
 * half of those that were there, as the one that is heard first may be on the server's own machine and have its clock.
 * It is said of the server, and of nobody else.
 */
export class ClockKeeper {
  readonly #options: ClockKeeperOptions;
  #settledAt = Number.NEGATIVE_INFINITY;
  #isDoubted = false;
  #trouble: OwnTrouble | null = null;
  #isProven = false;

  constructor(options: ClockKeeperOptions) {
    this.#options = options;
  }

  /** True while the server's own clock may be what is wrong: nobody else's is judged. */
  get isUnsure(): boolean {
    const { clock } = this.#options;
    // Asked of every report: the newest look is enough, but for a step that came since.
    return this.#isDoubted || Math.abs(clock.driftMs()) > AGREES_MS || clock.now() - this.#settledAt < SETTLES_MS;
  }

  /** What is told of the server: a step that lasts or was followed, until the clocks have agreed for a while. */
  get trouble(): OwnTrouble | null {
    const since = this.#options.clock.now() - this.#settledAt;
    if (!this.#isDoubted && (since >= SETTLES_MS || since < 0)) this.#trouble = null;
    return this.#trouble;
  }

  /** Whether agents, or a step that it took back, have said that the newest step was right. */
  get isProven(): boolean {
    return this.#isProven;
  }

  /** Called once a second in the lane of the watch. Returns by how many ms the clock was set, mostly 0. */
  look(): number {
    const { clock, health, logger, fleet } = this.#options;
    const doubt = clock.steps?.doubt() ?? null;
    if (!clock.steps || doubt === null) {
      if (this.#isDoubted) this.#settledAt = clock.now();
      this.#isDoubted = false;
      health.set('clock', null);
      return 0;
    }
    if (!this.#isDoubted) logger.warn(doubt, 'the time of day of the server was set');
    this.#isDoubted = true;
    const votes = this.#ask(doubt);
    const doubted = sayDoubt(doubt, votes);
    health.set('clock', doubted);
    if (doubt.forMs >= TOLD_AFTER_MS) this.#trouble ??= { from: clock.now() - doubt.forMs, why: doubted };
    if (!this.#isClear(doubt, votes)) return 0;
    this.#isProven = votes.stepped > 0 || this.#isUndoing(doubt);
    const sizeMs = clock.steps.adopt();
    const now = clock.now();
    for (const record of fleet.devices.values()) redateRecord(record, sizeMs, now);
    this.#isDoubted = false;
    this.#settledAt = now;
    this.#trouble = { from: now, why: sayFollowed(sizeMs, votes) };
    logger.warn({ sizeMs, votes }, 'the server follows its time of day');
    health.set('clock', null);
    return sizeMs;
  }

  /** Whether the time of day is to be followed. */
  #isClear(doubt: ClockDoubt, { kept, stepped, there }: Votes): boolean {
    const { forMs, sizeMs } = doubt;
    const isAsked = kept + stepped > 0;
    if (sizeMs > 0 || this.#isUndoing(doubt)) return isAsked ? forMs >= ASK_MS && stepped > kept : forMs >= ALONE_MS;
    if (isAsked) return forMs >= ASK_MS && stepped > kept && stepped * 2 > there;
    // A server that has no machines is told by nobody.
    return forMs >= ALONE_MS && this.#options.fleet.devices.size === 0;
  }

  #isUndoing({ sizeMs }: ClockDoubt): boolean {
    return sizeMs < 0 && this.#options.isUndoing?.(sizeMs) === true;
  }

  /** Whose clock is nearer to the server's own pace, and whose to the time of day, as heard since the step. */
  #ask({ sizeMs, forMs }: ClockDoubt): Votes {
    const { fleet, clock } = this.#options;
    const since = clock.now() - forMs;
    const votes = { kept: 0, stepped: 0, there: 0 };
    for (const { memory, connection } of fleet.devices.values()) {
      const { dating } = memory;
      if ((connection.lastHeardAt ?? 0) >= since - THERE_MS) votes.there += 1;
      if (!dating || dating.sampledAt < since) continue;
      const fromKept = Math.abs(dating.clockOffsetMs);
      const fromStepped = Math.abs(dating.clockOffsetMs - sizeMs);
      // One that is far from both is wrong itself.
      if (Math.min(fromKept, fromStepped) * 2 > Math.abs(sizeMs)) continue;
      if (fromKept <= fromStepped) votes.kept += 1;
      else votes.stepped += 1;
    }
    return votes;
  }
}

interface Votes {
  readonly kept: number;
  readonly stepped: number;
  /** How many were heard shortly before the step, or since. */
  readonly there: number;
}

function sayFollowed(sizeMs: number, { kept, stepped }: Votes): Said {
  const direction = sizeMs > 0 ? 'ahead' : 'back';
  const asked = kept + stepped;
  return said('server.clock.followed', { byMs: Math.abs(sizeMs), direction, asked, agreeing: stepped });
}

function sayDoubt({ sizeMs }: ClockDoubt, { kept, stepped }: Votes): Said {
  const side = sizeMs > 0 ? 'ahead' : 'behind';
  return said('server.clock.doubt', { offMs: Math.abs(sizeMs), side, asked: kept + stepped, agreeing: kept });
}
