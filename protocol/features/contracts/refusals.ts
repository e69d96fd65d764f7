import { part } from '../../said/part.ts';

const closed = {
  acknowledged: 'a person has acknowledged it',
  responded: 'a person has responded',
  on_site: 'somebody is on site',
  restored: 'it is restored',
};

const noClock = { none: '', parent: ': the incident above it has one', maintenance: ': it is maintenance' };

/** Why a clock, a contract or a calendar is left as it is. */
export const contractRefusals = part(
  {
    'refused.clock.paused': {},
    'refused.clock.breached': { act: ['pause', 'resume'] },
    'refused.clock.closed': { by: ['acknowledged', 'responded', 'on_site', 'restored'] },
    'refused.clock.nothing-due': {},
    'refused.clock.pauses': { most: 'count' },
    'refused.clock.runs': {},
    'refused.clock.priority': { priority: ['emergency', 'high', 'medium', 'normal'] },
    'refused.clock.project': {},
    'refused.on-site.none': {},
    'refused.on-site.emergency': {},
    'refused.on-site.from-report': {},
    'refused.on-site.marked': {},
    'refused.on-site.there': {},
    'refused.clock.responded': { by: 'name?' },
    'refused.clock.none': { why: ['none', 'parent', 'maintenance'] },
    'refused.holidays.country': { country: 'name' },
    'refused.holidays.region': { country: 'name', region: 'name' },
    'refused.holidays.years': { most: 'count' },
    'refused.holidays.elsewhere': { date: 'name', year: 'digits' },
    'refused.holidays.twice': { date: 'name' },
    'refused.holidays.none': { date: 'name' },
    'refused.holidays.why': {},
    'refused.contract.older': { count: 'count', late: 'count' },
  },
  {
    en: {
      'refused.clock.paused': 'The clock is paused already.',
      'refused.clock.breached': (p) =>
        p.act === 'pause'
          ? 'The clock is breached already: a pause cannot cure that.'
          : 'The clock is breached already: it does not run again.',
      'refused.clock.closed': (p) => `The clock is closed: ${closed[p.by]}.`,
      'refused.clock.nothing-due': 'Nothing is due, so there is nothing to pause.',
      'refused.clock.pauses': (p) => `The clock was paused ${p.most} times already. Write a note instead.`,
      'refused.clock.runs': 'The clock is not paused.',
      'refused.clock.priority': (p) => `The priority is ${p.priority} already.`,
      'refused.clock.project': 'Maintenance and project work is never above Normal. End the maintenance first.',
      'refused.on-site.none': 'No time on site is agreed with this client. Agree one in its contract first.',
      'refused.on-site.emergency': 'A time on site is agreed for emergencies. Set the priority to emergency first.',
      'refused.on-site.from-report': 'By the contract the time on site counts from the report: it runs already.',
      'refused.on-site.marked': 'It is marked as not solvable remotely already.',
      'refused.on-site.there': 'Somebody is on site already.',
      'refused.clock.responded': (p) => `${p.by ?? 'Somebody'} has responded already.`,
      'refused.clock.none': (p) => `This incident has no response clock${noClock[p.why]}.`,
      'refused.holidays.country': (p) =>
        `No holidays are known for the country "${p.country}". Take a code such as CR.`,
      'refused.holidays.region': (p) => `No holidays are known for the region "${p.region}" of ${p.country}.`,
      'refused.holidays.years': (p) => `${p.most} years are corrected already. Take back one that is long over.`,
      'refused.holidays.elsewhere': (p) => `The date ${p.date} is not in the year ${p.year}.`,
      'refused.holidays.twice': (p) => `The date ${p.date} is named twice.`,
      'refused.holidays.none': (p) => `${p.date} is no holiday here, so it cannot be taken out.`,
      'refused.holidays.why': 'Say why the year is corrected, such as the law or the decree.',
      'refused.contract.older': (p) => {
        const get = p.count === 1 ? '1 open incident gets a clock' : `${p.count} open incidents get a clock`;
        const which = p.count === 1 ? 'and it is' : `${p.late} of them`;
        return `The contract begins before it is made here: ${get}, ${which} already late. Say from when their clocks count: clocksFrom=today, or clocksFrom=then for their own beginning.`;
      },
    },
  },
);
