import fc from 'fast-check';
import { RRuleTemporal } from 'rrule-temporal';
import t from 'tap';
import type { MaintenanceInput } from '../../../../protocol/api/maintenance.ts';
import { checkMaintenance, occurrences } from '../../../../server/domain/sla/maintenance.ts';
import { readRecurrence } from '../../../../server/domain/sla/recurrence.ts';
import { holds } from '../../../support/property.ts';
import { type OracleRule, oracleStarts, ruleText } from '../../../support/recurrence-oracle.ts';

const local = (ms: number): string => new Date(ms).toISOString().slice(0, 16);
const startsAt = Temporal.PlainDateTime.from('2026-03-02T02:30');
/** Local starts from the start of the rule until the end of a year. */
const starts = (rrule: string, zone = 'UTC', until = 2029, start = startsAt): string[] =>
  readRecurrence(rrule, start, zone)(Date.UTC(2020, 0, 1), Date.UTC(until + 1, 0, 1) - 1).map(local);
const input = (over: Partial<MaintenanceInput>): MaintenanceInput => ({
  clientId: 'acme',
  title: 'Patches',
  target: { kind: 'client', id: null },
  timeZone: 'America/New_York',
  startsAt: '2026-03-01T02:00',
  durationMinutes: 60,
  rrule: null,
  ...over,
});
const now = Date.parse('2026-02-01T00:00Z');

t.test('a weekday is counted in its own year and month', async (t) => {
  t.same(starts('FREQ=YEARLY;BYDAY=53TH', 'UTC', 2040), ['2026-12-31T02:30', '2032-12-30T02:30', '2037-12-31T02:30']);
  t.same(starts('FREQ=YEARLY;BYDAY=-53TH', 'UTC', 2033), ['2032-01-01T02:30']);
  t.same(starts('FREQ=MONTHLY;BYDAY=5MO', 'UTC', 2026), [
    '2026-03-30T02:30',
    '2026-06-29T02:30',
    '2026-08-31T02:30',
    '2026-11-30T02:30',
  ]);
});

t.test('what RFC 5545 does not allow together is refused with a sentence', async (t) => {
  const f = (rrule: string, message: RegExp) =>
    t.throws(() => checkMaintenance(input({ rrule }), now), { code: 'validation_failed', message }, rrule);
  f('FREQ=WEEKLY;BYDAY=1MO', /BYDAY=1MO counts weekdays of a month or a year.* Write FREQ=MONTHLY;BYDAY=1MO\./);
  f('FREQ=DAILY;BYDAY=-1SU', /BYDAY=-1SU counts weekdays of a month or a year/);
  f('FREQ=MONTHLY;BYDAY=6MO', /No month has a weekday 6MO: BYDAY counts to 5\./);
  f('FREQ=YEARLY;BYMONTH=3;BYDAY=53TH', /No month has a weekday 53TH/);
  f('FREQ=YEARLY;BYDAY=54MO', /No year has a weekday 54MO: BYDAY counts to 53\./);
  f('FREQ=YEARLY;BYWEEKNO=3;BYDAY=1MO', /does not go with BYWEEKNO/);
  f('FREQ=MONTHLY;BYWEEKNO=3', /BYWEEKNO is for FREQ=YEARLY only/);
  f('FREQ=MONTHLY;BYYEARDAY=3', /BYYEARDAY is for FREQ=YEARLY only/);
  f('FREQ=WEEKLY;BYMONTHDAY=3', /BYMONTHDAY does not go with FREQ=WEEKLY/);
  f('FREQ=MONTHLY;BYSETPOS=1', /BYSETPOS picks from what another part names/);
  f('FREQ=DAILY;UNTIL=20261399', /UNTIL of the recurrence is no time/);
  // A window that was accepted before is still read.
  t.ok(occurrences(input({ rrule: 'FREQ=WEEKLY;BYDAY=1MO' }), now, now + 90 * 86_400_000).length > 5);
});

t.test('a rule with a count that never happens says so', async (t) => {
  for (const rrule of ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3', 'FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=4;COUNT=1']) {
    t.throws(() => checkMaintenance(input({ rrule }), now), { message: /^The rule never happens\./ }, rrule);
  }
  t.doesNotThrow(() => checkMaintenance(input({ rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=3' }), now));
});

t.test('an UNTIL in UTC ends what really starts by then, also where the clocks change', async (t) => {
  const f = (until: string, want: string[], over: Partial<MaintenanceInput> = {}) =>
    t.same(
      occurrences(
        input({ startsAt: '2026-03-07T02:30', rrule: `FREQ=DAILY;UNTIL=${until}`, ...over }),
        now,
        now + 60 * 86_400_000,
      ).map(({ start }) => local(start)),
      want,
      until,
    );
  // On 8 March New York has no 02:30: the window starts at 03:30 there, 07:30 UTC.
  f('20260308T073000Z', ['2026-03-07T07:30', '2026-03-08T07:30']);
  f('20260308T072959Z', ['2026-03-07T07:30']);
  f('20260309T063000Z', ['2026-03-07T07:30', '2026-03-08T07:30', '2026-03-09T06:30']);
  f('20260309T062959Z', ['2026-03-07T07:30', '2026-03-08T07:30']);
  // On 1 November 01:30 comes twice, and the first counts: 05:30 UTC.
  const autumn = { startsAt: '2026-10-31T01:30' };
  const far = (until: string, want: string[]) =>
    t.same(
      occurrences(
        input({ ...autumn, rrule: `FREQ=DAILY;UNTIL=${until}` }),
        Date.parse('2026-10-01T00:00Z'),
        Date.parse('2026-12-01T00:00Z'),
      ).map(({ start }) => local(start)),
      want,
      until,
    );
  far('20261101T053000Z', ['2026-10-31T05:30', '2026-11-01T05:30']);
  far('20261101T052959Z', ['2026-10-31T05:30']);
  far('20261101T063000Z', ['2026-10-31T05:30', '2026-11-01T05:30']);
  f('20260308', ['2026-03-07T07:30', '2026-03-08T07:30']);
  f('20260308T023000', ['2026-03-07T07:30', '2026-03-08T07:30']);
});

const some = <T>(arbitrary: fc.Arbitrary<T>, max = 3) =>
  fc.option(fc.uniqueArray(arbitrary, { minLength: 1, maxLength: max }), { nil: undefined, freq: 2 });
const signed = (max: number) => fc.integer({ min: 1, max }).chain((size) => fc.constantFrom(size, -size));
const weekday = fc.constantFrom('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU');
const shared = {
  INTERVAL: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  COUNT: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
  BYMONTH: some(fc.integer({ min: 1, max: 12 }), 4),
  BYHOUR: some(fc.integer({ min: 0, max: 23 }), 2),
  BYMINUTE: some(fc.integer({ min: 0, max: 59 }), 2),
  WKST: fc.option(weekday, { nil: undefined }),
};
const nth = (max: number) =>
  fc.tuple(fc.option(signed(max), { nil: null }), weekday).map(([ordinal, day]) => `${ordinal ?? ''}${day}`);
const rules: fc.Arbitrary<OracleRule> = fc
  .oneof(
    fc.record({ FREQ: fc.constant('DAILY' as const), ...shared, BYMONTHDAY: some(signed(31)), BYDAY: some(weekday) }),
    fc.record({ FREQ: fc.constant('WEEKLY' as const), ...shared, BYDAY: some(weekday) }),
    fc.record({ FREQ: fc.constant('MONTHLY' as const), ...shared, BYMONTHDAY: some(signed(31)), BYDAY: some(nth(5)) }),
    fc.record({ FREQ: fc.constant('YEARLY' as const), ...shared, BYMONTHDAY: some(signed(31)), BYDAY: some(nth(53)) }),
    fc.record({ FREQ: fc.constant('YEARLY' as const), ...shared, BYYEARDAY: some(signed(366)), BYDAY: some(weekday) }),
    fc.record({ FREQ: fc.constant('YEARLY' as const), ...shared, BYWEEKNO: some(signed(53)), BYDAY: some(weekday) }),
  )
  .chain((rule) => some(signed(6), 2).map((BYSETPOS) => ({ ...rule, BYSETPOS })));

t.test('every rule gives the starts that are found by looking at each date', async (t) => {
  const begins = fc.record({ day: fc.nat(1_500), hour: fc.integer({ min: 0, max: 23 }), part: fc.nat(3) });
  holds(
    t,
    fc.property(rules, begins, fc.nat(400), (rule, { day, hour, part }, cut) => {
      const start = Temporal.PlainDateTime.from('2025-12-20T00:00').add({ days: day, hours: hour });
      const to = start.toPlainDate().add({ years: rule.FREQ === 'YEARLY' ? 4 : 2 });
      const want = oracleStarts(rule, start, to);
      const recurrence = readRecurrence(ruleText(rule), start, 'UTC');
      const first = start.toZonedDateTime('UTC').epochMilliseconds;
      const end = to.add({ days: 1 }).toZonedDateTime('UTC').epochMilliseconds - 1;
      const middle = Math.min(end, first + cut * 86_400_000 + part);
      // Asked in two parts, in the wrong order.
      const later = recurrence(middle + 1, end).map(local);
      const got = [...recurrence(first - 1_000_000_000, middle).map(local), ...later];
      if (got.join() !== want.join()) throw new Error(`${ruleText(rule)} from ${start}: ${got} instead of ${want}`);
    }),
    { numRuns: 150 },
  );
});

t.test('the library agrees, where a rule is simple', async (t) => {
  const simple = fc.oneof(
    fc.record({ FREQ: fc.constant('DAILY' as const), INTERVAL: shared.INTERVAL, BYHOUR: shared.BYHOUR }),
    fc.record({ FREQ: fc.constant('WEEKLY' as const), INTERVAL: shared.INTERVAL, BYDAY: some(weekday) }),
    fc.record({ FREQ: fc.constant('MONTHLY' as const), INTERVAL: shared.INTERVAL, BYDAY: some(nth(4), 1) }),
    fc.record({ FREQ: fc.constant('MONTHLY' as const), BYMONTHDAY: some(signed(28)), COUNT: shared.COUNT }),
    fc.record({ FREQ: fc.constant('YEARLY' as const), BYMONTH: shared.BYMONTH, BYMONTHDAY: some(signed(28)) }),
  );
  holds(
    t,
    fc.property(simple, (rule) => {
      const rruleString = ruleText(rule);
      const library = new RRuleTemporal({ rruleString, dtstart: startsAt.toZonedDateTime('UTC') });
      const all = library.between(new Date('2026-01-01T00:00Z'), new Date('2027-12-31T23:59:59Z'), true);
      const want = all.map(({ epochMilliseconds }) => local(epochMilliseconds)).join();
      if (starts(rruleString, 'UTC', 2027).join() !== want) throw new Error(rruleString);
    }),
    { numRuns: 60 },
  );
});
