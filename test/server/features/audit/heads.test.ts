import { sql } from 'kysely';
import pino from 'pino';
import t, { type Test } from 'tap';
import { AuditHeads } from '../../../../server/features/audit/heads.ts';
import { Health } from '../../../../server/platform/health/health.ts';
import { headsIn, readTold } from '../../../../server/platform/store/audit/told.ts';
import type { Store } from '../../../../server/platform/store/store.ts';
import { freePort } from '../../../support/free-port.ts';
import { type HttpReceiver, startHttpReceiver } from '../../../support/http-receiver.ts';
import { type TestClock, tempStore } from '../../../support/store.ts';

interface World {
  readonly store: Store;
  readonly clock: TestClock;
  readonly lines: string[];
  readonly health: Health;
  readonly heads: AuditHeads;
  append(count: number): Promise<void>;
}

async function world(t: Test, url: string | null = null): Promise<World> {
  const clock: TestClock = { nowMs: 1_800_000_000_000 };
  const store = await tempStore(t, clock);
  const lines: string[] = [];
  const health = new Health();
  const logger = pino({}, { write: (line) => void lines.push(line) });
  const heads = new AuditHeads({ store, url, allowPrivate: true, now: () => clock.nowMs, health, logger });
  const entry = { actor: 'u', action: 'client.change', subject: 's' } as const;
  const append = (count: number) =>
    store.commit(Array.from({ length: count }, () => store.audit.appendStatement(entry)));
  return { store, clock, lines, health, heads, append };
}

const toldIn = (lines: readonly string[]): number[] => headsIn(lines.join('\n')).map(({ id }) => id);

t.test('every hour and every 1,000 rows, into the log', async (t) => {
  const { clock, lines, heads, append } = await world(t);
  await heads.look();
  t.same(toldIn(lines), [], 'an empty log has no head');
  await append(1);
  await heads.look();
  await heads.look();
  t.same(toldIn(lines), [1], 'once');
  await append(999);
  await heads.look();
  t.same(toldIn(lines), [1], 'not yet');
  await append(1);
  await heads.look();
  t.same(toldIn(lines), [1, 1001]);
  clock.nowMs += 3_599_999;
  await heads.look();
  clock.nowMs += 1;
  await append(2);
  await heads.look();
  t.same(toldIn(lines), [1, 1001, 1003]);
  clock.nowMs -= 86_400_000;
  await heads.look();
  t.equal(toldIn(lines).length, 4, 'a clock that was set back does not put it off');
});

t.test('what the log says proves the rows up to it, and finds the cut', async (t) => {
  const { store, lines, heads, append } = await world(t);
  await append(10);
  await heads.look();
  await append(3);
  const told = headsIn(lines.join('\n'));
  t.match(await store.audit.verify(told), { ok: true, entries: 13, unproven: 3 });
  t.match(await readTold(store.settings), { id: 10 }, 'the server notes it for itself');
  await sql`DROP TRIGGER audit_is_never_deleted`.execute(store.db);
  await store.db.deleteFrom('audit').where('id', '>', 8).execute();
  t.match(await store.audit.verify(told), { ok: false, fault: 'cut', brokenAtId: 9 });
});

t.test('a receiver takes them too; until it has, the head stays due', async (t) => {
  let status: number | undefined = 500;
  const receiver: HttpReceiver = await startHttpReceiver(t, { port: await freePort(), onReceived: () => status });
  const { store, lines, health, heads, append } = await world(t, `${receiver.url}/secret`);
  await append(4);
  for (let tries = 0; tries < 3; tries += 1) await heads.look();
  t.match(health.warnings, [/^The head of the audit log does not reach 127\.0\.0\.1:\d+: it answered 500\.$/]);
  t.notMatch(health.warnings.join(), 'secret');
  t.equal(await readTold(store.settings), null);
  status = undefined;
  await heads.look();
  t.same(health.warnings, []);
  const [{ body } = { body: '' }] = receiver.received;
  t.match(JSON.parse(body), { kind: 'audit.head', at: '2027-01-15T08:00:00.000Z', head: /^4:[\da-f]{64}$/ });
  t.same(headsIn(body), headsIn(lines.at(-1) ?? ''), 'the receiver and the log have the same one');
  t.match(await readTold(store.settings), { id: 4 });
  await heads.look();
  t.equal(receiver.received.length, 1);
});

t.test('one that hangs does not hold up the end', async (t) => {
  const receiver = await startHttpReceiver(t, { behaviour: 'hangs', port: await freePort() });
  const { heads, append, health } = await world(t, receiver.url);
  await append(1);
  heads.start();
  await heads.stop();
  t.same(health.warnings, [], 'and is not blamed for it');
});
