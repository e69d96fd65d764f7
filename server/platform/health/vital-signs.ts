import { type Said, said } from '../../../protocol/said/said.ts';
import type { Duty, Health } from './health.ts';

export interface VitalSignsOptions {
  readonly health: Pick<Health, 'set' | 'failures'>;
  /** Monotonic, ms. */
  readonly nowMs?: () => number;
}

/** What the server does again and again; that it failed is said where it fails, that it stands still is said here. */
export type VitalSign = Exclude<Duty, 'committing'>;

/** How long each may pause before it is said to stand still. */
const limitsMs = { evaluating: 20_000, telling: 60_000 } as const satisfies Record<VitalSign, number>;
const signs = Object.keys(limitsMs) as VitalSign[];

/** Whether the server evaluates, commits and tells: what readiness, the heartbeat and the message of last resort are about. */
export class VitalSigns {
  readonly #options: VitalSignsOptions;
  readonly #nowMs: () => number;
  readonly #seenAt: Record<VitalSign, number>;

  constructor(options: VitalSignsOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    const now = this.#nowMs();
    this.#seenAt = { evaluating: now, telling: now };
  }

  /** It was done to its end just now. */
  seen(sign: VitalSign): void {
    this.#seenAt[sign] = this.#nowMs();
  }

  /** How long ago each was last done to its end, ms. */
  ages(): (readonly [sign: VitalSign, ageMs: number])[] {
    const now = this.#nowMs();
    return signs.map((sign) => [sign, now - this.#seenAt[sign]]);
  }

  /** Says what stands still. Called once a second. */
  look(): void {
    const now = this.#nowMs();
    for (const sign of signs) {
      const forMs = limitsMs[sign];
      const isStill = now - this.#seenAt[sign] > forMs;
      const still = isStill ? said('server.still', { duty: sign, forMs }) : null;
      this.#options.health.set(`still.${sign}`, still, isStill ? sign : null);
    }
  }

  /** What keeps the server from its work; empty while all is well. */
  trouble(): readonly Said[] {
    this.look();
    return this.#options.health.failures;
  }
}
