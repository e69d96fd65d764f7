import type { TwinMachines } from '../../../protocol/api/twin.ts';
import type { Actor } from '../../domain/actor.ts';
import type { Scope } from '../../domain/scope.ts';

/** Machines that hold the key of one device. Both throw VigiaError not_found. */
export interface TwinPort {
  machines(scope: Scope, deviceId: string): TwinMachines;
  /** Says which one it is. @throws VigiaError conflict if nobody has to */
  decide(
    scope: Scope,
    deviceId: string,
    machine: string,
    actor: Actor,
  ): Promise<{ readonly keptReports: number; readonly droppedReports: number }>;
}
