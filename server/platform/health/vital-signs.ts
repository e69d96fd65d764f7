import type { Duty, Health } from './health.ts';

export interface VitalSignsOptions {
  readonly health: Pick<Health, 'set' | 'failures'>;
  /** Monotonic, ms. */
  readonly nowMs?: () => number;
}

/** What the server does again and again; that it failed is said where it fails, that it stands still is said here. */
export type VitalSign = Exclude<Duty, 'committing'>;

/** How long each may pause before it is said to stand still, and how that is said. */
const limits: Readonly<Record<VitalSign, { readonly ms: number; readonly sentence: string }>> = {
  evaluating: { ms: 20_000, sentence: 'The server has not judged its devices for more than 20 s.' },
  telling: { ms: 60_000, sentence: 'The server has not looked at its messages for more than a minute.' },
};
const signs = Object.keys(limits) as VitalSign[];

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

  /** Says what stands still. Called once a second. */
  look(): void {
    const now = this.#nowMs();
    for (const sign of signs) {
      const { ms, sentence } = limits[sign];
      const isStill = now - this.#seenAt[sign] > ms;
      this.#options.health.set(`still.${sign}`, isStill ? sentence : null, isStill ? sign : null);
    }
  }

  /** What keeps the server from its work, as sentences; empty while all is well. */
  trouble(): readonly string[] {
    this.look();
    return this.#options.health.failures;
  }
}
