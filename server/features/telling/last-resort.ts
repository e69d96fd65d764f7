import type { Logger } from 'pino';
import type { Channel } from '../../platform/notify/channel.ts';
import type { Message } from '../../platform/notify/message.ts';

export interface LastResortOptions {
  /** What keeps the server from its work; empty while all is well. */
  readonly trouble: () => readonly string[];
  /** Of everybody who is to hear of the server itself, as far as they can be read. */
  readonly channels: () => readonly { readonly id: string; readonly channel: Channel }[];
  readonly origin: () => string;
  /** Ms since 1970. */
  readonly now: () => number;
  readonly logger: Logger;
  /** How long trouble must last. */
  readonly afterMs: number;
  /** Monotonic, ms. */
  readonly nowMs?: () => number;
}

const WITHIN_MS = 30_000;
const RETRY_MS = 60_000;

/**
 * Tells of the server's own trouble from memory: what cannot be written never gets into the outbox. One message for each trouble
 * and receiver, and again after a restart that finds it still there.
 */
export class LastResort {
  readonly #options: LastResortOptions;
  readonly #nowMs: () => number;
  #since: number | null = null;
  #beganAt = 0;
  #triedAt = Number.NEGATIVE_INFINITY;
  /** Receivers that have it. */
  #told = new Set<string>();
  #telling: Promise<void> | null = null;
  /** The last instant of trouble that everybody was told of. */
  #toldUntil = Number.NEGATIVE_INFINITY;
  #isToldToAll = false;
  readonly #stopping = new AbortController();

  constructor(options: LastResortOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /** Called once a second. */
  look(): void {
    const trouble = this.#options.trouble();
    const now = this.#nowMs();
    if (trouble.length > 0 && this.#isToldToAll) this.#toldUntil = this.#options.now();
    if (trouble.length === 0) {
      this.#isToldToAll = false;
      this.#since = null;
      this.#told = new Set();
      this.#triedAt = Number.NEGATIVE_INFINITY;
      return;
    }
    if (this.#since === null) {
      this.#since = now;
      this.#beganAt = this.#options.now();
    }
    if (now - this.#since < this.#options.afterMs || now - this.#triedAt < RETRY_MS || this.#telling !== null) return;
    this.#triedAt = now;
    this.#telling = this.#tell(trouble)
      .catch((cause: unknown) =>
        this.#options.logger.error({ err: cause }, 'the server cannot tell of its own trouble'),
      )
      .finally(() => {
        this.#telling = null;
      });
  }

  /** Whether everybody was told of trouble that stood at this instant, ms, or began since: then it needs no other message. */
  toldSince(at: number): boolean {
    return this.#toldUntil >= at;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#telling;
  }

  async #tell(trouble: readonly string[]): Promise<void> {
    const { channels, logger } = this.#options;
    const message = this.#message(trouble);
    const told = this.#told;
    const all = channels();
    const outcomes = all.map(async ({ id, channel }) => {
      if (told.has(id)) return;
      try {
        await channel.deliver(message, AbortSignal.any([AbortSignal.timeout(WITHIN_MS), this.#stopping.signal]));
        told.add(id);
      } catch (cause) {
        logger.error(
          { err: cause, channel: channel.name },
          'a receiver could not be told of the trouble of the server',
        );
      }
    });
    await Promise.all(outcomes);
    this.#isToldToAll = told === this.#told && all.every(({ id }) => told.has(id));
    if (this.#isToldToAll) this.#toldUntil = this.#options.now();
  }

  #message(trouble: readonly string[]): Message {
    const sentence = `${trouble.join(' ')} Until that is mended devices are not judged and no other message is sent.`;
    return {
      idempotencyKey: `server.trouble/${this.#beganAt}`,
      kind: 'server.trouble',
      priority: 'high',
      at: this.#beganAt,
      title: 'HIGH Vigia itself cannot do its work',
      sentence,
      facts: [],
      lines: [],
      more: 0,
      link: this.#options.origin() || null,
      thread: 'server.trouble',
      payload: { kind: 'server.trouble', priority: 'high', sentence, at: this.#beganAt },
    };
  }
}
