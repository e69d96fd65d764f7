import type { MaintenanceInput, MaintenanceOccurrence, MaintenanceWindow } from '../../../protocol/api/maintenance.ts';
import type { Actor } from '../../domain/actor.ts';
import type { Scope } from '../../domain/scope.ts';

/** Planned work. Each method throws VigiaError not_found for what is outside the scope. */
export interface MaintenancePort {
  /** Newest first, cancelled ones too. */
  list(scope: Scope, clientId?: string): MaintenanceWindow[];
  /** @throws VigiaError validation_failed, conflict */
  create(scope: Scope, input: MaintenanceInput, actor: Actor): Promise<MaintenanceWindow>;
  /** @throws VigiaError validation_failed, conflict for what is over or cancelled */
  update(scope: Scope, id: string, input: MaintenanceInput, actor: Actor): Promise<MaintenanceWindow>;
  /** What is past stays. @throws VigiaError conflict for what is over or cancelled */
  cancel(scope: Scope, id: string, actor: Actor): Promise<MaintenanceWindow>;
  /** @throws VigiaError range_too_large */
  occurrences(scope: Scope, fromMs: number, toMs: number, clientId?: string): PlannedOccurrence[];
  /** Running now or starting within a day. */
  upcoming(scope: Scope): PlannedOccurrence[];
  /**
   * The share of the time, 0..1, for which what this plan covers would be silent by it and all others; 0 for what happens once.
   * `changed` is the window that it takes the place of. @throws VigiaError validation_failed
   */
  silentShare(input: MaintenanceInput, changed?: string): number;
  preview(
    scope: Scope,
    input: MaintenanceInput,
  ): Promise<{ readonly occurrences: MaintenanceOccurrence[]; readonly warnings: string[] }>;
}

/** `isAlmostAlways`: what it covers is silent for most of every day. */
export type PlannedOccurrence = MaintenanceOccurrence & { title: string; clientId: string; isAlmostAlways?: boolean };
