import type { RecoveryDrill, RecoveryOutlook } from '../../../../protocol/api/drills.ts';
import { plain } from '../../../../protocol/said/plain.ts';
import type { Said } from '../../../../protocol/said/said.ts';
import { iso } from '../../../domain/iso.ts';
import { drillProof, drillState } from '../../../domain/recovery/drill.ts';
import type { Measured, NoDate } from '../../../domain/recovery/growth.ts';
import { restoreOutlook, throughputOf, windowMsOf, windowOutlook } from '../../../domain/recovery/outlook.ts';
import { dueAfter, type Timetable } from '../../../domain/recovery/rhythm.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { BackupMeasure, ProtectedPlan, Protection } from '../protected-plan.ts';
import type { DrillBook, RecordedDrill } from './drill-book.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Backups that come more often have no night to outgrow. */
const MAX_RUNS_A_DAY = 4;

/** A drill as it is shown to whoever sees `scope`. */
export function drillView(drill: RecordedDrill, rtoMs: number | null, scope: Scope): RecoveryDrill {
  const { id, clientId, planId, result, restoredBytes, files, firstDifference, evidence, startedAt, finishedAt } =
    drill;
  const { rto, isProof, elapsedMs } = drillState(drill, rtoMs, finishedAt);
  return {
    ...{ id, clientId, planId, scope: drill.scope, result, restoredBytes, files, firstDifference, evidence, isProof },
    startedAt: iso(startedAt),
    finishedAt: iso(finishedAt),
    tookMs: elapsedMs,
    rto: rto === 'running' ? null : rto,
    recordedAt: iso(drill.recordedAt),
    by: 'allClients' in scope ? drill.byName : null,
  };
}

export interface OutlookContext {
  readonly drills: DrillBook;
  readonly protection: Pick<Protection, 'measures' | 'rhythm'>;
  readonly scope: Scope;
  readonly now: number;
}

/** How long a plan would take to be back, and until when that is as promised. */
export async function outlookOf(plan: ProtectedPlan, context: OutlookContext): Promise<RecoveryOutlook> {
  const { drills, protection, now } = context;
  const { id: planId, rtoMs } = plan;
  const own = drills.of(planId);
  const backups = await protection.measures(planId, now);
  const throughput = throughputOf(own, now);
  const perSecond = (rate: number): number => rate * 1_000;
  const endsAt = drills.target(planId)?.windowEndsAt ?? null;
  return {
    planId,
    rtoMinutes: rtoMs === null ? null : rtoMs / MINUTE_MS,
    drills: drillsOf(plan, context),
    throughput: throughput && {
      median: perSecond(throughput.median),
      least: perSecond(throughput.least),
      most: perSecond(throughput.most),
      drills: throughput.drills,
    },
    restore: restoreOf(own, backups, rtoMs, now),
    window: endsAt === null ? null : windowOf(protection.rhythm(planId), endsAt, backups, now),
  };
}

function drillsOf(plan: ProtectedPlan, { drills, scope, now }: OutlookContext): RecoveryOutlook['drills'] {
  const own = drills.of(plan.id);
  const target = drills.target(plan.id);
  const proof = drillProof(own, wantedOf(target), now);
  const last = own.reduce<RecordedDrill | null>(
    (newest, one) => (newest === null || one.finishedAt > newest.finishedAt ? one : newest),
    null,
  );
  return {
    target,
    count: own.length,
    last: last && drillView(last, plan.rtoMs, scope),
    ageMs: proof.ageMs,
    isOverdue: proof.isOverdue,
    isProven: proof.full !== null,
    ...worded(proof.said === null ? [] : [proof.said], now),
  };
}

/** Without a target all of it would be wanted, and never. */
export function wantedOf(target: ReturnType<DrillBook['target']>) {
  const maxAgeDays = target?.maxAgeDays ?? null;
  return { scope: target?.scope ?? 'full', maxAgeMs: maxAgeDays === null ? null : maxAgeDays * DAY_MS } as const;
}

function restoreOf(
  drills: readonly RecordedDrill[],
  backups: readonly BackupMeasure[],
  rtoMs: number | null,
  now: number,
): RecoveryOutlook['restore'] {
  const sizes = measured(backups, ({ sizeBytes }) => sizeBytes);
  const { tookMs, leastMs, mostMs, impossibleOn, earliest, latest, said } = restoreOutlook(drills, sizes, rtoMs, now);
  return {
    ...{ sizeBytes: sizes.at(-1)?.value ?? null, tookMs, leastMs, mostMs },
    ...dateOf(impossibleOn, 'impossibleOn'),
    earliest: isoOrNull(earliest),
    latest: isoOrNull(latest),
    ...worded(said, now),
  };
}

function windowOf(
  table: Timetable | null,
  endsAt: string,
  backups: readonly BackupMeasure[],
  now: number,
): RecoveryOutlook['window'] {
  const windowMs = table && comesRarely(table, now) ? windowMsOf(table, endsAt, now) : null;
  if (windowMs === null) return null;
  const { outgrownOn, said } = windowOutlook(
    measured(backups, ({ tookMs }) => tookMs),
    windowMs,
    now,
  );
  return { windowMs, ...dateOf(outgrownOn, 'outgrownOn'), ...worded(said === null ? [] : [said], now) };
}

function comesRarely(table: Timetable, now: number): boolean {
  let runs = 0;
  for (const due of dueAfter(table, now)) {
    if (due > now + DAY_MS) return true;
    runs += 1;
    if (runs > MAX_RUNS_A_DAY) return false;
  }
  return true;
}

function measured(backups: readonly BackupMeasure[], of: (one: BackupMeasure) => number | null): Measured[] {
  return backups.flatMap((one) => {
    const value = of(one);
    return value === null ? [] : [{ at: one.at, value }];
  });
}

function dateOf<Name extends string>(on: number | NoDate | null, name: Name) {
  const isDate = typeof on === 'number';
  const date = { [name]: isDate ? iso(on) : null } as { readonly [Key in Name]: string | null };
  return { ...date, noDate: isDate ? null : on };
}

function worded(said: readonly Said[], now: number) {
  return { sentences: said.map((one) => plain(one, now)), said: [...said] };
}

const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));
