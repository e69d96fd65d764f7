import type { Logger } from 'pino';
import type { OwnTrouble } from '../core/presence/server-incident.ts';
import { formatDuration } from '../domain/wording.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { redateRecord } from '../fleet/redate.ts';
import type { Clock, ClockDoubt } from '../platform/clock.ts';
import type { Health } from '../platform/health/health.ts';

export interface ClockKeeperOptions {
  readonly clock: Clock;
  readonly fleet: Pick<Fleet, 'devices'>;
  readonly health: Pick<Health, 'set'>;
  readonly logger: Logger;
}

/** Agents report often; what they say is waited for this long, and nobody is asked for longer than that. */
const ASK_MS = 5_000;
const ALONE_MS = 30_000;
/** An agent whose clock is this near to a time agrees with it. */
const AGREES_MS = 60_000;
/** So many say enough. */
const MAX_ASKED = 500;
/** A step that lasts for so long is told of. */
const TOLD_AFTER_MS = 10_000;
/** After a step the clocks of agents are measured anew before anybody is blamed. */
const SETTLES_MS = 60_000;

/**
 * Decides what a step of the server's time of day is: a mend, which is followed, or a mistake, which is not. The clocks of the
 * agents say which; without them the time of day counts after half a minute. It is said of the server, and of nobody else.
 */
export class ClockKeeper {
  readonly #options: ClockKeeperOptions;
  #settledAt = Number.NEGATIVE_INFINITY;
  #isDoubted = false;
  #trouble: OwnTrouble | null = null;

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
    const said = sayDoubt(doubt, votes);
    health.set('clock', said);
    if (doubt.forMs >= TOLD_AFTER_MS) this.#trouble ??= { from: clock.now() - doubt.forMs, why: said };
    const isAsked = votes.kept + votes.stepped > 0;
    if (isAsked ? doubt.forMs < ASK_MS || votes.stepped <= votes.kept : doubt.forMs < ALONE_MS) return 0;
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

  /** Whose clock agrees with the server's own pace, and whose with the time of day, as heard since the step. */
  #ask({ sizeMs, forMs }: ClockDoubt): { kept: number; stepped: number } {
    const { fleet, clock } = this.#options;
    const since = clock.now() - forMs;
    const votes = { kept: 0, stepped: 0 };
    for (const { memory } of fleet.devices.values()) {
      const { dating } = memory;
      if (!dating || dating.sampledAt < since) continue;
      if (Math.abs(dating.clockOffsetMs) < AGREES_MS) votes.kept += 1;
      else if (Math.abs(dating.clockOffsetMs - sizeMs) < AGREES_MS) votes.stepped += 1;
      if (votes.kept + votes.stepped >= MAX_ASKED) break;
    }
    return votes;
  }
}

function sayFollowed(sizeMs: number, { kept, stepped }: { kept: number; stepped: number }): string {
  const how = `${formatDuration(Math.abs(sizeMs))} ${sizeMs > 0 ? 'ahead' : 'back'}`;
  const asked = kept + stepped;
  const why = asked === 0 ? 'no agent could be asked' : `${stepped} of ${asked} agents agree with it`;
  return `The time of day of the server was set ${how}, and the server follows it: ${why}. What was measured meanwhile may be dated wrong if it was a mistake; check the clock of its machine.`;
}

function sayDoubt({ sizeMs }: ClockDoubt, { kept, stepped }: { kept: number; stepped: number }): string {
  const where = `${formatDuration(Math.abs(sizeMs))} ${sizeMs > 0 ? 'ahead of' : 'behind'}`;
  const asked = kept + stepped;
  const said = asked === 0 ? '' : `, and of ${asked} agents that were heard since ${kept} agree with that`;
  return `The time of day of the server was set: it is ${where} the pace of its own clock${said}. The server keeps its own time until it is clear which is right; set the clock of its machine.`;
}
