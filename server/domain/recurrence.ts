import { RRuleTemporal } from 'rrule-temporal';
import { VigiaError } from '../../protocol/error.ts';

/** Recurrence of planned work: a strict subset of RFC 5545, expanded as local time that knows no clock changes. */

const weekdays = 'MO|TU|WE|TH|FR|SA|SU';
const MAX_TIMES_A_DAY = 24;
const MAX_COUNT = 5_000;

const wholeNumbers =
  (low: number, high: number, isSigned = false) =>
  (value: string): boolean =>
    value.split(',').every((one) => {
      const number = Number(one);
      const size = isSigned ? Math.abs(number) : number;
      return /^[+-]?\d{1,4}$/.test(one) && size >= low && size <= high;
    });

const one = (check: (value: string) => boolean) => (value: string) => !value.includes(',') && check(value);

/** Every part that is understood, with what it may say. Anything else is refused: the library would pass over it in silence. */
const parts: Readonly<Record<string, (value: string) => boolean>> = {
  FREQ: (value) => ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'].includes(value),
  INTERVAL: one(wholeNumbers(1, 1_000)),
  COUNT: one(wholeNumbers(1, MAX_COUNT)),
  UNTIL: (value) => /^\d{8}(T\d{6}Z?)?$/.test(value),
  BYMONTH: wholeNumbers(1, 12),
  BYWEEKNO: wholeNumbers(1, 53, true),
  BYYEARDAY: wholeNumbers(1, 366, true),
  BYMONTHDAY: wholeNumbers(1, 31, true),
  BYDAY: (value) => new RegExp(`^([+-]?[1-9]\\d?)?(${weekdays})(,([+-]?[1-9]\\d?)?(${weekdays}))*$`).test(value),
  BYHOUR: wholeNumbers(0, 23),
  BYMINUTE: wholeNumbers(0, 59),
  BYSETPOS: wholeNumbers(1, 366, true),
  WKST: (value) => new RegExp(`^(${weekdays})$`).test(value),
};

/** Starts between two times, both included, sorted. All are local times, as ms that a clock on UTC would show then. */
export type Recurrence = (fromLocalMs: number, toLocalMs: number) => number[];

/**
 * Reads a rule without DTSTART, such as `FREQ=WEEKLY;BYDAY=SU`. `timeZone` is asked for `UNTIL` only, which RFC 5545 wants in UTC.
 * @throws VigiaError validation_failed with a sentence that says what to write instead
 */
export function readRecurrence(rrule: string, startsAt: Temporal.PlainDateTime, timeZone: string): Recurrence {
  const rule = readParts(rrule);
  const until = rule.get('UNTIL');
  if (until !== undefined) rule.set('UNTIL', floatingUntil(until, timeZone));
  return computed(() => {
    const expanded = new RRuleTemporal({
      rruleString: [...rule].map(([name, value]) => `${name}=${value}`).join(';'),
      // UTC knows no clock changes: what does not exist in the zone is moved later, not dropped.
      dtstart: startsAt.toZonedDateTime('UTC'),
      cache: false,
      maxIterations: 20_000,
      maxCandidateEvaluations: 100_000,
    });
    if (rule.has('COUNT')) return counted(expanded);
    const local = (from: number, to: number): number[] =>
      expanded.between(new Date(from), new Date(to), true).map((at) => at.epochMilliseconds);
    return (from, to) => computed(() => local(from, to));
  });
}

/** All starts at once: the library counts anew from the first one for every range that is asked for. */
function counted(expanded: RRuleTemporal): Recurrence {
  let all: readonly number[] | null = null;
  return (from, to) => {
    all ??= computed(() => expanded.all().map((at) => at.epochMilliseconds));
    return all.filter((at) => at >= from && at <= to);
  };
}

/** The library says in errors of its own what it cannot read, and what would take too long. */
function computed<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw refused(`The recurrence cannot be computed (${why}). Write a simpler one, such as FREQ=WEEKLY;BYDAY=SU.`);
  }
}

function readParts(rrule: string): Map<string, string> {
  const rule = new Map<string, string>();
  for (const part of rrule
    .trim()
    .toUpperCase()
    .replace(/^RRULE:/, '')
    .replace(/;$/, '')
    .split(';')) {
    const [name = '', value = '', ...rest] = part.split('=');
    const check = parts[name];
    if (name === 'FREQ' && /^(SECOND|MINUTE|HOUR)LY$/.test(value)) {
      throw refused(
        `A window cannot recur ${value.toLowerCase()}. Use DAILY, WEEKLY, MONTHLY or YEARLY; BYHOUR gives several windows a day.`,
      );
    }
    if (check === undefined || rest.length > 0) {
      throw refused(
        `The recurrence holds "${part.slice(0, 40)}", which is not understood. Use ${Object.keys(parts).join(', ')}, as in FREQ=WEEKLY;BYDAY=SU.`,
      );
    }
    if (!check(value)) throw refused(`In the recurrence, ${name} cannot be "${value.slice(0, 40)}".`);
    if (rule.has(name)) throw refused(`The recurrence names ${name} twice.`);
    rule.set(name, value);
  }
  if (!rule.has('FREQ')) throw refused('The recurrence must name FREQ, as in FREQ=WEEKLY;BYDAY=SU.');
  if (rule.has('COUNT') && rule.has('UNTIL')) throw refused('The recurrence may name COUNT or UNTIL, not both.');
  const times = (name: string) => rule.get(name)?.split(',').length ?? 1;
  if (times('BYHOUR') * times('BYMINUTE') > MAX_TIMES_A_DAY) {
    throw refused(`A window may start at most ${MAX_TIMES_A_DAY} times a day. Name fewer hours and minutes.`);
  }
  return rule;
}

/** `UNTIL` as local time, written as if it were UTC. */
function floatingUntil(until: string, timeZone: string): string {
  if (!until.includes('T')) return until;
  const [, year, month, day, hour, minute, second] = /^(.{4})(..)(..)T(..)(..)(..)/.exec(until) ?? [];
  let local: Temporal.PlainDateTime;
  try {
    local = Temporal.PlainDateTime.from(`${year}-${month}-${day}T${hour}:${minute}:${second}`);
  } catch {
    throw refused(`UNTIL of the recurrence is no time: ${until}. Write it as 20261231T235959Z.`);
  }
  if (until.endsWith('Z')) local = local.toZonedDateTime('UTC').withTimeZone(timeZone).toPlainDateTime();
  return `${local.toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '')}Z`;
}

function refused(sentence: string): VigiaError {
  return new VigiaError('validation_failed', sentence);
}
