import { part } from '../../said/part.ts';

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
const kinds = ['servers', 'services', 'workstations'] as const;

/** Where hours stand: those of the contract or of a site, on a weekday or a date. */
const place = { site: 'name?', weekday: 'count?', date: 'date?' } as const;
interface Place {
  readonly site: string | null;
  readonly weekday?: number | null;
  readonly date?: string | null;
}

function hours({ site, weekday = null, date = null }: Place): string {
  const whose = site === null ? 'The service hours' : `The hours of the site ${site}`;
  const on = weekday === null ? date : weekdays[weekday - 1];
  return on ? `${whose} on ${on}` : whose;
}

/** What makes the terms of a contract unusable, and what is accepted but should be looked at. */
export const termsSaid = part(
  {
    'refused.terms': { faults: 'saids' },
    'terms.no-site': { site: 'name' },
    'terms.closed': { site: 'name?' },
    'terms.zone': { site: 'name?', zone: 'name' },
    'terms.empty': { site: 'name?' },
    'terms.no-date': { date: 'name' },
    'terms.exception-twice': { site: 'name?', date: 'date' },
    'terms.hours-end': { ...place, from: 'name', to: 'name' },
    'terms.hours-overlap': { ...place, from: 'name', to: 'name', nextFrom: 'name', nextTo: 'name' },
    'terms.target': { of: kinds, percent: 'exact', how: ['whole', 'more', 'none'] },
    'terms.inverted': { startsOn: 'date', endsOn: 'date' },
    'terms.duty.day': { date: 'date' },
    'terms.duty.nobody': { date: 'date' },
    'terms.duty.twice': { date: 'date' },
    'warned.contract.over': { on: 'date' },
    'warned.contract.ahead': { on: 'date' },
    'warned.contract.retro': { on: 'date' },
    'warned.contract.older': { count: 'count' },
    'warned.hours.past': { site: 'name?', count: 'count', first: 'date' },
    'warned.saturday.own': { by: ['flag', 'duty'] },
    'warned.saturday.friday': { by: ['flag', 'duty'] },
    'warned.duty.exception': { date: 'date' },
    'warned.duty.flag': {},
    'warned.target.low': { of: kinds, percent: 'exact', usual: 'exact' },
    'warned.response.order': {},
    'warned.response.emergency': {},
    'warned.response.none': {},
  },
  {
    en: {
      'refused.terms': (p) => p.faults.join(' '),
      'terms.no-site': (p) => `This client has no site "${p.site}". Take its hours out.`,
      'terms.closed': (p) => `${hours(p)} are closed on every day of a whole year. Give them some open time.`,
      'terms.zone': (p) => `${hours(p)} are in an unknown time zone "${p.zone}". Take one such as America/Costa_Rica.`,
      'terms.empty': (p) => `${hours(p)} are empty: no clock would ever run. Add the hours of at least one weekday.`,
      'terms.no-date': (p) => `There is no date ${p.date}. Correct it.`,
      'terms.exception-twice': (p) =>
        `${hours({ site: p.site })} have ${p.date} twice among their exceptions. Keep one.`,
      'terms.hours-end': (p) =>
        `${hours(p)} end at ${p.to}, which is not after ${p.from}. For a night write two days: until 24:00 and from 00:00.`,
      'terms.hours-overlap': (p) =>
        `${hours(p)} overlap: ${p.from}-${p.to} and ${p.nextFrom}-${p.nextTo}. Join them or move one.`,
      'terms.target': (p) => {
        const what = `The availability target of ${p.of} is ${p.percent} %`;
        return {
          whole: `${what}: the first lost millisecond would breach it for ever. Take less, such as 99.99 %.`,
          more: `${what}, more than all of the time. Take less than 100 %.`,
          none: `${what}, which promises nothing. Leave it empty, or take more than 0 %.`,
        }[p.how];
      },
      'terms.inverted': (p) =>
        `The contract ends on ${p.endsOn}, before it starts on ${p.startsOn}. Correct one of them.`,
      'terms.duty.day': (p) =>
        `${p.date} is no Saturday. Duty is set for Saturdays; for another day write an exception.`,
      'terms.duty.nobody': (p) => `On Saturday ${p.date} nobody is named. Say who is on duty, or take the date out.`,
      'terms.duty.twice': (p) => `The Saturday ${p.date} is named twice. Keep one.`,
      'warned.contract.over': (p) => `The contract ended on ${p.on}: nothing is promised since.`,
      'warned.contract.ahead': (p) => `The contract starts on ${p.on}: until then nothing is promised.`,
      'warned.contract.retro': (p) =>
        `The contract counts from ${p.on} on, also for what was measured before it was entered here.`,
      'warned.contract.older': (p) =>
        `${p.count === 1 ? 'One open incident is' : `${p.count} open incidents are`} older than the contract: the clock stays our internal target.`,
      'warned.hours.past': (p) =>
        `${hours({ site: p.site })} have ${p.count === 1 ? `one exception (${p.first})` : `${p.count} exceptions`} in the past: kept, because that explains earlier clocks.`,
      'warned.saturday.own': (p) =>
        p.by === 'flag'
          ? 'Saturday has hours of its own: they count, and the flag for Saturdays changes nothing there.'
          : 'Saturday has hours of its own: they count, and dates on which somebody is on duty change nothing there.',
      'warned.saturday.friday': (p) =>
        p.by === 'flag'
          ? 'Saturdays get the hours of Friday, and Friday has none: Saturday stays closed.'
          : 'A Saturday on duty gets the hours of Friday, and Friday has none: it stays closed.',
      'warned.duty.exception': (p) =>
        `On ${p.date} somebody is on duty, and the date is an exception as well: the exception counts.`,
      'warned.duty.flag':
        'Every Saturday is worked by the flag: the dates on which somebody is on duty change nothing.',
      'warned.target.low': (p) => `The availability target of ${p.of} is only ${p.percent} %. Was ${p.usual} % meant?`,
      'warned.response.order':
        'A more urgent priority has more time than a less urgent one. Look at the response times again.',
      'warned.response.emergency': 'An emergency has more time than High. Look at the response times again.',
      'warned.response.none': 'No response time is agreed but for emergencies.',
    },
  },
);
