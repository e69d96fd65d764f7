import type { ContractTerms, Responsibility } from '../../protocol/api/contract.ts';

/** Whose fault a stretch of time can be. */
export const responsibilities = [
  'us',
  'client',
  'internet_line',
  'power',
  'supplier',
  'force_majeure',
] as const satisfies readonly Responsibility[];

const MOST_DECIMALS = 4;

/** A percentage as people write it, in parts per million, exactly: `99.95` and `99,95` are 999500. Undefined when it is none. */
export function readPercent(text: string): number | undefined {
  const [, whole = '', decimals = ''] = /^(\d{1,3})(?:[.,](\d{1,4}))?\s*%?$/.exec(text.trim()) ?? [];
  if (whole === '') return undefined;
  return Number(whole) * 10 ** MOST_DECIMALS + Number(decimals.padEnd(MOST_DECIMALS, '0'));
}

/** Parts per million as a percentage with no more digits than it has. */
export function percentText(ppm: number | null): string {
  if (ppm === null) return '';
  const whole = Math.floor(ppm / 10 ** MOST_DECIMALS);
  const decimals = String(ppm % 10 ** MOST_DECIMALS)
    .padStart(MOST_DECIMALS, '0')
    .replace(/0+$/, '');
  return decimals ? `${whole}.${decimals}` : String(whole);
}

/** Hours as people write them, in whole minutes: `8`, `1.5`, `1,5`, `0:45`. Undefined when it is none or no whole minute. */
export function readHours(text: string): number | undefined {
  const clock = /^(\d{1,5}):([0-5]\d)$/.exec(text.trim());
  if (clock) return Number(clock[1]) * 60 + Number(clock[2]);
  const [, whole = '', decimals = ''] = /^(\d{1,5})(?:[.,](\d{1,4}))?\s*h?$/.exec(text.trim()) ?? [];
  if (whole === '') return undefined;
  const minutes = (Number(decimals.padEnd(4, '0')) * 60) / 10_000;
  return Number.isInteger(minutes) ? Number(whole) * 60 + minutes : undefined;
}

export function hoursText(minutes: number | null): string {
  if (minutes === null) return '';
  const hours = minutes / 60;
  if (Number.isInteger(hours * 100)) return String(hours);
  return `${Math.floor(hours)}:${String(minutes % 60).padStart(2, '0')}`;
}

/** A tier's terms in place of those of the draft. What is this client's own stays: zone, exceptions, duty, sites and dates. */
export function applyPreset(draft: ContractTerms, preset: ContractTerms): ContractTerms {
  return {
    ...preset,
    calendar: { ...preset.calendar, timeZone: draft.calendar.timeZone, exceptions: draft.calendar.exceptions },
    siteCalendars: draft.siteCalendars,
    dutySaturdays: draft.dutySaturdays,
    startsOn: draft.startsOn,
    endsOn: draft.endsOn,
  };
}
