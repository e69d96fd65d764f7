import type { Logger } from 'pino';
import { saidOf } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { hasPassed } from '../../domain/has-passed.ts';
import { everyClient } from '../../domain/scope.ts';
import type { Health } from '../../platform/health/health.ts';
import type { VitalSigns } from '../../platform/health/vital-signs.ts';
import type { AddRoutes } from '../../platform/http/http.ts';
import { type Channel, guarded } from '../../platform/notify/channel.ts';
import { logChannel } from '../../platform/notify/log-channel.ts';
import { makeChannel } from '../../platform/notify/make-channel.ts';
import type { Sealer } from '../../platform/security/sealing.ts';
import type { ReceiverQueue } from '../../platform/store/repo/delivery.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Row } from '../../platform/store/tables.ts';
import type { ActOnStore } from '../../platform/store/turn.ts';
import { Courier, type Outcome } from './courier.ts';
import { Dispatcher, MAX_WAITING } from './dispatcher.ts';
import { LastResort } from './last-resort.ts';
import type { ReceiverPort } from './port.ts';
import { documentOf, factsOf, LOG_RECEIVER, openSecret } from './receiver.ts';
import { createReceiverPort } from './receiver-port.ts';
import { receiverRoutes } from './routes.ts';
import { troubleOf } from './telling-trouble.ts';

export interface TellingOptions {
  readonly store: Store;
  readonly actOnStore: ActOnStore;
  readonly sealer: Sealer;
  readonly health: Health;
  readonly now: () => number;
  readonly logger: Logger;
  /** Of the morning's digest, and of times in messages. */
  readonly timeZone: string;
  /** Also receivers on this machine and in private networks. */
  readonly allowPrivate: boolean;
  /** How the server names itself to servers of mail; null if it knows no name that they would take. */
  readonly mailName: string | null;
  /** Where people open the dashboard, without a trailing slash. */
  readonly origin: () => string;
  readonly onOutcome: (channel: string, outcome: Outcome) => void;
  /** Whether the server can do its work; what it says of itself when it cannot goes out from memory. */
  readonly vitalSigns?: Pick<VitalSigns, 'trouble' | 'seen'>;
  /** How long the server's own trouble must last until it is told. */
  readonly tellTroubleAfterMs?: number;
  /** In place of the log, which is told everything. */
  readonly everything?: Channel | undefined;
}

/** Telling people what happened: from the outbox to every receiver. */
export interface Telling {
  readonly name: string;
  readonly receivers: ReceiverPort;
  readonly routes: readonly AddRoutes[];
  readonly queues: { readonly deliveries: { readonly limit: number; length(): number; oldestMs(): number } };
  start(): void;
  /** Ends the deliveries under way, whose messages stay. */
  stop(): Promise<void>;
  /** Forgets messages that ended long before `now`, ms. */
  readonly daily: readonly { readonly name: string; remove(now: number): Promise<Record<string, unknown>> }[];
  /** Whether everybody was told from memory of trouble of the server that stood at this instant, ms, or began since. */
  toldFromMemory(at: number): boolean;
}

const ROUND_MS = 1_000;
const HEALTH_MS = 10_000;
const DAY_MS = 86_400_000;
const KEEP_MS = 90 * DAY_MS;
const TELL_TROUBLE_AFTER_MS = 60_000;

export function createTelling(options: TellingOptions): Telling {
  const { store, actOnStore, sealer, health, now, logger, timeZone, allowPrivate, mailName } = options;
  const rendering = () => ({ origin: options.origin(), timeZone });
  const everything = guarded(options.everything ?? logChannel(logger), []);
  const receivers = store.scoped(everyClient).receivers;

  async function channel(receiverId: string, recipient: string): Promise<Channel | null> {
    if (receiverId === LOG_RECEIVER) return everything;
    const row = await receivers.get(receiverId);
    if (!row) return null;
    const { target } = documentOf(row);
    const to = target.kind === 'email' && recipient !== '' ? { ...target, to: [recipient] } : target;
    return makeChannel(to, openSecret(sealer, row), { allowPrivate, mailName, now });
  }

  const dispatcher = new Dispatcher({ store, now, timeZone, logger });
  const courier = new Courier({
    store,
    channel,
    now,
    random: Math.random,
    rendering,
    logger,
    onOutcome: options.onOutcome,
  });
  let queues: readonly ReceiverQueue[] = [];
  /** As they were read last: the trouble that is to be told may be that nothing can be read. */
  let known: readonly Row<'receiver'>[] = [];
  const lastResort = new LastResort({
    trouble: () => options.vitalSigns?.trouble() ?? [],
    channels: () => [{ id: LOG_RECEIVER, channel: everything }, ...known.filter(hearsOfTheServer).map(channelOf)],
    origin: options.origin,
    now,
    logger,
    afterMs: options.tellTroubleAfterMs ?? TELL_TROUBLE_AFTER_MS,
  });

  function channelOf(row: Row<'receiver'>): { readonly id: string; readonly channel: Channel } {
    return {
      id: row.id,
      channel: makeChannel(documentOf(row).target, openSecret(sealer, row), { allowPrivate, mailName, now }),
    };
  }
  let lookedAt = Number.NEGATIVE_INFINITY;

  async function round(): Promise<void> {
    await dispatcher.round();
    await courier.round();
    queues = await store.deliveries.queues(now());
    options.vitalSigns?.seen('telling');
    if (!hasPassed(HEALTH_MS, lookedAt, now())) return;
    lookedAt = now();
    known = await receivers.all();
    health.set('telling', await troubleOf(known, queues, store.deliveries, now()));
  }

  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  const port = createReceiverPort({ store, actOnStore, sealer, now, allowPrivate, mailName, rendering });
  return {
    name: 'telling',
    receivers: port,
    routes: [(http) => receiverRoutes(http, { receivers: port })],
    queues: { deliveries: waitingFigures(() => queues, now) },
    daily: [{ name: 'messages', remove: async (at) => ({ pruned: await store.deliveries.prune(at - KEEP_MS) }) }],
    start() {
      const readKnown = async (): Promise<void> => {
        known = await receivers.all();
      };
      readKnown().catch((cause: unknown) => logger.error({ err: cause }, 'the receivers could not be read'));
      timer = setInterval(() => {
        lastResort.look();
        running ??= round()
          .then(() => health.set('telling.round', null))
          .catch((cause: unknown) => {
            logger.error({ err: cause }, 'the outbox could not be read');
            health.set('telling.round', said('server.mute', { why: saidOf(cause) }), 'telling');
          })
          .finally(() => {
            running = null;
          });
      }, ROUND_MS);
    },
    async stop() {
      if (timer) clearInterval(timer);
      await running;
      await lastResort.stop();
      await courier.stop();
    },
    toldFromMemory: (at) => lastResort.toldSince(at),
  };
}

/** How many messages wait, and since when the oldest is due. */
function waitingFigures(queues: () => readonly ReceiverQueue[], now: () => number): Telling['queues']['deliveries'] {
  return {
    limit: MAX_WAITING,
    length: () => queues().reduce((sum, { waiting }) => sum + waiting, 0),
    oldestMs: () => Math.max(0, ...queues().map((queue) => now() - queue.oldest_due_at)),
  };
}

/** Only who is told of every client hears of the server itself. */
function hearsOfTheServer(row: Row<'receiver'>): boolean {
  const { clientId, minPriority } = factsOf(row);
  return clientId === null && minPriority !== 'emergency';
}
