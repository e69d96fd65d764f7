import { randomUUID } from 'node:crypto';
import type { Receiver, ReceiverInput, ReceiverTest } from '../../../protocol/api/receiver.ts';
import { plain } from '../../../protocol/said/plain.ts';
import { parseSaid } from '../../../protocol/said/read.ts';
import { noSuch, refused, saidOf } from '../../../protocol/said/refused.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import type { Scope } from '../../domain/scope.ts';
import { makeChannel } from '../../platform/notify/make-channel.ts';
import { type Rendering, testMessage } from '../../platform/notify/message.ts';
import type { Sealer } from '../../platform/security/sealing.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Row } from '../../platform/store/tables.ts';
import type { ActOnStore } from '../../platform/store/turn.ts';
import type { ReceiverPort } from './port.ts';
import { documentOf, enteredSecret, openSecret, sealSecret, withoutSecret } from './receiver.ts';
import { checkReceiver, checkSecret, destinationOf } from './receiver-input.ts';

export interface ReceiverPortOptions {
  readonly store: Store;
  readonly actOnStore: ActOnStore;
  readonly sealer: Sealer;
  readonly now: () => number;
  readonly allowPrivate: boolean;
  /** As in TellingOptions. */
  readonly mailName: string | null;
  readonly rendering: () => Omit<Rendering, 'idempotencyKey'>;
}

const TEST_DEADLINE_MS = 9_000;
const MAX_RECEIVERS = 200;

/** Receivers as people make, change, test and remove them. A secret goes in and never comes out. */
export function createReceiverPort(options: ReceiverPortOptions): ReceiverPort {
  const { store, actOnStore, sealer, allowPrivate } = options;
  const receivers = (scope: Scope) => store.scoped(scope).receivers;

  async function require(scope: Scope, id: string): Promise<Row<'receiver'>> {
    const row = await receivers(scope).get(id);
    if (!row) throw noSuch('receiver');
    return row;
  }

  async function view(scope: Scope, row: Row<'receiver'>): Promise<Receiver> {
    const { minPriority, clocks, target } = documentOf(row);
    const status = await receivers(scope).status(row.id);
    const lastError = status.last_error_json === null ? null : parseSaid(status.last_error_json);
    return {
      id: row.id,
      name: row.name,
      clientId: row.client_id,
      minPriority,
      clocks,
      target,
      hasSecret: row.secrets_sealed !== null,
      lastDeliveredAt: status.last_delivered_at === null ? null : new Date(status.last_delivered_at).toISOString(),
      waiting: status.waiting,
      lastError: lastError && plain(lastError, options.now()),
      lastErrorSaid: lastError,
    };
  }

  function columns(id: string, input: ReceiverInput, secret: string | null) {
    return {
      client_id: input.clientId,
      name: input.name,
      kind: input.target.kind,
      document_json: JSON.stringify({ ...input, target: withoutSecret(input.target) }),
      secrets_sealed: sealSecret(sealer, id, secret),
    };
  }

  return {
    async list(scope, page) {
      const { items, next } = await receivers(scope).list(page);
      return { items: await Promise.all(items.map((row) => view(scope, row))), next };
    },
    async create(scope, input, actor) {
      await checkReceiver(input, allowPrivate);
      const secret = enteredSecret(input.target) ?? null;
      checkSecret(input.target, secret);
      const id = randomUUID();
      await actOnStore(actor, 'receiver.create', scope, async (turn, scoped, _handle, at) => {
        if ((await scoped.receivers.all()).length >= MAX_RECEIVERS) {
          throw refused('conflict', said('refused.receivers.most', { most: MAX_RECEIVERS }));
        }
        const made = { id, ...columns(id, input, secret), created_at: at, created_by: actor.id, removed_at: null };
        await scoped.receivers.insert(made);
        turn.record(id, auditOf(input));
      });
      return view(scope, await require(scope, id));
    },
    async update(scope, id, input, actor) {
      const row = await require(scope, id);
      await checkReceiver(input, allowPrivate);
      const before = documentOf(row).target;
      const entered = enteredSecret(input.target);
      const isElsewhere = before.kind !== input.target.kind || destinationOf(before) !== destinationOf(input.target);
      if (entered === undefined && row.secrets_sealed !== null && isElsewhere) {
        throw refused('validation_failed', said('refused.receiver.moved'));
      }
      const secret = entered === undefined ? openSecret(sealer, row) : entered;
      checkSecret(input.target, secret);
      await actOnStore(actor, 'receiver.change', scope, async (turn, scoped) => {
        await scoped.receivers.update(id, columns(id, input, secret));
        turn.record(id, auditOf(input));
      });
      return view(scope, await require(scope, id));
    },
    remove: (scope, id, actor) =>
      actOnStore(actor, 'receiver.remove', scope, (turn, scoped) => {
        turn.record(id);
        return scoped.receivers.remove(id);
      }),
    async test(scope, id, actor): Promise<ReceiverTest> {
      const row = await require(scope, id);
      // Before anything leaves: what cannot be recorded is not sent.
      await actOnStore(actor, 'receiver.test', scope, async (turn) => turn.record(id));
      return sendTest(row, options);
    },
  };
}

/** Really sends a message. What goes wrong is the answer. */
async function sendTest(row: Row<'receiver'>, options: ReceiverPortOptions): Promise<ReceiverTest> {
  const { sealer, now, allowPrivate, mailName } = options;
  const startedAt = performance.now();
  const took = (): number => Math.round(performance.now() - startedAt);
  const failed = (why: Said): ReceiverTest => ({ ok: false, answer: plain(why, now()), said: why, tookMs: took() });
  try {
    const channel = makeChannel(documentOf(row).target, openSecret(sealer, row), { allowPrivate, mailName, now });
    const rendering = { ...options.rendering(), idempotencyKey: `test/${randomUUID()}:${row.id}` };
    const message = testMessage(row.name, now(), rendering);
    const answer = await channel.deliver(message, AbortSignal.timeout(TEST_DEADLINE_MS));
    return { ok: true, answer, said: said('program', { text: answer }), tookMs: took() };
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'TimeoutError') {
      return failed(said('unanswered', { withinMs: TEST_DEADLINE_MS }));
    }
    return failed(saidOf(cause));
  }
}

/** What the audit log says of it: no secrets. */
function auditOf({ name, clientId, minPriority, clocks, target }: ReceiverInput): Record<string, unknown> {
  return { name, clientId, minPriority, clocks, target: withoutSecret(target) };
}
