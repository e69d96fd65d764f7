import type { RecoveryPlanInput } from '../../../protocol/api/recovery.ts';
import { readCron } from '../../domain/recovery/cron.ts';
import { type Timetable, timetable } from '../../domain/recovery/rhythm.ts';

/** What a plan says from an instant on. */
export interface PlanVersion {
  readonly from: number;
  readonly input: RecoveryPlanInput;
}

/** A plan as the server holds it in memory. Removed ones stay: their past does. */
export interface PlanDefinition {
  readonly id: string;
  readonly clientId: string;
  readonly createdAt: number;
  readonly removedAt: number | null;
  /** Oldest first, at least one. */
  readonly versions: readonly PlanVersion[];
}

/** What it says now. */
export function inputOf({ versions }: PlanDefinition): RecoveryPlanInput {
  const newest = versions.at(-1);
  if (newest === undefined) throw new RangeError('A plan has a version.');
  return newest.input;
}

/** Null where its rhythm is not known. @throws VigiaError validation_failed for a line of a crontab that cannot be read */
export function tableOf({ rhythm, timeZone, closed }: RecoveryPlanInput): Timetable | null {
  if (rhythm === null) return null;
  const read =
    rhythm.kind === 'cron'
      ? ({ kind: 'cron', cron: readCron(rhythm.line) } as const)
      : ({ kind: 'interval', everyMs: rhythm.everyMinutes * 60_000 } as const);
  return timetable(read, timeZone, closed);
}
