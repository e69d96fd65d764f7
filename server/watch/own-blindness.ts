import type { Logger } from 'pino';
import { said } from '../../protocol/said/said.ts';
import type { ChangeSet } from '../core/incidents/change-set.ts';
import type { Contact } from '../core/presence/contact.ts';
import type { EffectiveSettings } from '../fleet/effective-settings.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Clock } from '../platform/clock.ts';
import type { Store } from '../platform/store/store.ts';
import { ALIVE_SETTING } from './saved-memories.ts';
import type { Turns } from './turns.ts';

export interface OwnBlindnessOptions {
  readonly turns: Turns;
  readonly contact: Contact;
  readonly store: Store;
  readonly fleet: Fleet;
  readonly clock: Pick<Clock, 'now'>;
  readonly settings: EffectiveSettings;
  readonly logger: Logger;
}

/** Between two ticks at most this long, otherwise the server itself was not watching. */
const BLIND_AFTER_MS = 5_000;

/** When the server itself did not see: what happened meanwhile is not to be blamed on anybody. */
export class OwnBlindness {
  readonly #options: OwnBlindnessOptions;
  #tickedAt: number | null = null;

  constructor(options: OwnBlindnessOptions) {
    this.#options = options;
  }

  /** The server was off since it was last alive. */
  async begin(): Promise<void> {
    const { store, clock, fleet } = this.#options;
    const wasBlind = await fleet.blindness.load(store, clock.now());
    const aliveAt = await store.settings.get(ALIVE_SETTING);
    if (typeof aliveAt !== 'number' || aliveAt >= clock.now()) return;
    // It is saved now and then only; what was heard later proves that the server was there.
    let from = aliveAt;
    for (const { connection } of fleet.devices.values()) from = Math.max(from, connection.lastHeardAt ?? 0);
    this.#inBackground((changes) => {
      if (wasBlind) changes.add(fleet.blindness.end(store, null, from));
      this.#note(changes, from, 'start');
    });
  }

  /** A tick began. */
  ticked(now: number): void {
    const gapMs = this.#tickedAt === null ? 0 : now - this.#tickedAt;
    this.#tickedAt = now;
    if (gapMs <= BLIND_AFTER_MS) return;
    const { settings, logger, contact } = this.#options;
    logger.warn(
      { gapMs },
      'the server did not watch for a while: absence is not judged until agents had time to be heard',
    );
    contact.postpone(now + settings.builtIn.presence.judgeAfterStartMs);
    this.#inBackground((changes) => this.#note(changes, now - gapMs, 'stalled'));
  }

  /** That was no time that passed. */
  clockSet(sizeMs: number): void {
    if (this.#tickedAt !== null) this.#tickedAt += sizeMs;
  }

  /** A start must not wait for a disk that is full. */
  #inBackground(work: (changes: ChangeSet) => void): void {
    const { turns, logger } = this.#options;
    turns.follow('bounded', work).catch((cause: unknown) => {
      logger.error({ err: cause }, 'a stretch without sight could not be recorded');
    });
  }

  #note(changes: ChangeSet, from: number, reason: 'start' | 'stalled'): void {
    const { store, fleet, contact } = this.#options;
    const until = contact.judgeFrom;
    const why = said('server.blind.was', { from, to: until, why: reason });
    changes.add(fleet.blindness.note(store, from, until, reason, why));
  }
}
