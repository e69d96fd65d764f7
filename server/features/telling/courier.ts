import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { plain } from '../../../protocol/said/plain.ts';
import { saidOf } from '../../../protocol/said/refused.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import { type Channel, DeliveryError } from '../../platform/notify/channel.ts';
import {
  type ListKind,
  listMessage,
  type Message,
  noticeMessage,
  type Rendering,
} from '../../platform/notify/message.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Row } from '../../platform/store/tables.ts';
import { gatherMissed, isMissedList, isOfOneIncident, isRetried } from './missed.ts';
import { loadNotices } from './notice-repository.ts';

export type Outcome = 'delivered' | 'failed' | 'given_up';

export interface CourierOptions {
  readonly store: Store;
  /** The way to a receiver (to the address, if it is not empty), made anew for every message. Null if it was removed. */
  readonly channel: (receiverId: string, recipient: string) => Promise<Channel | null>;
  readonly now: () => number;
  /** 0 to 1. */
  readonly random: () => number;
  readonly rendering: () => Omit<Rendering, 'idempotencyKey'>;
  readonly logger: Logger;
  readonly onOutcome: (channel: string, outcome: Outcome) => void;
}

const BATCH = 1_000;
export const DELIVERY_DEADLINE_MS = 30_000;
const FIRST_BACKOFF_MS = 2_000;
const MAX_BACKOFF_MS = 15 * 60_000;
const MAX_PAUSE_MS = 60 * 60_000;
export const GIVE_UP_AFTER_MS = 3 * 86_400_000;
/** More single messages than this in the window hide one another: then one message lists what else there is. */
export const FLOOD_LIMIT = 30;
export const FLOOD_WINDOW_MS = 10 * 60_000;

type Delivery = Row<'delivery'>;

/**
 * Carries what waits to its receivers: one message at a time to each, all receivers at once, so that one that hangs delays nobody
 * else. A message is marked after its receiver has it; a crash in between repeats it with the same key.
 */
export class Courier {
  readonly #options: CourierOptions;
  readonly #busy = new Map<string, Promise<void>>();
  /** What receivers asked for, and when: a pause that begins in the future was noted by a clock that was ahead. */
  readonly #pauses = new Map<string, { readonly from: number; readonly to: number }>();
  readonly #stopping = new AbortController();

  constructor(options: CourierOptions) {
    this.#options = options;
  }

  /** Sets out to every receiver for whom something is due and nobody is on the way. */
  async round(): Promise<void> {
    const { store, now, logger } = this.#options;
    for (const { receiver_id: id, due } of await store.deliveries.queues(now())) {
      if (due === 0 || this.#busy.has(id) || this.#isPaused(id)) continue;
      const tour = this.#serve(id)
        .catch((cause: unknown) =>
          logger.error({ err: cause, receiverId: id }, 'the messages of a receiver could not be read'),
        )
        .finally(() => this.#busy.delete(id));
      this.#busy.set(id, tour);
    }
  }

  /** Ends the deliveries under way, whose messages stay. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('The server is stopping.'));
    await Promise.all(this.#busy.values());
  }

  async #serve(receiverId: string): Promise<void> {
    const { store, now } = this.#options;
    const handled = new Set<number>();
    const wasAway = (await store.deliveries.due(receiverId, now(), BATCH)).some(isRetried);
    if (wasAway) await gatherMissed(store.deliveries, receiverId);
    const due = await store.deliveries.due(receiverId, now(), BATCH);
    for (const delivery of due) {
      if (this.#stopping.signal.aborted || this.#isPaused(receiverId)) return;
      if (handled.has(delivery.id)) continue;
      const message = await this.#gather(
        delivery,
        due.filter(({ id }) => !handled.has(id)),
      );
      for (const { id } of message) handled.add(id);
      if (message.length === 0) continue;
      const isDelivered = await this.#send(receiverId, message);
      if (!wasAway) continue;
      // Whether it is there again, one message tells.
      if (!isDelivered) return;
      await store.deliveries.hurry(receiverId, now());
    }
  }

  /** The delivery with those that go in the same message; nothing, if it is held back. */
  async #gather(delivery: Delivery, due: readonly Delivery[]): Promise<readonly Delivery[]> {
    const { deliveries } = this.#options.store;
    const { receiver_id: receiverId } = delivery;
    if (delivery.bundle !== null) return deliveries.bundled(receiverId, delivery.bundle);
    if (delivery.is_urgent === 1) return [delivery];
    const since = this.#options.now() - FLOOD_WINDOW_MS;
    const sent = await deliveries.sentSince(receiverId, since, 'summary/');
    if (sent.count < FLOOD_LIMIT) return [delivery];
    if (sent.lastBundleAt !== null) return [];
    const held = due.filter(
      (other) => other.bundle === null && other.is_urgent === 0 && other.recipient === delivery.recipient,
    );
    if (held.length === 1) return [delivery];
    // Written before it is sent: repeated after a crash, it has the same key and the same entries.
    await deliveries.bundle(
      held.map(({ id }) => id),
      `summary/${delivery.id}`,
    );
    return held.map((other) => ({ ...other, bundle: `summary/${delivery.id}` }));
  }

  /** False if it has to be tried again. */
  async #send(receiverId: string, deliveries: readonly Delivery[]): Promise<boolean> {
    const { store, now, logger, onOutcome } = this.#options;
    const ids = deliveries.map(({ id }) => id);
    let name = 'unknown';
    try {
      const channel = await this.#options.channel(receiverId, deliveries[0]?.recipient ?? '');
      if (!channel) {
        await store.deliveries.gaveUp(ids, said('delivery.removed'), now());
        return true;
      }
      name = channel.name;
      const message = await this.#compose(deliveries);
      const signal = AbortSignal.any([AbortSignal.timeout(DELIVERY_DEADLINE_MS), this.#stopping.signal]);
      const answer = await channel.deliver(message, signal);
      await store.deliveries.delivered(ids, now());
      onOutcome(name, 'delivered');
      logger.debug({ receiverId, channel: name, key: message.idempotencyKey, answer }, 'a message was delivered');
      return true;
    } catch (cause) {
      if (!this.#stopping.signal.aborted) await this.#postpone(receiverId, deliveries, cause, name);
      return false;
    }
  }

  async #postpone(receiverId: string, deliveries: readonly Delivery[], cause: unknown, name: string): Promise<void> {
    const { store, now, random, logger, onOutcome } = this.#options;
    const ids = deliveries.map(({ id }) => id);
    const attempts = Math.max(...deliveries.map((delivery) => delivery.attempts)) + 1;
    const why = reasonOf(cause);
    logger.warn({ receiverId, channel: name, attempts, reason: plain(why, now()) }, 'a message could not be delivered');
    const firstDueAt = Math.min(...deliveries.map((delivery) => delivery.first_due_at));
    if (now() - firstDueAt >= GIVE_UP_AFTER_MS) {
      await store.deliveries.gaveUp(ids, said('delivery.given-up', { afterMs: GIVE_UP_AFTER_MS, why }), now());
      return onOutcome(name, 'given_up');
    }
    const wanted = cause instanceof DeliveryError ? Math.min(cause.retryAfterMs ?? 0, MAX_PAUSE_MS) : 0;
    if (wanted > 0) this.#pauses.set(receiverId, { from: now(), to: now() + wanted });
    await store.deliveries.failed(ids, why, now() + Math.max(wanted, backoffMs(attempts, random())));
    onOutcome(name, 'failed');
  }

  #isPaused(receiverId: string): boolean {
    const pause = this.#pauses.get(receiverId);
    const now = this.#options.now();
    return pause !== undefined && pause.from <= now && now < pause.to;
  }

  async #compose(deliveries: readonly Delivery[]): Promise<Message> {
    const [first] = deliveries;
    const { bundle, receiver_id: receiverId, recipient } = first as Delivery;
    const outboxIds = deliveries.map((delivery) => delivery.outbox_id);
    const isOne = bundle === null || isOfOneIncident(bundle);
    const known = await loadNotices(this.#options.store, outboxIds, isOne);
    const notices = outboxIds.flatMap((id) => known.get(id) ?? []);
    const base = this.#options.rendering();
    const key = keyOf(bundle ?? notices[0]?.outboxKey ?? '', receiverId, recipient);
    const rendering = { ...base, idempotencyKey: key };
    if (!isOne) return listMessage(listKindOf(bundle), notices, rendering);
    const notice = notices.at(-1);
    if (!notice) throw new Error(`There is no message ${outboxIds[0]} in the outbox.`);
    return noticeMessage(notice, rendering);
  }
}

function listKindOf(bundle: string): ListKind {
  if (bundle.startsWith('digest/')) return 'digest';
  return isMissedList(bundle) ? 'missed' : 'summary';
}

/** Full jitter: receivers that come back are not run over by everything at the same moment. */
export function backoffMs(attempts: number, random: number): number {
  return 1 + Math.floor(random * Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(attempts - 1, 20)));
}

/** What a receiver knows a repeat by; fit for a header. */
function keyOf(what: string, receiverId: string, recipient: string): string {
  const key = `${what}:${receiverId}${recipient ? `:${recipient}` : ''}`;
  return /^[\x21-\x7e]{1,200}$/.test(key) ? key : createHash('sha256').update(key).digest('hex');
}

function reasonOf(cause: unknown): Said {
  if (cause instanceof DOMException && cause.name === 'TimeoutError') {
    return said('unanswered', { withinMs: DELIVERY_DEADLINE_MS });
  }
  return saidOf(cause);
}
