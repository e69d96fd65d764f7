import type { Logger } from 'pino';
import { plain } from '../../../protocol/said/plain.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import type { Channel } from '../../platform/notify/channel.ts';
import type { Message } from '../../platform/notify/message.ts';

export interface LastResortOptions {
  /** What keeps the server from its work; empty while all is well. */
  readonly trouble: () => readonly Said[];
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
/** After so many tries somebody who is away is not told that the trouble is over. */
const OVER_TRIES = 10;
/** What is over for so long is over. */
const CALM_MS = 30_000;

/**
 * Tells of the server's own trouble from memory: what cannot be written never gets into the outbox. One message for each trouble
 * and receiver, and again after a restart that finds it still there. Where everybody has it, nothing else tells of that trouble, so
 * its end is told here as well.
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
  /** The last instant of trouble that everybody was told of, by the monotonic clock. */
  #toldUntil = Number.NEGATIVE_INFINITY;
  #isToldToAll = false;
  /** Whom the end of the trouble is still owed. */
  #over: { readonly since: number; readonly message: Message; readonly owed: Set<string>; tries: number } | null = null;
  readonly #stopping = new AbortController();

  constructor(options: LastResortOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /** Called once a second. */
  look(): void {
    const trouble = this.#options.trouble();
    const now = this.#nowMs();
    if (trouble.length > 0 && this.#isToldToAll) this.#toldUntil = now;
    if (trouble.length === 0) {
      if (this.#isToldToAll) this.#over = { since: now, message: this.#overMessage(), owed: this.#told, tries: 0 };
      if (this.#since !== null) this.#triedAt = Number.NEGATIVE_INFINITY;
      this.#isToldToAll = false;
      this.#since = null;
      this.#told = new Set();
      this.#lookForOver(now);
      return;
    }
    if (this.#since === null) {
      this.#since = now;
      this.#beganAt = this.#options.now();
      this.#over = null;
      this.#triedAt = Number.NEGATIVE_INFINITY;
    }
    if (now - this.#since < this.#options.afterMs || now - this.#triedAt < RETRY_MS || this.#telling !== null) return;
    this.#begin(now, () => this.#tell(trouble));
  }

  #lookForOver(now: number): void {
    const over = this.#over;
    if (over === null || now - over.since < CALM_MS) return;
    if (now - this.#triedAt < RETRY_MS || this.#telling !== null) return;
    over.tries += 1;
    this.#begin(now, async () => {
      const all = this.#options.channels().filter(({ id }) => over.owed.has(id));
      await this.#deliver(over.message, all, (id) => over.owed.delete(id));
      if (this.#over === over && (over.owed.size === 0 || all.length === 0 || over.tries >= OVER_TRIES))
        this.#over = null;
    });
  }

  #begin(now: number, work: () => Promise<void>): void {
    this.#triedAt = now;
    this.#telling = work()
      .catch((cause: unknown) =>
        this.#options.logger.error({ err: cause }, 'the server cannot tell of its own trouble'),
      )
      .finally(() => {
        this.#telling = null;
      });
  }

  /** Whether everybody was told of trouble that stood at this instant, ms, or began since: then it needs no other message. */
  toldSince(at: number): boolean {
    const agoMs = this.#options.now() - at;
    return this.#toldUntil >= this.#nowMs() - agoMs;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#telling;
  }

  async #tell(trouble: readonly Said[]): Promise<void> {
    const told = this.#told;
    const all = this.#options.channels();
    await this.#deliver(
      this.#message(trouble),
      all.filter(({ id }) => !told.has(id)),
      (id) => told.add(id),
    );
    this.#isToldToAll = told === this.#told && all.length > 0 && all.every(({ id }) => told.has(id));
    if (this.#isToldToAll) this.#toldUntil = this.#nowMs();
  }

  async #deliver(
    message: Message,
    to: ReturnType<LastResortOptions['channels']>,
    onTold: (id: string) => void,
  ): Promise<void> {
    const outcomes = to.map(async ({ id, channel }) => {
      try {
        await channel.deliver(message, AbortSignal.any([AbortSignal.timeout(WITHIN_MS), this.#stopping.signal]));
        onTold(id);
      } catch (cause) {
        this.#options.logger.error(
          { err: cause, channel: channel.name },
          'a receiver could not be told of the trouble of the server',
        );
      }
    });
    await Promise.all(outcomes);
  }

  #message(trouble: readonly Said[]): Message {
    return this.#messageOf(
      `server.trouble/${this.#beganAt}`,
      said('trouble.title'),
      said('trouble.lead', { what: trouble }),
    );
  }

  #overMessage(): Message {
    return this.#messageOf(
      `server.trouble/${this.#beganAt}/over`,
      said('trouble.over.title'),
      said('trouble.over.lead'),
    );
  }

  #messageOf(idempotencyKey: string, title: Said, what: Said): Message {
    const sentence = plain(what, this.#beganAt);
    return {
      idempotencyKey,
      kind: 'server.trouble',
      priority: 'high',
      at: this.#beganAt,
      title: plain(title, this.#beganAt),
      sentence,
      facts: [],
      lines: [],
      more: 0,
      link: this.#options.origin() || null,
      thread: 'server.trouble',
      payload: { kind: 'server.trouble', priority: 'high', sentence, said: what, at: this.#beganAt },
    };
  }
}
