import t from 'tap';
import type { ContractTerms } from '../../../../protocol/api/contract.ts';
import { typed } from '../../../../protocol/said/said.ts';
import { startClock } from '../../../../server/domain/sla/clock.ts';
import { serviceHours } from '../../../../server/domain/sla/service-hours.ts';
import { type Tier, tierTerms } from '../../../../server/domain/sla/tiers.ts';
import { walkForward } from '../../../../server/domain/sla/walk.ts';

/** The promises a client can dispute, as they were agreed. Local times of the calendar's zone. */

const HOUR = 3_600_000;
const costaRica = 'America/Costa_Rica';
const newYork = 'America/New_York';
const ms = (local: string, zone: string): number =>
  Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds;
const local = (at: number | null, zone: string): string | null =>
  at === null ? null : Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDateTime().toString();

const week = (zone: string, over: Partial<ContractTerms> = {}): ContractTerms => ({
  ...tierTerms('standard', { timeZone: zone, startsOn: '2026-01-01' }),
  ...over,
});

function due(terms: ContractTerms, created: string, hours: number): string | null {
  const zone = terms.calendar.timeZone;
  return local(walkForward(serviceHours(terms, null), ms(created, zone), hours * HOUR).dueAt, zone);
}

t.test('Costa Rica, created Friday 2 October 2026 at 16:00', (t) => {
  const dueAfter = (hours: number, over: Partial<ContractTerms> = {}) =>
    due(week(costaRica, over), '2026-10-02T16:00', hours);
  t.equal(dueAfter(8), '2026-10-05T15:00:00', '8 h: Monday 15:00');
  t.equal(dueAfter(6), '2026-10-05T13:00:00', '6 h: Monday 13:00');
  t.equal(dueAfter(12), '2026-10-06T10:00:00', '12 h: Tuesday 10:00');
  t.equal(dueAfter(24), '2026-10-07T13:00:00', '24 h: Wednesday 13:00');
  t.equal(dueAfter(4, { saturday: true }), '2026-10-03T11:00:00', 'Premium 4 h: Saturday 11:00 with Saturday');
  t.equal(dueAfter(4), '2026-10-05T11:00:00', 'Premium 4 h: Monday 11:00 without');
  const duty = (date: string) => ({ dutySaturdays: [{ date, person: 'Ann' }] });
  t.equal(dueAfter(4, duty('2026-10-03')), '2026-10-03T11:00:00', 'Premium 4 h: somebody is on duty on that Saturday');
  t.equal(dueAfter(4, duty('2026-10-10')), '2026-10-05T11:00:00', 'on another one');
  t.equal(
    dueAfter(58, duty('2026-10-10')),
    '2026-10-12T11:00:00',
    '58 h: Friday 1, the week 45, Saturday the 10th 9, Monday 3',
  );
  const closed = { date: '2026-10-05', name: 'A holiday', hours: [] };
  const holiday = { calendar: { ...week(costaRica).calendar, exceptions: [closed] } };
  t.equal(dueAfter(8, holiday), '2026-10-06T15:00:00', 'Monday a holiday, 8 h: Tuesday 15:00');
  t.end();
});

t.test('created outside of the hours, the clock begins when they do', (t) => {
  for (const created of ['2026-10-02T17:00:00', '2026-10-04T03:00:00', '2026-10-05T07:59:59']) {
    t.equal(due(week(costaRica), created, 8), '2026-10-05T16:00:00', `${created}: Monday 16:00`);
  }
  t.equal(due(week(costaRica), '2026-10-05T08:00:01', 8), '2026-10-05T16:00:01', 'a second into the hours');
  t.equal(
    due(week(costaRica), '2026-10-02T16:59:59.999', 8),
    '2026-10-05T15:59:59.999',
    'their last millisecond counts',
  );
  t.equal(due(week(costaRica), '2026-10-05T08:00:00', 9), '2026-10-05T17:00:00', 'a whole day ends when it closes');
  t.end();
});

t.test('4 h from 15:00, paused from 16:00 to 09:00 of the next day: due 12:00', (t) => {
  const calendar = week(costaRica).calendar;
  const at = (time: string) => ms(time, costaRica);
  const pauses = [{ from: at('2026-10-05T16:00'), to: at('2026-10-06T09:00'), reason: 'no access' }];
  const walk = walkForward(calendar, at('2026-10-05T15:00'), 4 * HOUR, pauses);
  t.equal(local(walk.dueAt, costaRica), '2026-10-06T12:00:00');
  t.same(
    walk.stretches.map(({ kind, label, from, to, businessMs }) => [
      kind,
      label,
      local(from, costaRica),
      local(to, costaRica),
      businessMs / HOUR,
    ]),
    [
      ['open', 'Mon 08:00-17:00', '2026-10-05T15:00:00', '2026-10-05T16:00:00', 1],
      ['paused', 'waiting for the client: no access', '2026-10-05T16:00:00', '2026-10-06T09:00:00', 0],
      ['open', 'Tue 08:00-17:00', '2026-10-06T09:00:00', '2026-10-06T12:00:00', 3],
    ],
  );
  t.end();
});

t.test('New York, Friday 16:00 + 8 h over a clock change: Monday 15:00, on instants', (t) => {
  const elapsed = (created: string) => {
    const start = ms(created, newYork);
    const { dueAt } = walkForward(week(newYork).calendar, start, 8 * HOUR);
    return [local(dueAt, newYork), ((dueAt ?? 0) - start) / HOUR];
  };
  t.same(elapsed('2026-03-06T16:00'), ['2026-03-09T15:00:00', 70], 'into summer time: 70 h');
  t.same(elapsed('2026-10-30T16:00'), ['2026-11-02T15:00:00', 72], 'out of summer time: 72 h');
  t.same(elapsed('2026-04-10T16:00'), ['2026-04-13T15:00:00', 71], 'an ordinary weekend: 71 h');
  t.end();
});

t.test('the tiers: hours to first response', (t) => {
  const hoursOf = (tier: Tier) => {
    const { high, medium, normal } = tierTerms(tier, { timeZone: costaRica, startsOn: '2026-01-01' }).response;
    return [high, medium, normal].map(({ minutes, binding }) => `${(minutes ?? 0) / 60}${binding ? '' : ' shown'}`);
  };
  t.same(hoursOf('standard'), ['8', '12', '24 shown']);
  t.same(hoursOf('advanced'), ['6', '10', '24 shown']);
  t.same(hoursOf('premium'), ['4', '8', '24']);
  t.end();
});

t.test('an emergency: 15 min in service hours, around the clock only if contracted', (t) => {
  const dueOf = (aroundTheClock: boolean, created: string) => {
    const emergency = { minutes: 15, aroundTheClock, onSiteMinutes: null };
    const under = { version: 1, terms: week(costaRica, { emergency }), siteId: null, until: Number.POSITIVE_INFINITY };
    const at = ms(created, costaRica);
    const clock = startClock({
      at,
      startedAt: at,
      reportedAt: at,
      priority: 'emergency',
      under,
      cause: typed('Opened.'),
      previous: null,
    });
    return local(clock.dueAt, costaRica);
  };
  t.equal(dueOf(false, '2026-10-05T10:00'), '2026-10-05T10:15:00');
  t.equal(dueOf(false, '2026-10-02T16:50'), '2026-10-05T08:05:00', 'over a weekend');
  t.equal(dueOf(false, '2026-10-04T03:00'), '2026-10-05T08:15:00');
  t.equal(dueOf(true, '2026-10-04T03:00'), '2026-10-04T03:15:00', 'a Sunday night');
  t.end();
});
