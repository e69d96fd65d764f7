import { part } from '../../said/part.ts';

/** Why a window is not planned. */
export const maintenanceRefusals = part(
  {
    'refused.window.target': { kind: ['client', 'site', 'device', 'tag'] },
    'refused.window.ahead': { years: 'count' },
    'refused.window.ago': { years: 'count' },
    'refused.window.ended': { at: 'instant' },
    'refused.window.last-over': {},
    'refused.window.never': {},
    'refused.window.touch': { lastsMs: 'duration', afterMs: 'duration', at: 'instant' },
    'refused.window.often': { most: 'exact' },
    'refused.window.time': { time: 'name' },
    'refused.zone': { zone: 'name', of: ['window', 'plan'] },
    'refused.rule.counted': { code: 'name', frequency: 'name' },
    'refused.rule.counted-week': { code: 'name' },
    'refused.rule.far': { of: ['month', 'year'], code: 'name', limit: 'count' },
    'refused.rule.yearly': { part: ['BYWEEKNO', 'BYYEARDAY'] },
    'refused.rule.month-day': {},
    'refused.rule.position': {},
    'refused.rule.frequency': { frequency: 'name' },
    'refused.rule.part': { part: 'text', known: 'names' },
    'refused.rule.value': { part: 'name', value: 'text' },
    'refused.rule.twice': { part: 'name' },
    'refused.rule.no-frequency': {},
    'refused.rule.ends': {},
    'refused.rule.times': { most: 'count' },
    'refused.rule.until': { until: 'name' },
    'refused.windows.most': { most: 'exact' },
    'refused.window.client': {},
    'refused.window.edits': { most: 'exact' },
    'refused.window.cancelled': {},
    'refused.window.past': {},
    'refused.windows.many': { most: 'exact' },
    'refused.windows.range': { days: 'count' },
    'refused.window.silence': { hours: 'count' },
    'warned.window.skipped': { date: 'date', zone: 'name', asked: 'name', starts: 'name' },
    'warned.window.first': { at: 'instant' },
    'warned.window.past': {},
    'warned.window.no-tag': { tag: 'name' },
  },
  {
    en: {
      'refused.window.target': (p) => `Name the ${p.kind} that the window covers.`,
      'refused.window.ahead': (p) => `The window starts more than ${p.years} years ahead. Look at the year.`,
      'refused.window.ago': (p) =>
        `The window started more than ${p.years} years ago. Give the start of its next time.`,
      'refused.window.ended': (p) => `The window ended at ${p.at}. Give a start that is ahead.`,
      'refused.window.last-over': 'The last window of this rule is over. Give a start that is ahead, or a later UNTIL.',
      'refused.window.never': 'The rule never happens. Look at its days and months, and at UNTIL.',
      'refused.window.touch': (p) =>
        `The windows touch one another: each lasts ${p.lastsMs}, but ${p.afterMs} after ${p.at} the next one starts. Shorten it or let it recur less often.`,
      'refused.window.often': (p) => `The rule happens more than ${p.most} times a year. Let it recur less often.`,
      'refused.window.time': (p) => `There is no such time as ${p.time}. Write a start such as 2026-03-08T02:00.`,
      'refused.zone': (p) =>
        p.of === 'window'
          ? `There is no time zone "${p.zone}". Use a name such as America/Costa_Rica or Europe/Berlin.`
          : `There is no time zone "${p.zone}". Send one such as Europe/Madrid or UTC.`,
      'refused.rule.counted': (p) =>
        `BYDAY=${p.code} counts weekdays of a month or a year, which a ${p.frequency} rule has none of. Write FREQ=MONTHLY;BYDAY=${p.code}.`,
      'refused.rule.counted-week': (p) =>
        `BYDAY=${p.code} counts weekdays, which does not go with BYWEEKNO. Leave one out.`,
      'refused.rule.far': (p) => `No ${p.of} has a weekday ${p.code}: BYDAY counts to ${p.limit}.`,
      'refused.rule.yearly': (p) => `${p.part} is for FREQ=YEARLY only.`,
      'refused.rule.month-day': 'BYMONTHDAY does not go with FREQ=WEEKLY. Write FREQ=MONTHLY.',
      'refused.rule.position': 'BYSETPOS picks from what another part names: add BYDAY, for example.',
      'refused.rule.frequency': (p) =>
        `A window cannot recur ${p.frequency}. Use DAILY, WEEKLY, MONTHLY or YEARLY; BYHOUR gives several windows a day.`,
      'refused.rule.part': (p) =>
        `The recurrence holds "${p.part}", which is not understood. Use ${p.known.join(', ')}, as in FREQ=WEEKLY;BYDAY=SU.`,
      'refused.rule.value': (p) => `In the recurrence, ${p.part} cannot be "${p.value}".`,
      'refused.rule.twice': (p) => `The recurrence names ${p.part} twice.`,
      'refused.rule.no-frequency': 'The recurrence must name FREQ, as in FREQ=WEEKLY;BYDAY=SU.',
      'refused.rule.ends': 'The recurrence may name COUNT or UNTIL, not both.',
      'refused.rule.times': (p) => `A window may start at most ${p.most} times a day. Name fewer hours and minutes.`,
      'refused.rule.until': (p) => `UNTIL of the recurrence is no time: ${p.until}. Write it as 20261231T235959Z.`,
      'refused.windows.most': (p) => `The client has ${p.most} windows already. Cancel those that are over.`,
      'refused.window.client': 'A window stays with its client. Cancel it and make one for the other.',
      'refused.window.edits': (p) => `The window was changed ${p.most} times. Cancel it and make a new one.`,
      'refused.window.cancelled': 'The window was cancelled. Make a new one.',
      'refused.window.past': 'The window is over: what is past stays as it was. Make a new one.',
      'refused.windows.many': (p) => `More than ${p.most} windows fall into that time. Narrow it.`,
      'refused.windows.range': (p) => `Ask for at most ${p.days} days of windows at once.`,
      'refused.window.silence': (p) =>
        `With this window nothing would be told for ${p.hours} of 24 hours. Only an admin may plan that: make it shorter or rarer, or ask one.`,
      'warned.window.skipped': (p) =>
        `On ${p.date} the clock in ${p.zone} skips ${p.asked}: the window starts at ${p.starts}.`,
      'warned.window.first': (p) => `The rule leaves out the start that is given: the first window is ${p.at}.`,
      'warned.window.past': 'It starts in the past: what was before now is neither silenced nor excluded.',
      'warned.window.no-tag': (p) => `No device of this client has the tag "${p.tag}": the window covers nothing yet.`,
    },
  },
);
