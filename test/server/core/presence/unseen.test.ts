import t from 'tap';
import { plain } from '../../../../protocol/said/plain.ts';
import { tellUnseen } from '../../../../server/core/presence/unseen.ts';
import { sayUnseen, UNSEEN_AFTER_MS } from '../../../../server/domain/unseen.ts';
import { driveSeen } from '../../../../server/fleet/device-memory.ts';
import { Fleet } from '../../../../server/fleet/fleet.ts';
import { addTenant, type TestClock, tempStore } from '../../../support/store.ts';

const NOW = Date.UTC(2026, 10, 18, 3);
const DAY_MS = 86_400_000;

const words = (devices: Parameters<typeof sayUnseen>[0]): string | null => {
  const what = sayUnseen(devices, NOW);
  return what && plain(what, NOW);
};

t.test('workstations that nobody has seen for 14 days, the longest first', async (t) => {
  const pc = (name: string, agoMs: number) => ({ name, kind: 'workstation', seenAt: NOW - agoMs }) as const;
  const f = (devices: Parameters<typeof sayUnseen>[0], want: string | null) => t.equal(words(devices), want);
  f([], null);
  f([pc('a', UNSEEN_AFTER_MS - 1)], null);
  f([{ name: 'db-1', kind: 'server', seenAt: 0 }], null);
  f(
    [pc('a', UNSEEN_AFTER_MS)],
    'One workstation has not been seen for 14 d or more: a (since 2026-11-04 03:00:00 UTC).',
  );
  f(
    [pc('a', 15 * DAY_MS), pc('b', 20 * DAY_MS)],
    '2 workstations have not been seen for 14 d or more: b (since 2026-10-29 03:00:00 UTC), a (since 2026-11-03 03:00:00 UTC).',
  );
  const many = Array.from({ length: 25 }, (_, index) => pc(`pc-${index}`, 30 * DAY_MS));
  t.match(words(many), /^25 workstations .* and 5 more\.$/);
});

t.test('they are told once a week and client', async (t) => {
  const clock: TestClock = { nowMs: NOW - 30 * DAY_MS };
  const store = await tempStore(t, clock);
  const { device } = await addTenant(store, 'Acme');
  await addTenant(store, 'Beta');
  await store.db.updateTable('device').set({ kind: 'workstation' }).where('id', '=', device.id).execute();
  const fleet = new Fleet(store);
  await fleet.load();
  const told = () => store.db.selectFrom('outbox').selectAll().execute();
  for (const days of [0, 1, 4]) await tellUnseen(store, fleet, NOW + days * DAY_MS, 'UTC');
  const [first, ...more] = await told();
  t.same(more, [], 'nothing more in the same week');
  t.match(first, { client_id: device.client_id, kind: 'fleet.unseen', payload_json: /"priority":"normal"/ });
  await tellUnseen(store, fleet, NOW + 5 * DAY_MS, 'UTC');
  t.equal((await told()).length, 2, 'Monday begins another week');
});

t.test('a workstation short of space on its system drive is on the weekly list', async (t) => {
  const store = await tempStore(t, { nowMs: NOW });
  const { device } = await addTenant(store, 'Acme');
  await store.db
    .updateTable('device')
    .set({ kind: 'workstation', enrolled_at: NOW })
    .where('id', '=', device.id)
    .execute();
  const fleet = new Fleet(store);
  await fleet.load();
  const { memory } = fleet.require(device.id);
  driveSeen(memory, { at: NOW, availableBytes: 10 * 1024 ** 3 });
  await tellUnseen(store, fleet, NOW, 'UTC');
  t.same(await store.db.selectFrom('outbox').selectAll().execute(), [], '10 GB are enough');
  driveSeen(memory, { at: NOW, availableBytes: 10 * 1024 ** 3 - 1 });
  for (const days of [0, 1]) await tellUnseen(store, fleet, NOW + days * DAY_MS, 'UTC');
  const [said, ...more] = await store.db.selectFrom('outbox').selectAll().execute();
  t.match(said, {
    kind: 'fleet.low-drives',
    payload_json: /"key":"drives\.low"/,
  });
  t.same(more, []);
});
