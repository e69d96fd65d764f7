import type { Logger } from 'pino';
import { type Absentee, vanishedTogether } from '../domain/blame.ts';
import { formatInstant } from '../domain/wording.ts';
import type { Health } from '../fleet/health.ts';
import type { Anchors } from './anchors.ts';

export interface OwnSightOptions {
  readonly health: Health;
  readonly anchors: Anchors | null;
  readonly logger: Logger;
}

/** Why the server cannot see, and since when. */
export interface Blind {
  readonly reason: 'storage' | 'anchors' | 'fleet';
  readonly from: number;
  readonly why: string;
  /** Whether it is an incident already; what the server cannot write it cannot open either. */
  readonly isIncident: boolean;
}

const STORAGE_INCIDENT_AFTER_MS = 30_000;

/** Whether the server itself can see: by its own evidence, or because most of the fleet vanished at once. */
export class OwnSight {
  readonly #options: OwnSightOptions;
  #blind: Blind | null = null;
  #vanished: readonly Absentee[] = [];

  constructor(options: OwnSightOptions) {
    this.#options = options;
  }

  get blind(): Blind | null {
    return this.#blind;
  }

  /** `absent` fell silent without a goodbye, of `total` always-on devices; `isLost`: one of them for long enough to judge. */
  look(now: number, total: number, absent: readonly Absentee[], isLost: boolean): Blind | null {
    const { anchors, logger } = this.#options;
    anchors?.watch(absent.length > 0 || this.#blind !== null);
    const before = this.#blind;
    this.#blind = this.#byStorage(now) ?? this.#byAnchors(now, absent, isLost) ?? this.#byFleet(total, absent, isLost);
    if (before?.reason !== this.#blind?.reason) {
      logger.warn({ blind: this.#blind?.why ?? null }, this.#blind ? 'the server is blind' : 'the server sees again');
    }
    return this.#blind;
  }

  #byStorage(now: number): Blind | null {
    const { health } = this.#options;
    const sentence = health.about('journal') ?? health.about('state');
    if (sentence === null) return null;
    const from = this.#blind?.reason === 'storage' ? this.#blind.from : now;
    const why = `The server itself is blind since ${formatInstant(from)}: ${sentence}`;
    return { reason: 'storage', from, why, isIncident: now - from >= STORAGE_INCIDENT_AFTER_MS };
  }

  #byAnchors(now: number, absent: readonly Absentee[], isLost: boolean): Blind | null {
    const { anchors } = this.#options;
    if (!anchors?.areUnreachable) return null;
    if (this.#blind?.reason === 'anchors') return this.#blind;
    if (!isLost) return null;
    const from = Math.min(now, ...absent.map(({ goneAt }) => goneAt).filter((at) => now - at < 60_000));
    const why = `The server itself is blind since ${formatInstant(from)}: none of its anchors (${anchors.names}) can be reached.`;
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
    const why = `The server itself is blind since ${formatInstant(from)}: ${vanished.length} of ${total} always-on devices of ${clients} clients fell silent together.`;
    return { reason: 'fleet', from, why, isIncident: true };
  }
}
