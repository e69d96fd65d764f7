import type { DrillTarget, RecoveryDrillInput } from '../../../protocol/api/drills.ts';

const GIGABYTE = 2 ** 30;

/** What stands in the form for a drill. Times are local, `YYYY-MM-DDTHH:MM`. */
export interface DrillDraft {
  readonly scope: RecoveryDrillInput['scope'];
  readonly result: RecoveryDrillInput['result'];
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly gigabytes: string;
  readonly files: string;
  readonly firstDifference: string;
  readonly evidence: string;
}

/** @param nowMs ms since 1970: a drill that has just ended is what one records */
export function newDrill(nowMs: number): DrillDraft {
  return {
    scope: 'full',
    result: 'restored',
    startedAt: localMinute(nowMs - 3_600_000),
    finishedAt: localMinute(nowMs),
    gigabytes: '',
    files: '',
    firstDifference: '',
    evidence: '',
  };
}

/** What to send; null while something is missing. The server says what is wrong with the rest. */
export function drillInput(draft: DrillDraft, planId: string): RecoveryDrillInput | null {
  const [startedAt, finishedAt] = [instantOf(draft.startedAt), instantOf(draft.finishedAt)];
  const restoredBytes = amount(draft.gigabytes, GIGABYTE);
  const files = amount(draft.files, 1);
  const evidence = draft.evidence.trim();
  if (startedAt === null || finishedAt === null || restoredBytes === undefined || files === undefined) return null;
  if (evidence.length < 3) return null;
  const { scope, result } = draft;
  const firstDifference = result === 'restored' ? null : draft.firstDifference.trim() || null;
  return { planId, scope, startedAt, finishedAt, result, restoredBytes, files, firstDifference, evidence };
}

/** What stands in the form for how often a drill is wanted. */
export interface TargetDraft {
  readonly scope: DrillTarget['scope'];
  readonly maxAgeDays: string;
  readonly windowEndsAt: string;
}

export function targetDraft(target: DrillTarget | null): TargetDraft {
  return {
    scope: target?.scope ?? 'full',
    maxAgeDays: target === null ? '90' : String(target.maxAgeDays ?? ''),
    windowEndsAt: target?.windowEndsAt ?? '',
  };
}

export function targetInput({ scope, maxAgeDays, windowEndsAt }: TargetDraft): DrillTarget | null {
  const days = amount(maxAgeDays, 1);
  const end = windowEndsAt.trim();
  if (days === undefined || (end !== '' && !/^([01]\d|2[0-3]):[0-5]\d$/.test(end))) return null;
  return { scope, maxAgeDays: days, windowEndsAt: end === '' ? null : end };
}

function localMinute(ms: number): string {
  const local = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

function instantOf(local: string): string | null {
  const ms = Date.parse(local);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** Null: left open. Undefined: no number. */
function amount(text: string, unit: number): number | null | undefined {
  if (text.trim() === '') return null;
  const value = Math.round(Number(text) * unit);
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
