/** Recurrence by looking at every date with Temporal and lists alone: slow, and without any of the code it judges. */
export interface OracleRule {
  readonly FREQ: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';
  readonly INTERVAL?: number | undefined;
  readonly COUNT?: number | undefined;
  readonly BYMONTH?: readonly number[] | undefined;
  readonly BYWEEKNO?: readonly number[] | undefined;
  readonly BYYEARDAY?: readonly number[] | undefined;
  readonly BYMONTHDAY?: readonly number[] | undefined;
  readonly BYDAY?: readonly string[] | undefined;
  readonly BYHOUR?: readonly number[] | undefined;
  readonly BYMINUTE?: readonly number[] | undefined;
  readonly BYSETPOS?: readonly number[] | undefined;
  readonly WKST?: string | undefined;
}

const codes = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const code = (date: Temporal.PlainDate): string => codes[date.dayOfWeek - 1]!;

export function ruleText(rule: OracleRule): string {
  return Object.entries(rule)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${Array.isArray(value) ? value.join(',') : value}`)
    .join(';');
}

/** Local starts in order, as `YYYY-MM-DDTHH:MM`, from the start of the rule to a date. */
export function oracleStarts(rule: OracleRule, startsAt: Temporal.PlainDateTime, to: Temporal.PlainDate): string[] {
  const wanted = filled(rule, startsAt);
  const first = startsAt.toPlainDate().with({ month: 1, day: 1 }).subtract({ days: 7 });
  const periods = new Map<string, string[]>();
  for (let date = first; Temporal.PlainDate.compare(date, to.add({ years: 1 })) <= 0; date = date.add({ days: 1 })) {
    const key = periodOf(wanted, date);
    if (stepsBetween(wanted, startsAt.toPlainDate(), date) % (wanted.INTERVAL ?? 1) !== 0) continue;
    if (!isWanted(wanted, date)) continue;
    const known = periods.get(key) ?? [];
    periods.set(key, [...known, ...times(wanted, startsAt).map((time) => `${date}T${time}`)]);
  }
  const all = [...periods.values()].flatMap((starts) => {
    if (!wanted.BYSETPOS) return starts;
    const picked = wanted.BYSETPOS.map((position) => (position > 0 ? starts[position - 1] : starts.at(position)));
    return [...new Set(picked)].filter((start) => start !== undefined).sort();
  });
  const from = startsAt.toString({ smallestUnit: 'minute' });
  return all
    .filter((start) => start >= from)
    .slice(0, rule.COUNT ?? all.length)
    .filter((start) => start <= `${to}T99`);
}

function filled(rule: OracleRule, startsAt: Temporal.PlainDateTime): OracleRule {
  const { FREQ, BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY, BYDAY } = rule;
  if (FREQ === 'DAILY' || BYYEARDAY || BYMONTHDAY || BYDAY) return rule;
  if (FREQ === 'WEEKLY' || BYWEEKNO) return { ...rule, BYDAY: [code(startsAt.toPlainDate())] };
  if (FREQ === 'MONTHLY' || BYMONTH) return { ...rule, BYMONTHDAY: [startsAt.day] };
  return { ...rule, BYMONTH: [startsAt.month], BYMONTHDAY: [startsAt.day] };
}

function times({ BYHOUR, BYMINUTE }: OracleRule, { hour, minute }: Temporal.PlainDateTime): string[] {
  const two = (value: number): string => String(value).padStart(2, '0');
  const all = (BYHOUR ?? [hour]).flatMap((h) => (BYMINUTE ?? [minute]).map((m) => `${two(h)}:${two(m)}`));
  return [...new Set(all)].sort();
}

function weekFirst(date: Temporal.PlainDate, wkst = 'MO'): Temporal.PlainDate {
  let at = date;
  while (code(at) !== wkst) at = at.subtract({ days: 1 });
  return at;
}

function periodOf({ FREQ, WKST }: OracleRule, date: Temporal.PlainDate): string {
  if (FREQ === 'DAILY') return date.toString();
  if (FREQ === 'WEEKLY') return weekFirst(date, WKST).toString();
  return FREQ === 'MONTHLY' ? date.toPlainYearMonth().toString() : String(date.year);
}

function stepsBetween({ FREQ, WKST }: OracleRule, a: Temporal.PlainDate, b: Temporal.PlainDate): number {
  if (FREQ === 'DAILY') return a.until(b).days;
  if (FREQ === 'WEEKLY') return weekFirst(a, WKST).until(weekFirst(b, WKST)).days / 7;
  if (FREQ === 'MONTHLY') return a.with({ day: 1 }).until(b.with({ day: 1 }), { largestUnit: 'months' }).months;
  return b.year - a.year;
}

const lists = new Map<string, Temporal.PlainDate[]>();

function datesOf(first: Temporal.PlainDate, count: number): Temporal.PlainDate[] {
  const key = `${first} ${count}`;
  const known = lists.get(key) ?? Array.from({ length: count }, (_, index) => first.add({ days: index }));
  lists.set(key, known);
  return known;
}

function isWanted(rule: OracleRule, date: Temporal.PlainDate): boolean {
  const { FREQ, BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY, BYDAY, WKST } = rule;
  const year = () => datesOf(date.with({ month: 1, day: 1 }), date.daysInYear);
  const month = () => datesOf(date.with({ day: 1 }), date.daysInMonth);
  const isNth = (numbers: readonly number[], list: readonly Temporal.PlainDate[]): boolean =>
    numbers.some((number) => (number > 0 ? list[number - 1] : list.at(number))?.equals(date));
  if (BYMONTH && !BYMONTH.includes(date.month)) return false;
  if (BYYEARDAY && !isNth(BYYEARDAY, year())) return false;
  if (BYMONTHDAY && !isNth(BYMONTHDAY, month())) return false;
  if (BYWEEKNO && !isInWeek(BYWEEKNO, date, WKST)) return false;
  if (!BYDAY) return true;
  const scope = FREQ === 'YEARLY' && !BYMONTH ? year : month;
  return BYDAY.some((text) => {
    const [ordinal, day] = [text.slice(0, -2), text.slice(-2)];
    if (day !== code(date)) return false;
    return (
      ordinal === '' ||
      isNth(
        [Number(ordinal)],
        scope().filter((one) => code(one) === day),
      )
    );
  });
}

/** Weeks of a year are those of which at least four days lie in it. */
function isInWeek(numbers: readonly number[], date: Temporal.PlainDate, wkst = 'MO'): boolean {
  const mine = weekFirst(date, wkst);
  for (const year of [date.year - 1, date.year, date.year + 1]) {
    const weeks: Temporal.PlainDate[] = [];
    let at = weekFirst(Temporal.PlainDate.from({ year, month: 1, day: 1 }), wkst);
    for (; at.year <= year; at = at.add({ days: 7 })) {
      if (datesOf(at, 7).filter((one) => one.year === year).length >= 4) weeks.push(at);
    }
    if (!weeks.some((one) => one.equals(mine))) continue;
    return numbers.some((number) => (number > 0 ? weeks[number - 1] : weeks.at(number))?.equals(mine));
  }
  return false;
}
