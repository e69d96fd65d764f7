import pino from 'pino';
import t, { type Test } from 'tap';
import { type Channel, type OutboxMessage, OutboxSender } from '../../../server/notify/outbox.ts';
import type { Store } from '../../../server/store/store.ts';
import { addTenant, type TestClock, tempStore } from '../../support/store.ts';
import { until } from '../../support/until.ts';

async function setUp(t: Test, deliver: Channel['deliver'], open: (store: Store) => Store['outbox'] = (s) => s.outbox) {
  const clock: TestClock = { nowMs: 1_000_000 };
  const store = await tempStore(t, clock);
  const { client } = await addTenant(store, 'Acme');
  const log: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line) => void log.push(JSON.parse(line).msg) });
  const channel = { name: 'test', deliver };
  const sender = new OutboxSender({ queue: open(store), channel, now: () => clock.nowMs, logger });
  t.teardown(() => sender.stop());
  const put = async (key: string, dueAt: number, payload = '{"sentence":"It is full."}'): Promise<void> => {
    const row = { client_id: client.id, idempotency_key: key, kind: 'incident.raised', payload_json: payload };
    await store.db
      .insertInto('outbox')
      .values({ ...row, created_at: 1, due_at: dueAt, attempts: 0 })
      .execute();
  };
  const rows = () => store.db.selectFrom('outbox').selectAll().orderBy('id').execute();
  return { clock, store, sender, put, rows, log };
}

t.test('what is due is delivered once, oldest first; what is not due waits', async (t) => {
  const sent: OutboxMessage[] = [];
  const { clock, sender, put, rows } = await setUp(t, async (message) => void sent.push(message));
  await put('a', 1_000_000);
  await put('later', 1_000_001);
  await put('b', 5);
  sender.start();
  await until('two deliveries', () => sent.length === 2);
  t.same(sent[0], { idempotencyKey: 'a', kind: 'incident.raised', payload: { sentence: 'It is full.' } });
  t.equal(sent[1]?.idempotencyKey, 'b');
  clock.nowMs += 1;
  await until('the third', () => sent.length === 3);
  await sender.stop();
  t.match(await rows(), [
    { delivered_at: 1_000_000, attempts: 1 },
    { delivered_at: 1_000_001, attempts: 1 },
    { delivered_at: 1_000_000, attempts: 1 },
  ]);
});

t.test('what fails is tried again, later each time, and does not hold up the others', async (t) => {
  let isDown = true;
  const sent: string[] = [];
  const { clock, sender, put, rows, log } = await setUp(t, async ({ idempotencyKey }) => {
    if (isDown && idempotencyKey === 'a') throw new Error('the mail server is away');
    sent.push(idempotencyKey);
  });
  await put('a', 0);
  await put('damaged', 0, 'no json');
  await put('b', 0);
  sender.start();
  await until('b', () => sent.includes('b'));
  await until('a failed', async () => (await rows())[0]!.attempts === 1);
  t.match((await rows())[0], { delivered_at: null, due_at: 1_002_000, last_error: 'the mail server is away' });
  t.match((await rows())[1], { delivered_at: null, attempts: 1 });
  clock.nowMs = 1_002_000;
  await until('a failed again', async () => (await rows())[0]!.attempts === 2);
  t.equal((await rows())[0]!.due_at, 1_006_000);
  isDown = false;
  clock.nowMs = 1_006_000;
  await until('a', () => sent.includes('a'));
  t.ok(log.every((line) => line === 'a message could not be delivered'));
});

t.test('stopping ends a delivery that hangs; its message stays', async (t) => {
  let signalled = false;
  const begun = Promise.withResolvers<void>();
  const { sender, put, rows } = await setUp(t, (_message, signal) => {
    signal.addEventListener('abort', () => {
      signalled = true;
    });
    begun.resolve();
    return new Promise(() => undefined);
  });
  await put('a', 0);
  await put('b', 0);
  sender.start();
  await begun.promise;
  await sender.stop();
  t.ok(signalled);
  t.match(await rows(), [
    { delivered_at: null, last_error: 'The server is stopping.' },
    { delivered_at: null, attempts: 0 },
  ]);
});

t.test('a queue that cannot be read is logged and asked again', async (t) => {
  let fails = 1;
  const sent: string[] = [];
  const { sender, put, log } = await setUp(
    t,
    async ({ idempotencyKey }) => void sent.push(idempotencyKey),
    ({ outbox }) => ({
      ...outbox,
      due: async (nowMs, limit) => {
        fails -= 1;
        if (fails >= 0) throw new Error('busy');
        return outbox.due(nowMs, limit);
      },
    }),
  );
  await put('a', 0);
  sender.start();
  await until('a', () => sent.length === 1);
  t.same(log, ['the outbox could not be read']);
});
