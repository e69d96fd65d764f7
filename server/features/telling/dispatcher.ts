import type { Logger } from 'pino';
import type { Priority } from '../../../protocol/api/view.ts';
import { said } from '../../../protocol/said/said.ts';
import { everyClient } from '../../domain/scope.ts';
import { after } from '../../platform/store/repo/outbox.ts';
import type { Store, StoreHandle } from '../../platform/store/store.ts';
import type { NewRow, Row } from '../../platform/store/tables.ts';
import { nextDigestAt } from './digest-time.ts';
import { type PlannedDelivery, planDeliveries, type ReceiverFacts, type ToldFacts } from './plan.ts';
import { factsOf, logReceiver } from './receiver.ts';

const BATCH = 50;
/** What waits for one receiver at most; a receiver that is away for days must not fill the disk. */
export const MAX_WAITING = 10_000;

const UNREADABLE_RETRY_MS = 15 * 60_000;

export interface DispatcherOptions {
  readonly store: Store;
  readonly now: () => number;
  readonly timeZone: string;
  readonly logger: Logger;
}

/** Makes deliveries of what the outbox holds when it is due: for each message, one for everybody who is to be told. */
export class Dispatcher {
  readonly #options: DispatcherOptions;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Oldest first, in one transaction: after a crash a message has all its deliveries or none. Returns how many there were. */
  async round(): Promise<number> {
    const { store, now } = this.#options;
    if ((await store.outbox.due(now(), 1)).length === 0) return 0;
    return store.transaction(async (handle) => {
      const due = await handle.outbox.due(now(), BATCH);
      const rows = await handle.scoped(everyClient).receivers.all();
      const receivers = [logReceiver, ...rows.map(factsOf)];
      const queues = await handle.deliveries.queues(now());
      const waiting = new Map(queues.map((queue) => [queue.receiver_id, queue.waiting]));
      for (const row of due) await this.#dispatch(handle, row, receivers, waiting);
      return due.length;
    });
  }

  async #dispatch(
    handle: StoreHandle,
    row: Row<'outbox'>,
    receivers: readonly ReceiverFacts[],
    waiting: Map<string, number>,
  ): Promise<void> {
    const now = this.#options.now();
    const payload = parse(row.payload_json);
    if (!payload) {
      // One that cannot be read must not hold up the others.
      this.#options.logger.error({ outboxId: row.id }, 'a message in the outbox cannot be read; this is a defect');
      return handle.outbox.failed(row.id, row.attempts + 1, said('delivery.unreadable'), now + UNREADABLE_RETRY_MS);
    }
    const planned = planDeliveries({
      notice: {
        kind: row.kind,
        clientId: row.client_id,
        priority: payload.priority ?? null,
        subject: payload.incidentId ?? null,
      },
      receivers,
      told: await toldOf(handle, row),
      people: await peopleOf(handle, row.kind, payload.incidentId),
      nextDigestAt: nextDigestAt(now, this.#options.timeZone),
    });
    await handle.deliveries.insert(planned.map((plan) => this.#row(row.id, plan, now, waiting)));
    await handle.outbox.delivered(row.id, now, row.attempts + 1);
  }

  #row(outboxId: number, plan: PlannedDelivery, now: number, waiting: Map<string, number>): NewRow<'delivery'> {
    const { receiverId, recipient, subject, isUrgent, digestAt } = plan;
    const before = waiting.get(receiverId) ?? 0;
    const isFull = before >= MAX_WAITING;
    if (isFull)
      this.#options.logger.error({ receiverId, outboxId }, 'too much waits for a receiver; it is not told of this');
    else waiting.set(receiverId, before + 1);
    return {
      outbox_id: outboxId,
      receiver_id: receiverId,
      recipient,
      subject,
      is_digest: digestAt === null ? 0 : 1,
      is_urgent: isUrgent ? 1 : 0,
      bundle: digestAt === null ? null : `digest/${digestAt}`,
      first_due_at: digestAt ?? now,
      due_at: digestAt ?? now,
      given_up_at: isFull ? now : null,
      last_error_json: isFull ? JSON.stringify(said('delivery.full', { waiting: MAX_WAITING })) : null,
    };
  }
}

function parse(payloadJson: string): { priority?: Priority; incidentId?: string } | null {
  try {
    const payload: unknown = JSON.parse(payloadJson);
    return typeof payload === 'object' ? payload : null;
  } catch {
    // Told by the caller, with the message's id.
    return null;
  }
}

/** Who knows of the recurrence that the key `<incident>/<recurrence>/<kind>` names. */
async function toldOf(handle: StoreHandle, { kind, idempotency_key: key }: Row<'outbox'>): Promise<ToldFacts[]> {
  if (kind !== 'incident.resolved' && kind !== 'incident.reminded') return [];
  const recurrence = /^[^/]+\/[^/]+\//.exec(key)?.[0] ?? `${key}/`;
  const rows = await handle.deliveries.told(recurrence, after(recurrence));
  return rows.map((row) => ({
    receiverId: row.receiver_id,
    recipient: row.recipient,
    isDigest: row.is_digest === 1,
    waitingDigestAt: row.is_digest === 1 && row.delivered_at === null && row.attempts === 0 ? row.due_at : null,
  }));
}

async function peopleOf(handle: StoreHandle, kind: string, incidentId: string | undefined) {
  const nobody = { assignee: null, admins: [] };
  if (kind === 'incident.clock_warning' || kind === 'incident.rto_warning') {
    const incident = incidentId ? await handle.scoped(everyClient).incidents.get(incidentId) : null;
    const user = incident?.assignee_id ? await handle.users.get(incident.assignee_id) : null;
    return { ...nobody, assignee: user && user.disabled_at === null ? user.email : null };
  }
  if (kind !== 'incident.clock_breach' && kind !== 'incident.rto_breach') return nobody;
  const users = await handle.users.list();
  return { ...nobody, admins: users.filter(({ role }) => role === 'admin').map(({ email }) => email) };
}
