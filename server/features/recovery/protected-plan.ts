import type { PlanState } from '../../domain/recovery/plan-state.ts';
import type { Timetable } from '../../domain/recovery/rhythm.ts';
import type { Scope } from '../../domain/scope.ts';

/** Something that is protected by a plan, as others than its keeper need it. */
export interface ProtectedPlan {
  readonly id: string;
  readonly clientId: string;
  readonly name: string;
  readonly deviceId: string | null;
  readonly serviceId: string | null;
  readonly tool: 'restic' | 'borg' | 'command';
  readonly place: string;
  readonly timeZone: string;
  /** Null: none is agreed. */
  readonly rpoMs: number | null;
  readonly rtoMs: number | null;
}

/** A backup as it was told: by its start, ms; how long it took and how large it is, where that is known. */
export interface BackupMeasure {
  readonly at: number;
  readonly tookMs: number | null;
  readonly sizeBytes: number | null;
}

/** What is protected and by which plans; kept by one feature, read by others. */
export interface Protection {
  /** Plans that stand, as they are at `now`. */
  plans(scope: Scope, now: number): ProtectedPlan[];
  /** @throws VigiaError not_found, also for what is outside the scope */
  plan(scope: Scope, id: string, now: number): ProtectedPlan;
  /** Those that protected this device or service at `at`, with what they promised then. */
  of(subject: { readonly deviceId: string | null; readonly serviceId: string | null }, at: number): ProtectedPlan[];
  standing(id: string, now: number): PlanState;
  /** When its runs begin; null where nobody knows. */
  rhythm(id: string): Timetable | null;
  /** Of the newest backup that is whole, or may be, and says it, bytes; null where none does. */
  sizeToday(id: string): number | null;
  /** Backups that are whole, or may be, of the last 400 days, oldest first. */
  measures(id: string, now: number): Promise<BackupMeasure[]>;
}
