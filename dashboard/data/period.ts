import type { PeriodName } from '../../protocol/api/availability.ts';
import type { Hours } from '../words/availability.ts';
import { addDays, startOfDateIn } from '../words/zone.ts';
import type { Period } from './api-sla.ts';

export const periodNames = [
  'this_month',
  'last_month',
  'rolling_30d',
  'this_quarter',
  'last_12_months',
  'custom',
] as const satisfies readonly PeriodName[];

/** What an address asks for: the period, and for `custom` its first and last day, both included. */
export interface PeriodQuery {
  readonly name: PeriodName;
  readonly firstDay: string | null;
  readonly lastDay: string | null;
  /** An exact range, such as one day of a strip, instead of days. */
  readonly range: { readonly from: string; readonly to: string } | null;
  readonly hours: Hours;
}

const isDate = (text: string | null): text is string => text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text);
const isTime = (text: string | null): text is string => text?.includes('T') === true && !Number.isNaN(Date.parse(text));

export function parsePeriod(params: URLSearchParams): PeriodQuery {
  const from = params.get('from');
  const to = params.get('to');
  const name = periodNames.find((known) => known === params.get('period')) ?? 'this_month';
  return {
    name,
    firstDay: isDate(from) ? from : null,
    lastDay: isDate(to) ? to : null,
    range: name === 'custom' && isTime(from) && isTime(to) ? { from, to } : null,
    hours: params.get('hours') === 'service' ? 'service' : 'always',
  };
}

/** The period to ask the server for; days begin in `timeZone`. Null while a range of days is not whole or inverted. */
export function periodOf(query: PeriodQuery, timeZone: string): Period | null {
  if (query.name !== 'custom') return { period: query.name };
  if (query.range) return { period: 'custom', ...query.range };
  const { firstDay, lastDay } = query;
  if (firstDay === null || lastDay === null || firstDay > lastDay) return null;
  return {
    period: 'custom',
    from: new Date(startOfDateIn(timeZone, firstDay)).toISOString(),
    to: new Date(startOfDateIn(timeZone, addDays(lastDay, 1))).toISOString(),
  };
}
