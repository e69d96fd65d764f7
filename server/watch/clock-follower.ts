import type { Logger } from 'pino';
import { said } from '../../protocol/said/said.ts';
import type { ChangeSet } from '../core/incidents/change-set.ts';
import type { IncidentBook } from '../core/incidents/incident-book.ts';
import type { ClockSet } from '../core/incidents/judge.ts';
import { ServerIncident } from '../core/presence/server-incident.ts';
import type { EffectiveSettings } from '../fleet/effective-settings.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Clock } from '../platform/clock.ts';
import type { Health } from '../platform/health/health.ts';
import { futureStatements } from '../platform/store/heal-future.ts';
import type { Store } from '../platform/store/store.ts';
import { ClockKeeper } from './clock-keeper.ts';
import { type KnownStep, readStep, setBackBy, stepStatement, undoneStatement } from './clock-step.ts';
import { redateStanding } from './redate-standing.ts';

export interface ClockFollowerOptions {
  readonly clock: Clock;
  readonly store: Store;
  readonly fleet: Fleet;
  readonly book: IncidentBook;
  readonly health: Health;
  readonly settings: EffectiveSettings;
  readonly logger: Logger;
  /** Told of each step that is followed, before anything of it is written: instants that are remembered move with the clock. */
  readonly onSet: (set: ClockSet, sizeMs: number, changes: ChangeSet) => void;
}

/** Follows the server's time of day where it was set: what stands moves with it, and what lies in the future is dated anew. */
export class ClockFollower {
  readonly #options: ClockFollowerOptions;
  readonly #keeper: ClockKeeper;
  readonly #incident: ServerIncident;
  /** By which the clock may be wrong. */
  #step: KnownStep | null = null;

  constructor(options: ClockFollowerOptions) {
    this.#options = options;
    const { clock } = options;
    this.#keeper = new ClockKeeper({
      ...options,
      isUndoing: (sizeMs) => Number.isFinite(setBackBy(sizeMs, this.#step, clock.now()).since),
    });
    this.#incident = new ServerIncident({
      ...options,
      isTold: () => false,
      rule: 'server.clock',
      priority: 'high',
      tellAfterMs: 0,
      over: said('server.clock.over'),
    });
  }

  get isUnsure(): boolean {
    return this.#keeper.isUnsure;
  }

  async load(): Promise<void> {
    this.#step = await readStep(this.#options.store);
  }

  /** Before anything is judged. */
  look(changes: ChangeSet): void {
    const sizeMs = this.#keeper.look();
    const { store, clock, book, fleet, settings, onSet } = this.#options;
    const now = clock.now();
    this.#incident.follow(changes, now, this.#keeper.trouble);
    if (sizeMs === 0) return;
    const step = setBackBy(sizeMs, this.#step, now - sizeMs);
    onSet({ ...step, now }, sizeMs, changes);
    this.#step = sizeMs > 0 ? { sizeMs, since: now } : null;
    changes.add(stepStatement(store, this.#step));
    // Nobody has said that what is stored is wrong.
    if (sizeMs > 0 || !this.#keeper.isProven) return;
    redateStanding(book, fleet, settings, now, step);
    if (Number.isFinite(step.since)) changes.add(undoneStatement(store, step));
    changes.add(...futureStatements(store, now, step));
  }
}
