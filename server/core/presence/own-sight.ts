import type { Logger } from 'pino';
import { plain } from '../../../protocol/said/plain.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import { type Absentee, vanishedTogether } from '../../domain/blame.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Health } from '../../platform/health/health.ts';
import type { Anchors } from './anchors.ts';

export interface OwnSightOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly health: Health;
  readonly anchors: Anchors | null;
  readonly logger: Logger;
}

/** Why the server cannot see, and since when. */
export interface Blind {
  readonly reason: 'storage' | 'anchors' | 'fleet';
  readonly from: number;
  readonly why: Said;
  /** Whether it is an incident already; what the server cannot write it cannot open either. */
  readonly isIncident: boolean;
}

interface Refusal {
  readonly from: number;
  readonly why: Said;
}

const STORAGE_INCIDENT_AFTER_MS = 30_000;
/**
 * What is freed by the way on a full disk lets a write pass now and then: that is no end. And while the state could not be
 * written no incident could be opened: there must be time for it afterwards.
 */
const STORAGE_WELL_AFTER_MS = 15_000;

/** Whether the server itself can see: by its own evidence, or because most of the fleet vanished at once. */
export class OwnSight {
  readonly #options: OwnSightOptions;
  #blind: Blind | null = null;
  #vanished: readonly Absentee[] = [];
  /** While storing is refused and shortly after, as noted when it happened: nobody looks while the state cannot be written. */
  #refusal: Refusal | null = null;
  #storesSince: number | null = null;

  constructor(options: OwnSightOptions) {
    this.#options = options;
    options.health.onChange(() => this.#noteStorage());
  }

  get blind(): Blind | null {
    return this.#blind;
  }

  /** The server's clock was set: how long it has been so stays. */
  clockSet(sizeMs: number): void {
    if (this.#refusal) this.#refusal = { ...this.#refusal, from: this.#refusal.from + sizeMs };
    if (this.#blind) this.#blind = { ...this.#blind, from: this.#blind.from + sizeMs };
    if (this.#storesSince !== null) this.#storesSince += sizeMs;
  }

  /** `absent` fell silent without a goodbye, of `total` always-on devices; `isLost`: one of them for long enough to judge. */
  look(now: number, total: number, absent: readonly Absentee[], isLost: boolean): Blind | null {
    const { anchors, logger } = this.#options;
    anchors?.watch(absent.length > 0 || this.#blind !== null);
    const before = this.#blind;
    this.#blind = this.#byStorage(now) ?? this.#byAnchors(now, absent, isLost) ?? this.#byFleet(total, absent, isLost);
    if (before?.reason !== this.#blind?.reason) {
      logger.warn(
        { blind: this.#blind && plain(this.#blind.why, now) },
        this.#blind ? 'the server is blind' : 'the server sees again',
      );
    }
    return this.#blind;
  }

  #noteStorage(): void {
    const { clock, health } = this.#options;
    const why = health.about('journal') ?? health.about('state');
    if (why !== null) {
      this.#refusal ??= { from: clock.now(), why };
      this.#storesSince = null;
    } else if (this.#refusal) this.#storesSince ??= clock.now();
  }

  #byStorage(now: number): Blind | null {
    if (!this.#refusal) return null;
    if (this.#storesSince !== null && now - this.#storesSince >= STORAGE_WELL_AFTER_MS) {
      this.#refusal = null;
      this.#storesSince = null;
      return null;
    }
    const { from } = this.#refusal;
    const why = said('server.blind.storage', { since: from, detail: this.#refusal.why });
    return { reason: 'storage', from, why, isIncident: (this.#storesSince ?? now) - from >= STORAGE_INCIDENT_AFTER_MS };
  }

  #byAnchors(now: number, absent: readonly Absentee[], isLost: boolean): Blind | null {
    const { anchors } = this.#options;
    if (!anchors?.areUnreachable) return null;
    if (this.#blind?.reason === 'anchors') return this.#blind;
    if (!isLost) return null;
    const from = Math.min(now, ...absent.map(({ goneAt }) => goneAt).filter((at) => now - at < 60_000));
    const why = said('server.blind.anchors', { since: from, anchors: anchors.names });
    return { reason: 'anchors', from, why, isIncident: true };
  }

  #byFleet(total: number, absent: readonly Absentee[], isLost: boolean): Blind | null {
    if (this.#blind?.reason === 'fleet') {
      const gone = new Set(absent.map(({ deviceId }) => deviceId));
      const still = this.#vanished.filter(({ deviceId }) => gone.has(deviceId));
      // Those who were heard again prove that the server hears.
      return still.length * 2 >= total ? this.#blind : null;
    }
    const vanished = isLost ? vanishedTogether(total, absent) : null;
    if (!vanished) return null;
    this.#vanished = vanished;
    const from = Math.min(...vanished.map(({ goneAt }) => goneAt));
    const clients = new Set(vanished.map(({ clientId }) => clientId)).size;
    const why = said('server.blind.fleet', { since: from, silent: vanished.length, total, clients });
    return { reason: 'fleet', from, why, isIncident: true };
  }
}
