import type { MaintenanceInput } from '../../../protocol/api/maintenance.ts';
import { isolated } from '../../../protocol/bidi.ts';
import { clients, devices, sites } from '../../data/store.ts';
import { languageTag, t } from '../../words/i18n.ts';
import { fromRrule, type Recurrence } from './recurrence.ts';

/** A Monday, to name weekdays from. */
const MONDAY_MS = Date.parse('2024-01-01T12:00:00Z');

export function weekdayName(weekday: number, width: 'long' | 'short' = 'long'): string {
  return new Intl.DateTimeFormat(languageTag(), { weekday: width, timeZone: 'UTC' }).format(
    MONDAY_MS + (weekday - 1) * 86_400_000,
  );
}

/** How often it comes back, in words. */
export function recurrenceWords({ rrule, startsAt }: Pick<MaintenanceInput, 'rrule' | 'startsAt'>): string {
  const recurrence = fromRrule(rrule, startsAt.slice(0, 10));
  const words = often(recurrence);
  return recurrence.until ? t('recurrence.untilWords', { words, date: recurrence.until }) : words;
}

function often({ kind, interval, weekdays, nth, weekday, raw }: Recurrence): string {
  if (kind === 'once') return t('recurrence.once');
  if (kind === 'raw') return raw;
  if (kind === 'monthly') {
    return t('recurrence.monthlyWords', { count: interval, nth: nthWord(nth), day: weekdayName(weekday) });
  }
  const days = new Intl.ListFormat(languageTag()).format(weekdays.map((day) => weekdayName(day)));
  return t('recurrence.weeklyWords', { count: interval, days });
}

export function nthWord(nth: number): string {
  const known = ([1, 2, 3, 4] as const).find((value) => value === nth);
  return known === undefined ? t('recurrence.nth.last') : t(`recurrence.nth.${known}`);
}

/** What a window covers, as one name. */
export function targetWords({ clientId, target }: Pick<MaintenanceInput, 'clientId' | 'target'>): string {
  const client = clients.value.get(clientId)?.name ?? '–';
  const id = target.id ?? '';
  switch (target.kind) {
    case 'client':
      return client;
    case 'site':
      return `${isolated(client)} / ${isolated(sites.value.get(id)?.name ?? '–')}`;
    case 'device':
      return `${isolated(client)} / ${isolated(devices.value.get(id)?.name ?? '–')}`;
    case 'tag':
      return `${isolated(client)} / ${t('maintenance.tagged', { tag: id })}`;
  }
}
