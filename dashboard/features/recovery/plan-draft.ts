import type { RecoveryPlanInput } from '../../../protocol/api/recovery.ts';

/** What stands in the form for a plan. */
export interface PlanDraft {
  readonly clientId: string;
  readonly protects: 'device' | 'service' | 'other';
  readonly targetId: string;
  readonly name: string;
  readonly tool: RecoveryPlanInput['tool'];
  readonly place: string;
  readonly isOffSite: boolean;
  /** Hours, such as `1.5`; empty: as the contract says. */
  readonly rpoHours: string;
  readonly rtoHours: string;
  readonly rhythm: 'daily' | 'interval' | 'cron' | 'unknown';
  /** `HH:MM` */
  readonly at: string;
  readonly everyMinutes: string;
  readonly line: string;
  /** 1 (Monday) to 7. */
  readonly closedWeekdays: readonly number[];
  /** Kept as they are: the form does not show them. */
  readonly closedDates: readonly string[];
  readonly graceMinutes: number | null;
  readonly timeZone: string;
  readonly durationMinutes: string;
}

export function newPlan(clientId: string, timeZone: string): PlanDraft {
  return {
    clientId,
    protects: 'device',
    targetId: '',
    name: '',
    tool: 'restic',
    place: '',
    isOffSite: false,
    rpoHours: '',
    rtoHours: '',
    rhythm: 'daily',
    at: '22:00',
    everyMinutes: '60',
    line: '0 22 * * *',
    closedWeekdays: [],
    closedDates: [],
    graceMinutes: null,
    timeZone,
    durationMinutes: '60',
  };
}

const DAILY = /^(\d{1,2}) (\d{1,2}) \* \* \*$/;

export function draftOf(plan: RecoveryPlanInput): PlanDraft {
  const first = newPlan(plan.clientId, plan.timeZone);
  return {
    ...first,
    ...rhythmOf(plan, first),
    protects: plan.deviceId !== null ? 'device' : plan.serviceId !== null ? 'service' : 'other',
    targetId: plan.deviceId ?? plan.serviceId ?? '',
    name: plan.name,
    tool: plan.tool,
    place: plan.target.place,
    isOffSite: plan.target.isOffSite,
    rpoHours: hoursText(plan.rpoMinutes),
    rtoHours: hoursText(plan.rtoMinutes),
    closedWeekdays: plan.closed.weekdays,
    closedDates: plan.closed.dates,
    graceMinutes: plan.graceMinutes,
    durationMinutes: String(plan.durationMinutes),
  };
}

type RhythmDraft = Pick<PlanDraft, 'rhythm' | 'at' | 'everyMinutes' | 'line'>;

function rhythmOf({ rhythm }: RecoveryPlanInput, { at, everyMinutes, line }: PlanDraft): RhythmDraft {
  const first = { at, everyMinutes, line };
  if (rhythm === null) return { ...first, rhythm: 'unknown' };
  if (rhythm.kind === 'interval') return { ...first, rhythm: 'interval', everyMinutes: String(rhythm.everyMinutes) };
  const daily = DAILY.exec(rhythm.line);
  if (daily === null) return { ...first, rhythm: 'cron', line: rhythm.line };
  const [, minute = '', hour = ''] = daily;
  return { ...first, rhythm: 'daily', at: `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`, line: rhythm.line };
}

/** What to send; null while something is missing. The server says what is wrong with the rest. */
export function planInput(draft: PlanDraft): RecoveryPlanInput | null {
  const { clientId, protects, targetId, name, tool, place, isOffSite } = draft;
  const rpoMinutes = minutesOf(draft.rpoHours);
  const rtoMinutes = minutesOf(draft.rtoHours);
  const durationMinutes = wholeNumber(draft.durationMinutes);
  const rhythm = rhythmInput(draft);
  const isWhole = clientId !== '' && name.trim() !== '' && place.trim() !== '' && draft.timeZone !== '';
  if (!isWhole || (protects !== 'other' && targetId === '')) return null;
  if (rpoMinutes === undefined || rtoMinutes === undefined || durationMinutes === null || rhythm === undefined)
    return null;
  return {
    clientId,
    deviceId: protects === 'device' ? targetId : null,
    serviceId: protects === 'service' ? targetId : null,
    name: name.trim(),
    tool,
    target: { place: place.trim(), isOffSite },
    rpoMinutes,
    rtoMinutes,
    rhythm,
    closed: { weekdays: [...draft.closedWeekdays], dates: [...draft.closedDates] },
    timeZone: draft.timeZone,
    durationMinutes,
    graceMinutes: draft.graceMinutes,
  };
}

function rhythmInput({ rhythm, at, everyMinutes, line }: RhythmDraft): RecoveryPlanInput['rhythm'] | undefined {
  if (rhythm === 'unknown') return null;
  if (rhythm === 'interval') {
    const every = wholeNumber(everyMinutes);
    return every === null ? undefined : { kind: 'interval', everyMinutes: every };
  }
  if (rhythm === 'cron') return line.trim() === '' ? undefined : { kind: 'cron', line: line.trim() };
  const time = /^(\d{2}):(\d{2})$/.exec(at);
  return time === null ? undefined : { kind: 'cron', line: `${Number(time[2])} ${Number(time[1])} * * *` };
}

/** Hours as text, such as `24` or `1.5`. */
export function hoursText(minutes: number | null): string {
  return minutes === null ? '' : String(Math.round((minutes / 60) * 10_000) / 10_000);
}

/** Null: left open. Undefined: no number of hours. */
function minutesOf(hours: string): number | null | undefined {
  if (hours.trim() === '') return null;
  const minutes = Math.round(Number(hours) * 60);
  return Number.isFinite(minutes) && minutes >= 1 ? minutes : undefined;
}

function wholeNumber(text: string): number | null {
  return /^\d{1,7}$/.test(text.trim()) ? Number(text) : null;
}
