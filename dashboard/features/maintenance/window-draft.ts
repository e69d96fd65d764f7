import type { MaintenanceInput } from '../../../protocol/api/maintenance.ts';
import { fromRrule, type Recurrence, recurrenceFor, toRrule } from './recurrence.ts';

/** What stands in the form for a window of maintenance. */
export interface WindowDraft {
  readonly clientId: string;
  readonly kind: MaintenanceInput['target']['kind'];
  readonly targetId: string;
  readonly title: string;
  readonly timeZone: string;
  /** Local time in that zone, `YYYY-MM-DDTHH:MM`. */
  readonly startsAt: string;
  readonly hours: string;
  readonly minutes: string;
  readonly recurrence: Recurrence;
}

const DEFAULT_HOURS = '2';

export function newWindow(clientId: string, timeZone: string, date: string): WindowDraft {
  return {
    clientId,
    kind: 'client',
    targetId: '',
    title: '',
    timeZone,
    startsAt: `${date}T22:00`,
    hours: DEFAULT_HOURS,
    minutes: '0',
    recurrence: recurrenceFor(date),
  };
}

export function draftOf(window: MaintenanceInput): WindowDraft {
  return {
    clientId: window.clientId,
    kind: window.target.kind,
    targetId: window.target.id ?? '',
    title: window.title,
    timeZone: window.timeZone,
    startsAt: window.startsAt,
    hours: String(Math.floor(window.durationMinutes / 60)),
    minutes: String(window.durationMinutes % 60),
    recurrence: fromRrule(window.rrule, window.startsAt.slice(0, 10)),
  };
}

/** A new start moves what the recurrence proposes, as long as it does not recur yet. */
export function startAt(draft: WindowDraft, startsAt: string): WindowDraft {
  const isDate = /^\d{4}-\d{2}-\d{2}T/.test(startsAt);
  const recurrence =
    isDate && draft.recurrence.kind === 'once' ? recurrenceFor(startsAt.slice(0, 10)) : draft.recurrence;
  return { ...draft, startsAt: startsAt.slice(0, 16), recurrence };
}

/** What to send; null while something is missing. The server says what is wrong with the rest. */
export function windowInput(draft: WindowDraft): MaintenanceInput | null {
  const durationMinutes = Number(draft.hours || 0) * 60 + Number(draft.minutes || 0);
  const { kind, recurrence } = draft;
  const isIncomplete =
    draft.clientId === '' ||
    draft.title.trim() === '' ||
    draft.startsAt === '' ||
    draft.timeZone.trim() === '' ||
    (kind !== 'client' && draft.targetId.trim() === '') ||
    (recurrence.kind === 'weekly' && recurrence.weekdays.length === 0) ||
    (recurrence.kind === 'raw' && recurrence.raw.trim() === '') ||
    !Number.isInteger(durationMinutes) ||
    durationMinutes < 1;
  if (isIncomplete) return null;
  return {
    clientId: draft.clientId,
    title: draft.title.trim(),
    target: { kind, id: kind === 'client' ? null : draft.targetId.trim() },
    timeZone: draft.timeZone.trim(),
    startsAt: draft.startsAt,
    durationMinutes,
    rrule: toRrule(recurrence),
  };
}
