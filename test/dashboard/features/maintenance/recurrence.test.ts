import t from 'tap';
import {
  fromRrule,
  nths,
  type Recurrence,
  recurrenceFor,
  toRrule,
  weekdays,
} from '../../../../dashboard/features/maintenance/recurrence.ts';
import { checkMaintenance, occurrences } from '../../../../server/domain/sla/maintenance.ts';

const base = recurrenceFor('2026-10-13');

t.test('the form proposes the weekday of the first window and its place in the month', async (t) => {
  t.same(base, { kind: 'once', interval: 1, weekdays: [2], nth: 2, weekday: 2, until: '', raw: '' });
  t.equal(recurrenceFor('2026-10-31').nth, -1, 'a fifth one is called the last');
  t.same(recurrenceFor('2026-11-01').weekdays, [7], 'Sunday is 7');
});

t.test('what is chosen becomes a rule', async (t) => {
  const f = (change: Partial<Recurrence>, want: string | null) => t.equal(toRrule({ ...base, ...change }), want);
  f({}, null);
  f({ kind: 'weekly' }, 'FREQ=WEEKLY;BYDAY=TU');
  f({ kind: 'weekly', weekdays: [7, 1, 3], interval: 2 }, 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,SU');
  f({ kind: 'monthly' }, 'FREQ=MONTHLY;BYDAY=2TU');
  f({ kind: 'monthly', nth: -1, weekday: 5, interval: 3 }, 'FREQ=MONTHLY;INTERVAL=3;BYDAY=-1FR');
  f({ kind: 'weekly', until: '2026-12-31' }, 'FREQ=WEEKLY;BYDAY=TU;UNTIL=20261231');
  f({ kind: 'raw', raw: ' RRULE:FREQ=YEARLY;BYMONTH=1 ' }, 'FREQ=YEARLY;BYMONTH=1');
  f({ kind: 'raw', raw: ' ' }, null);
});

t.test('a rule opens in the form that made it; any other stays as text', async (t) => {
  for (const kind of ['weekly', 'monthly'] as const)
    for (const interval of [1, 4])
      for (const until of ['', '2027-02-28'])
        for (const nth of nths) {
          const made = toRrule({ ...base, kind, interval, until, nth, weekdays: [1, 5] });
          t.equal(toRrule(fromRrule(made, '2026-10-13')), made, made ?? '');
          t.equal(fromRrule(made, '2026-10-13').kind, kind);
        }
  for (const rule of [
    'FREQ=DAILY',
    'FREQ=MONTHLY;BYMONTHDAY=1',
    'FREQ=WEEKLY;BYDAY=MO;COUNT=3',
    'FREQ=WEEKLY;BYDAY=XX',
    'FREQ=MONTHLY;BYDAY=1MO,3MO',
    'FREQ=WEEKLY;BYDAY=MO;UNTIL=20261231T120000Z',
    'nonsense',
  ]) {
    const read = fromRrule(rule, '2026-10-13');
    t.equal(read.kind, 'raw', rule);
    t.equal(toRrule(read), rule, 'and is sent as it was');
  }
  t.equal(fromRrule('BYDAY=MO;FREQ=WEEKLY', '2026-10-13').kind, 'weekly', 'the order of parts means nothing');
});

t.test('the server understands every rule that the form makes, and its last day counts whole', async (t) => {
  const now = Date.parse('2026-10-01T00:00:00.000Z');
  const input = (rrule: string | null, timeZone: string, startsAt: string) => ({
    clientId: 'c1',
    title: 'Updates',
    target: { kind: 'client' as const, id: null },
    timeZone,
    startsAt,
    durationMinutes: 60,
    rrule,
  });
  for (const weekday of weekdays)
    for (const nth of nths)
      t.same(
        checkMaintenance(
          input(toRrule({ ...base, kind: 'monthly', nth, weekday }), 'UTC', '2026-10-13T22:00'),
          now,
        ).filter((warning) => !warning.startsWith('The rule leaves out the start')),
        [],
      );
  const f = (timeZone: string, startsAt: string, last: string) => {
    const rule = toRrule({ ...recurrenceFor(startsAt.slice(0, 10)), kind: 'weekly', until: '2026-10-20' });
    const spans = occurrences(input(rule, timeZone, startsAt), now, now + 60 * 86_400_000);
    t.equal(new Date(spans.at(-1)?.start ?? 0).toISOString(), last, timeZone);
  };
  f('America/Costa_Rica', '2026-10-06T22:00', '2026-10-21T04:00:00.000Z');
  f('Asia/Tokyo', '2026-10-06T02:00', '2026-10-19T17:00:00.000Z');
});
