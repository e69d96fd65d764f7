import t from 'tap';
import type { Calendar, ContractTerms } from '../../../../protocol/api/contract.ts';
import { checkTerms } from '../../../../server/domain/sla/check-terms.ts';
import { tierTerms } from '../../../../server/domain/sla/tiers.ts';
import { spoken } from '../../../support/spoken.ts';

const now = Date.UTC(2026, 9, 1);
const base = tierTerms('premium', { timeZone: 'America/Costa_Rica', startsOn: '2026-01-01' });
const hours = (weekday: number, from: string, to: string) => ({ weekday, from, to });
const check = (over: Partial<ContractTerms>) =>
  spoken(checkTerms({ ...base, ...over }, { now, siteName: (id) => (id === 's1' ? 'Harbour' : null) }));
const calendar = (over: Partial<Calendar>): Partial<ContractTerms> => ({ calendar: { ...base.calendar, ...over } });
const exception = (date: string, name = 'A day') => ({ date, name, hours: [] });
const target = (serverTargetPpm: number | null) => ({ availability: { ...base.availability, serverTargetPpm } });
const minutes = (count: number | null) => ({ minutes: count, binding: true });

const duty = (...dates: string[]) => ({ dutySaturdays: dates.map((date) => ({ date, person: 'Ann' })) });

t.test('every tier is fine as it is', (t) => {
  for (const tier of ['standard', 'advanced', 'premium', 'own'] as const) {
    const terms = tierTerms(tier, { timeZone: 'Europe/Madrid', startsOn: '2026-01-01' });
    t.same(checkTerms(terms, { now, siteName: () => null }), { faults: [], warnings: [] }, tier);
  }
  t.end();
});

t.test('what is refused, each with a sentence', (t) => {
  const refused = (over: Partial<ContractTerms>, ...faults: (string | RegExp)[]) =>
    t.match(check(over), { faults, warnings: [] }, String(faults[0]));
  refused(
    calendar({ timeZone: 'Costa Rica' }),
    'The service hours are in an unknown time zone "Costa Rica". Take one such as America/Costa_Rica.',
  );
  refused(calendar({ timeZone: '-06:00' }), /unknown time zone "-06:00"/);
  refused(
    calendar({ weekly: [] }),
    'The service hours are empty: no clock would ever run. Add the hours of at least one weekday.',
  );
  refused(
    calendar({ weekly: [hours(1, '08:00', '12:00'), hours(1, '11:59', '17:00')] }),
    'The service hours on Mon overlap: 08:00-12:00 and 11:59-17:00. Join them or move one.',
  );
  refused(
    calendar({ weekly: [hours(2, '17:00', '08:00')] }),
    'The service hours on Tue end at 08:00, which is not after 17:00. For a night write two days: until 24:00 and from 00:00.',
  );
  refused(calendar({ weekly: [hours(2, '08:00', '08:00')] }), /on Tue end at 08:00/);
  refused(
    calendar({ exceptions: [exception('2026-12-25', 'Christmas'), exception('2026-12-25', 'Navidad')] }),
    'The service hours have 2026-12-25 twice among their exceptions. Keep one.',
  );
  refused(
    calendar({ exceptions: [{ ...exception('2026-12-24'), hours: [{ from: '10:00', to: '09:00' }] }] }),
    /^The service hours on 2026-12-24 end at 09:00/,
  );
  refused(calendar({ exceptions: [exception('2026-02-30')] }), 'There is no date 2026-02-30. Correct it.');
  refused({ siteCalendars: { s1: { ...base.calendar, weekly: [] } } }, /^The hours of the site Harbour are empty/);
  refused({ siteCalendars: { nowhere: base.calendar } }, 'This client has no site "nowhere". Take its hours out.');
  refused(
    target(1_000_000),
    'The availability target of servers is 100 %: the first lost millisecond would breach it for ever. Take less, such as 99.99 %.',
  );
  refused(
    target(1_010_000),
    'The availability target of servers is 101 %, more than all of the time. Take less than 100 %.',
  );
  refused(
    target(0),
    'The availability target of servers is 0 %, which promises nothing. Leave it empty, or take more than 0 %.',
  );
  refused(target(-1), /is -0.0001 %, which promises nothing/);
  refused(
    { startsOn: '2026-10-02', endsOn: '2026-10-01' },
    'The contract ends on 2026-10-01, before it starts on 2026-10-02. Correct one of them.',
  );
  refused({ startsOn: '2026-02-29' }, 'There is no date 2026-02-29. Correct it.');
  const year = Array.from({ length: 60 }, (_, week) => Temporal.PlainDate.from('2026-09-27').add({ weeks: week }));
  refused(
    calendar({ weekly: [hours(7, '08:00', '09:00')], exceptions: year.map((date) => exception(date.toString())) }),
    'The service hours are closed on every day of a whole year. Give them some open time.',
  );
  refused(duty('2026-10-04'), /^2026-10-04 is no Saturday/);
  refused(duty('2026-02-30'), /^There is no date 2026-02-30/);
  refused(duty('2026-10-03', '2026-10-03'), /named twice/);
  for (const person of ['', '  ']) {
    refused({ dutySaturdays: [{ date: '2026-10-03', person }] }, /^On Saturday 2026-10-03 nobody is named/);
  }
  t.same(check({ dutySaturdays: [{ date: '2026-09-05', person: '' }] }).faults, [], 'the past stays as it is');
  t.equal(check({ ...target(0), ...calendar({ weekly: [] }) }).faults.length, 2, 'all of them at once');
  t.end();
});

t.test('what is accepted with a warning', (t) => {
  const warned = (over: Partial<ContractTerms>, ...warnings: (string | RegExp)[]) =>
    t.match(check(over), { faults: [], warnings }, String(warnings[0]));
  warned(
    calendar({ exceptions: [exception('2026-09-15')] }),
    'The service hours have one exception (2026-09-15) in the past: kept, because that explains earlier clocks.',
  );
  warned({ endsOn: '2026-08-31' }, 'The contract ended on 2026-08-31: nothing is promised since.');
  warned({ startsOn: '2026-11-01' }, 'The contract starts on 2026-11-01: until then nothing is promised.');
  const weekly = [...base.calendar.weekly, hours(6, '09:00', '10:00')];
  warned({ ...duty('2026-10-17'), saturday: true }, /^Every Saturday is worked by the flag/);
  warned({ ...calendar({ weekly }), ...duty('2026-10-17') }, /^Saturday has hours of its own/);
  warned({ ...calendar({ weekly: [hours(1, '08:00', '17:00')] }), ...duty('2026-10-17') }, /^A Saturday on duty gets/);
  warned(
    { ...calendar({ exceptions: [{ date: '2026-10-17', name: 'Closed', hours: [] }] }), ...duty('2026-10-17') },
    /^On 2026-10-17 somebody is on duty, and the date is an exception/,
  );
  warned({ ...calendar({ weekly }), saturday: true }, /^Saturday has hours of its own/);
  warned(
    { ...calendar({ weekly: [hours(1, '08:00', '17:00')] }), saturday: true },
    /^Saturdays get the hours of Friday, and/,
  );
  warned(target(999), 'The availability target of servers is only 0.0999 %. Was 99.9 % meant?');
  warned({ response: { ...base.response, high: minutes(600) } }, /^A more urgent priority has more time/);
  warned({ emergency: { ...base.emergency, minutes: 300 } }, /^An emergency has more time than High/);
  const none = { high: minutes(null), medium: minutes(null), normal: minutes(null) };
  warned({ response: none }, 'No response time is agreed but for emergencies.');
  t.end();
});

t.test('the smallest and the largest targets that promise something', (t) => {
  t.same(check(target(999_999)), { faults: [], warnings: [] });
  t.same(check(target(1)).faults, []);
  t.same(check(target(null)), { faults: [], warnings: [] });
  t.end();
});
