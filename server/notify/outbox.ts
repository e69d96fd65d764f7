import type { Logger } from 'pino';

/** Where messages go. Later channels (mail, webhooks, chat) fulfil the same contract. */
export interface Channel {
  readonly name: string;
  /** Delivers one message, at least once in all; `idempotencyKey` lets the receiver drop repeats. @throws Error to be retried */
  deliver(message: OutboxMessage, signal: AbortSignal): Promise<void>;
}

export interface OutboxMessage {
  readonly idempotencyKey: string;
  readonly kind: string;
  readonly payload: unknown;
}

/** Where messages wait; the state store fulfils it. Times are ms. */
export interface OutboxQueue {
  due(nowMs: number, limit: number): Promise<QueuedMessage[]>;
  delivered(id: number, atMs: number, attempts: number): Promise<void>;
  failed(id: number, attempts: number, reason: string, dueAtMs: number): Promise<void>;
}

interface QueuedMessage {
  readonly id: number;
  readonly idempotency_key: string;
  readonly kind: string;
  readonly payload_json: string;
  readonly attempts: number;
}

const POLL_MS = 1_000;
const BATCH = 50;
const DELIVERY_DEADLINE_MS = 10_000;
const MAX_BACKOFF_MS = 15 * 60_000;

/** Sends what the outbox holds when it is due, oldest first, until it has been delivered. */
export class OutboxSender {
  readonly #queue: OutboxQueue;
  readonly #channel: Channel;
  readonly #now: () => number;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  readonly #stopping = new AbortController();

  constructor(options: { queue: OutboxQueue; channel: Channel; now: () => number; logger: Logger }) {
    this.#queue = options.queue;
    this.#channel = options.channel;
    this.#now = options.now;
    this.#logger = options.logger;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#running ??= this.#round()
        .catch((cause: unknown) => this.#logger.error({ err: cause }, 'the outbox could not be read'))
        .finally(() => {
          this.#running = null;
        });
    }, POLL_MS);
  }

  /** Ends the delivery under way, whose message stays, and starts none. */
  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    this.#stopping.abort(new Error('The server is stopping.'));
    await this.#running;
  }

  async #round(): Promise<void> {
    for (const message of await this.#queue.due(this.#now(), BATCH)) {
      if (this.#stopping.signal.aborted) return;
      await this.#send(message);
    }
  }

  async #send(queued: QueuedMessage): Promise<void> {
    const { id, idempotency_key: idempotencyKey, kind } = queued;
    const attempts = queued.attempts + 1;
    try {
      const message = { idempotencyKey, kind, payload: JSON.parse(queued.payload_json) as unknown };
      await this.#deliver(message);
      await this.#queue.delivered(id, this.#now(), attempts);
    } catch (cause) {
      const backoffMs = Math.min(MAX_BACKOFF_MS, 1_000 * 2 ** Math.min(attempts, 20));
      this.#logger.warn({ err: cause, channel: this.#channel.name, attempts }, 'a message could not be delivered');
      const reason = cause instanceof Error ? cause.message : String(cause);
      await this.#queue.failed(id, attempts, reason, this.#now() + backoffMs);
    }
  }

  /** Gives up at the deadline, even on a channel that does not look at the signal. */
  async #deliver(message: OutboxMessage): Promise<void> {
    const signal = AbortSignal.any([AbortSignal.timeout(DELIVERY_DEADLINE_MS), this.#stopping.signal]);
    const givenUp = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => givenUp.reject(signal.reason));
    await Promise.race([this.#channel.deliver(message, signal), givenUp.promise]);
  }
}
