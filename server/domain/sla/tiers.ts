import type { Calendar, ContractTerms } from '../../../protocol/api/contract.ts';
import type { Priority } from '../../../protocol/api/view.ts';
import { defaultTerms } from './terms.ts';

export type Tier = ContractTerms['tier'];

const HOUR_MINUTES = 60;
const MINUTE_MS = 60_000;

/** Business hours for High, Medium and Normal, and whether Normal can be breached or is done as technicians are free. */
const presets: Record<Tier, { name: string; hours: readonly [number, number, number]; normalBinding: boolean }> = {
  standard: { name: 'Standard', hours: [8, 12, 24], normalBinding: false },
  advanced: { name: 'Advanced', hours: [6, 10, 24], normalBinding: false },
  premium: { name: 'Premium', hours: [4, 8, 24], normalBinding: true },
  own: { name: 'Own', hours: [8, 12, 24], normalBinding: true },
};

export const tiers = Object.keys(presets) as Tier[];

/** The terms that a tier starts from. */
export function tierTerms(tier: Tier, place: { readonly timeZone: string; readonly startsOn: string }): ContractTerms {
  const { name, hours, normalBinding } = presets[tier];
  const target = (count: number, binding = true) => ({ minutes: count * HOUR_MINUTES, binding });
  return {
    tier,
    tierName: name,
    response: { high: target(hours[0]), medium: target(hours[1]), normal: target(hours[2], normalBinding) },
    emergency: { minutes: 15, aroundTheClock: false, onSiteMinutes: null },
    calendar: workingWeek(place.timeZone),
    siteCalendars: {},
    saturday: false,
    clockFrom: 'report',
    ...defaultTerms,
    availability: { serverTargetPpm: 999_000, serviceTargetPpm: 999_000, workstationTargetPpm: null },
    recovery: { rpoMinutes: null, rtoMinutes: null },
    maintenanceNoticeMinutes: 24 * HOUR_MINUTES,
    startsOn: place.startsOn,
    endsOn: null,
  };
}

/** Monday to Friday, 08:00 to 17:00. */
function workingWeek(timeZone: string): Calendar {
  const weekly = [1, 2, 3, 4, 5].map((weekday) => ({ weekday, from: '08:00', to: '17:00' }));
  return { timeZone, weekly, exceptions: [] };
}

/** What the terms promise for a priority. */
export interface Target {
  /** Business time to first response; null: none is agreed. */
  readonly targetMs: number | null;
  readonly binding: boolean;
  readonly aroundTheClock: boolean;
}

export function targetOf(terms: ContractTerms, priority: Priority): Target {
  if (priority === 'emergency') {
    const { minutes, aroundTheClock } = terms.emergency;
    return { targetMs: minutes * MINUTE_MS, binding: true, aroundTheClock };
  }
  const { minutes, binding } = terms.response[priority];
  return { targetMs: minutes === null ? null : minutes * MINUTE_MS, binding, aroundTheClock: false };
}
