import { randomUUID } from 'node:crypto';
import pino from 'pino';
import type { Test } from 'tap';
import type { ReceiverInput, ReceiverTarget } from '../../protocol/api/receiver.ts';
import { typed } from '../../protocol/said/said.ts';
import { createOwnActs } from '../../server/cli/own-acts.ts';
import { everyClient } from '../../server/domain/scope.ts';
import { createTelling, type Telling } from '../../server/features/telling/telling.ts';
import { Health } from '../../server/platform/health/health.ts';
import type { Message } from '../../server/platform/notify/message.ts';
import { loadSealer } from '../../server/platform/security/sealing.ts';
import type { Row } from '../../server/platform/store/tables.ts';
import { startHttpReceiver } from './http-receiver.ts';
import { addTenant, incidentRow, type TestClock, tempStore } from './store.ts';
import { tempDir } from './temp-dir.ts';

/** Telling on a real store with real receivers, under a clock that the test moves. */
export async function setUpTelling(t: Test) {
  const clock: TestClock = { nowMs: Date.parse('2026-10-02T12:00:00Z') };
  const now = () => clock.nowMs;
  const store = await tempStore(t, clock);
  const tenant = await addTenant(store, 'Acme');
  const sealer = await loadSealer(tempDir(t));
  const health = new Health();
  const logged: Message[] = [];
  const outcomes: string[] = [];
  const start = (): Telling => {
    const telling = createTelling({
      store,
      actOnStore: createOwnActs(store, now).actOnStore,
      sealer,
      health,
      now,
      logger: pino({ level: 'silent' }),
      timeZone: 'UTC',
      allowPrivate: true,
      mailName: null,
      origin: () => 'https://vigia.test',
      onOutcome: (channel, outcome) => outcomes.push(`${channel} ${outcome}`),
      everything: { name: 'log', deliver: async (message) => `took ${logged.push(message)}` },
    });
    telling.start();
    t.teardown(() => telling.stop());
    return telling;
  };
  return {
    clock,
    store,
    tenant,
    health,
    logged,
    outcomes,
    start,
    async addReceiver(telling: Telling, target: ReceiverTarget, more: Partial<ReceiverInput> = {}) {
      const input = { name: 'R', clientId: null, minPriority: 'normal', clocks: true, target, ...more } as const;
      return telling.receivers.create(everyClient, input, { id: 'test' });
    },
    /** A webhook receiver, by its bodies. */
    async addHook(
      telling: Telling,
      more: Partial<ReceiverInput> = {},
      options: Parameters<typeof startHttpReceiver>[1] = {},
    ) {
      const http = await startHttpReceiver(t, options);
      const made = await this.addReceiver(telling, { kind: 'webhook', url: http.url }, more);
      const bodies = () => http.received.map(({ body }) => JSON.parse(body));
      return { id: made.id, bodies, kinds: () => bodies().map(({ kind }) => kind.replace('incident.', '')), http };
    },
    async addIncident(changes: Partial<Row<'incident'>> = {}): Promise<string> {
      const row = incidentRow(tenant, { key: randomUUID(), ...changes });
      await store.commit([store.scoped(everyClient).incidents.saveStatement(row)]);
      return row.id;
    },
    /** A message about the incident, due at once. */
    put(incidentId: string, kind: string, priority = 'high') {
      return this.putAll([incidentId], kind, priority);
    },
    /** One about each, in one transaction. */
    async putAll(incidentIds: readonly string[], kind: string, priority = 'high', recurrence = 0) {
      const rows = incidentIds.map((incidentId) => ({
        client_id: tenant.client.id,
        idempotency_key: `${incidentId}/${recurrence}/${kind}`,
        kind: `incident.${kind}`,
        payload_json: JSON.stringify({ incidentId, priority, said: typed(`${kind} of it`), at: clock.nowMs }),
        created_at: clock.nowMs,
        due_at: clock.nowMs,
        attempts: 0,
      }));
      await store.db.insertInto('outbox').values(rows).execute();
    },
    deliveries: (receiverId: string) =>
      store.db.selectFrom('delivery').selectAll().where('receiver_id', '=', receiverId).orderBy('id').execute(),
  };
}
