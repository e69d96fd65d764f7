import fc from 'fast-check';
import t from 'tap';
import type { MaintenanceInput } from '../../../../protocol/api/maintenance.ts';
import { checkMaintenance, covers, nextOccurrence, occurrences } from '../../../../server/domain/sla/maintenance.ts';
import { holds } from '../../../support/property.ts';

const HOUR_MS = 3_600_000;
const now = Date.parse('2026-02-01T00:00:00Z');

function input(over: Partial<MaintenanceInput> = {}): MaintenanceInput {
  return {
    clientId: 'acme',
    title: 'Patches',
    target: { kind: 'client', id: null },
    timeZone: 'America/New_York',
    startsAt: '2026-03-01T02:00',
    durationMinutes: 120,
    rrule: 'FREQ=WEEKLY;BYDAY=SU',
    ...over,
  };
}

const shown = (window: MaintenanceInput, from: string, to: string): string[] =>
  occurrences(window, Date.parse(from), Date.parse(to)).map(
    ({ start, end }) => `${new Date(start).toISOString().slice(0, 16)} ${(end - start) / 60_000}`,
  );

t.test('clocks that change move a window, and drop or double none', (t) => {
  t.same(
    shown(input(), '2026-03-01T00:00Z', '2026-03-16T00:00Z'),
    ['2026-03-01T07:00 120', '2026-03-08T07:00 120', '2026-03-15T06:00 120'],
    'New York springs forward: 02:00 does not exist on 8 March, so it is 03:00; the duration is real time',
  );
  t.same(
    shown(input({ startsAt: '2026-10-25T01:30' }), '2026-10-25T00:00Z', '2026-11-09T00:00Z'),
    ['2026-10-25T05:30 120', '2026-11-01T05:30 120', '2026-11-08T06:30 120'],
    'New York falls back: 01:30 happens twice on 1 November and counts once, the first time',
  );
  const lordHowe = { timeZone: 'Australia/Lord_Howe', durationMinutes: 60 };
  t.same(
    shown(input({ ...lordHowe, startsAt: '2026-09-27T02:15' }), '2026-09-26T00:00Z', '2026-10-11T00:00Z'),
    ['2026-09-26T15:45 60', '2026-10-03T15:45 60', '2026-10-10T15:15 60'],
    'Lord Howe skips half an hour: 02:15 is 02:45',
  );
  t.same(
    shown(input({ ...lordHowe, startsAt: '2026-03-29T01:45' }), '2026-03-28T00:00Z', '2026-04-12T00:00Z'),
    ['2026-03-28T14:45 60', '2026-04-04T14:45 60', '2026-04-11T15:15 60'],
    'and repeats half an hour: the first 01:45 counts',
  );
  t.same(
    shown(input({ timeZone: 'America/Costa_Rica' }), '2026-03-01T00:00Z', '2026-03-16T00:00Z'),
    ['2026-03-01T08:00 120', '2026-03-08T08:00 120', '2026-03-15T08:00 120'],
    'Costa Rica changes no clocks',
  );
  t.same(
    shown(
      input({ rrule: 'FREQ=DAILY;BYHOUR=2,3;BYMINUTE=30;COUNT=2', startsAt: '2026-03-08T02:30', durationMinutes: 30 }),
      '2026-03-08T00:00Z',
      '2026-03-09T00:00Z',
    ),
    ['2026-03-08T07:30 30'],
    'two starts that fall together by a gap are one window',
  );
  t.end();
});

t.test('which windows there are', (t) => {
  t.same(shown(input({ rrule: null }), '2026-03-01T08:59Z', '2026-03-01T09:00Z'), ['2026-03-01T07:00 120'], 'overlap');
  t.same(shown(input({ rrule: null }), '2026-03-01T09:00Z', '2026-03-02T09:00Z'), [], 'half-open at its end');
  t.same(shown(input({ rrule: null }), '2026-02-01T09:00Z', '2026-03-01T07:00Z'), [], 'and at its start');
  t.same(
    shown(input({ rrule: 'FREQ=MONTHLY;BYDAY=2TU' }), '2026-03-01T00:00Z', '2026-05-01T00:00Z'),
    ['2026-03-10T06:00 120', '2026-04-14T06:00 120'],
    'patch Tuesday',
  );
  t.same(
    shown(input({ rrule: 'FREQ=DAILY;UNTIL=20260303T070000Z' }), '2026-03-01T00:00Z', '2026-05-01T00:00Z'),
    ['2026-03-01T07:00 120', '2026-03-02T07:00 120', '2026-03-03T07:00 120'],
    'UNTIL is UTC and included',
  );
  t.same(
    shown(input({ rrule: 'FREQ=DAILY;UNTIL=20260303T065959Z' }), '2026-03-01T00:00Z', '2026-05-01T00:00Z').length,
    2,
    'a second earlier leaves it out',
  );
  t.same(
    shown(input({ rrule: 'rrule:freq=daily;count=2;' }), '2026-03-01T00:00Z', '2026-05-01T00:00Z').length,
    2,
    'written as calendars write it',
  );
  t.equal(
    new Date(nextOccurrence(input(), Date.parse('2040-01-01T00:00Z'))!.start).toISOString(),
    '2040-01-01T07:00:00.000Z',
    'far ahead',
  );
  t.equal(nextOccurrence(input({ rrule: 'FREQ=DAILY;COUNT=2' }), Date.parse('2026-03-03T00:00Z')), null, 'over');
  t.end();
});

t.test('what cannot be meant is refused with a sentence', (t) => {
  const refusals: [string, Partial<MaintenanceInput>, RegExp][] = [
    ['never', { rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' }, /never happens/],
    ['ends before it starts', { rrule: 'FREQ=DAILY;UNTIL=20250101' }, /never happens/],
    ['every second', { rrule: 'FREQ=SECONDLY' }, /cannot recur secondly/],
    ['every minute', { rrule: 'FREQ=MINUTELY' }, /cannot recur minutely/],
    [
      'every minute, in disguise',
      { rrule: `FREQ=DAILY;BYMINUTE=${Array.from({ length: 60 }, (_, n) => n)}` },
      /at most 24 times a day/,
    ],
    ['all the time', { rrule: 'FREQ=DAILY', durationMinutes: 1440 }, /touch one another/],
    ['all the time once a year', { rrule: 'FREQ=DAILY', durationMinutes: 1380 }, /touch one another/],
    ['too often', { rrule: 'FREQ=DAILY;BYHOUR=0,8,16', durationMinutes: 10 }, /more than 1000 times a year/],
    [
      'hostile list',
      { rrule: `FREQ=DAILY;BYHOUR=${Array.from({ length: 24 }, (_, n) => n)}`, durationMinutes: 1 },
      /more than 1000 times a year/,
    ],
    ['endless count', { rrule: 'FREQ=DAILY;COUNT=100000000' }, /COUNT cannot be/],
    ['huge interval', { rrule: 'FREQ=DAILY;INTERVAL=1000000000' }, /INTERVAL cannot be/],
    ['interval of none', { rrule: 'FREQ=DAILY;INTERVAL=0' }, /INTERVAL cannot be/],
    ['no month', { rrule: 'FREQ=DAILY;BYMONTH=13' }, /BYMONTH cannot be "13"/],
    ['no weekday', { rrule: 'FREQ=WEEKLY;BYDAY=XX' }, /BYDAY cannot be "XX"/],
    ['no frequency', { rrule: 'BYDAY=SU' }, /must name FREQ/],
    ['empty', { rrule: '' }, /not understood/],
    ['twice', { rrule: 'FREQ=DAILY;FREQ=WEEKLY' }, /names FREQ twice/],
    ['two ends', { rrule: 'FREQ=DAILY;COUNT=3;UNTIL=20270101' }, /COUNT or UNTIL/],
    ['other properties', { rrule: 'FREQ=DAILY\nEXDATE:20260301T020000' }, /FREQ cannot be|not understood/],
    ['no such until', { rrule: 'FREQ=DAILY;UNTIL=20261399T000000Z' }, /UNTIL of the recurrence is no time/],
    ['no such zone', { timeZone: 'Mars/Base' }, /no time zone "Mars\/Base"/],
    ['an offset', { timeZone: '+05:00' }, /no time zone/],
    ['no such day', { startsAt: '2026-02-31T10:00' }, /no such time/],
    ['over', { startsAt: '2025-03-01T02:00', rrule: null }, /ended at 2025-03-01 09:00:00 UTC/],
    ['all over', { startsAt: '2025-03-01T02:00', rrule: 'FREQ=DAILY;COUNT=3' }, /last window of this rule is over/],
    ['far ahead', { startsAt: '9999-01-01T00:00', rrule: null }, /10 years ahead/],
    ['far back', { startsAt: '0001-01-01T00:00' }, /10 years ago/],
    ['no target', { target: { kind: 'device', id: null } }, /Name the device/],
  ];
  for (const [name, over, sentence] of refusals) {
    const startedAt = process.cpuUsage();
    t.throws(() => checkMaintenance(input(over), now), { code: 'validation_failed', message: sentence }, name);
    t.ok(process.cpuUsage(startedAt).user < 10e6, `${name}: within bounds`);
  }
  t.end();
});

t.test('what should be looked at is accepted with a warning', (t) => {
  const warnings: [string, Partial<MaintenanceInput>, RegExp][] = [
    ['gap', { startsAt: '2026-03-08T02:30', rrule: null }, /skips 02:30: the window starts at 03:30/],
    ['start left out', { rrule: 'FREQ=WEEKLY;BYDAY=MO' }, /first window is 2026-03-02/],
    ['past', { startsAt: '2026-01-04T02:00' }, /starts in the past/],
  ];
  for (const [name, over, sentence] of warnings) t.match(checkMaintenance(input(over), now).join(' '), sentence, name);
  t.same(checkMaintenance(input(), now), [], 'and nothing is said of what is fine');
  t.end();
});

t.test('what a window covers', (t) => {
  const device = { id: 'd1', clientId: 'acme', siteId: 's1', tags: ['db', 'prod'] };
  const by = (kind: 'client' | 'site' | 'device' | 'tag', id: string | null, clientId = 'acme') =>
    covers({ clientId, target: { kind, id } }, device);
  t.same(
    [by('client', null), by('site', 's1'), by('device', 'd1'), by('tag', 'db')],
    [true, true, true, true],
    'its client, site, id and tags',
  );
  t.same(
    [
      by('client', null, 'other'),
      by('site', 's2'),
      by('device', 'd2'),
      by('tag', 'web'),
      by('tag', null),
      by('tag', 'db', 'other'),
    ],
    [false, false, false, false, false, false],
    'nothing else',
  );
  t.end();
});

const someRule = fc.record({
  rrule: fc.constantFrom(
    null,
    'FREQ=DAILY',
    'FREQ=WEEKLY;BYDAY=SU,WE',
    'FREQ=MONTHLY;BYMONTHDAY=-1',
    'FREQ=DAILY;INTERVAL=3;COUNT=20',
  ),
  timeZone: fc.constantFrom('America/New_York', 'Australia/Lord_Howe', 'America/Costa_Rica', 'Europe/Berlin', 'UTC'),
  hour: fc.integer({ min: 0, max: 23 }),
  durationMinutes: fc.integer({ min: 1, max: 600 }),
});

t.test('asking in parts gives the same windows as asking at once', (t) => {
  const from = Date.parse('2026-02-20T00:00Z');
  holds(
    t,
    fc.property(someRule, fc.array(fc.integer({ min: 1, max: 24 * 60 }), { maxLength: 5 }), (rule, cuts) => {
      const { hour, ...rest } = rule;
      const window = input({ ...rest, startsAt: `2026-03-01T${String(hour).padStart(2, '0')}:30` });
      const to = from + 60 * 24 * HOUR_MS;
      const edges = [from, ...cuts.toSorted((a, b) => a - b).map((hours) => from + hours * HOUR_MS), to];
      const whole = occurrences(window, from, to);
      const parts = edges.slice(1).flatMap((edge, index) => occurrences(window, edges[index]!, edge));
      const unique = [...new Map(parts.map((span) => [span.start, span])).values()];
      return (
        JSON.stringify(unique) === JSON.stringify(whole) &&
        whole.every(({ start, end }) => end - start === rest.durationMinutes * 60_000)
      );
    }),
    { numRuns: 40 },
  );
  t.end();
});

t.test('a long rule that ends costs no more after its end than before', (t) => {
  const long = input({ startsAt: '2026-03-01T02:00', durationMinutes: 30, rrule: 'FREQ=DAILY;COUNT=5000' });
  const end = Date.parse('2039-11-08T07:00:00Z');
  const startedAt = process.cpuUsage();
  t.equal(nextOccurrence(long, end - 36 * HOUR_MS)?.start, end - 24 * HOUR_MS);
  t.equal(nextOccurrence(long, end), null);
  t.equal(nextOccurrence(long, Date.parse('2046-01-01T00:00:00Z')), null);
  t.ok(process.cpuUsage(startedAt).user < 10e6, 'the judge asks this between two ticks');
  t.same(shown(input({ rrule: 'FREQ=WEEKLY;BYDAY=SU;COUNT=2' }), '2026-01-01T00:00Z', '2027-01-01T00:00Z'), [
    '2026-03-01T07:00 120',
    '2026-03-08T07:00 120',
  ]);
  t.end();
});
