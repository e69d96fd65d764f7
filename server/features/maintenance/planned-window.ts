import type { MaintenanceInput } from '../../../protocol/api/maintenance.ts';
import type { WindowVersion } from '../../domain/sla/notice.ts';

/** A window with every document it ever had. */
export interface PlannedWindow {
  readonly id: string;
  readonly clientId: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly cancelledAt: number | null;
  /** Oldest first; never empty. */
  readonly versions: readonly WindowVersion[];
}

/** The document that stands, or stood last. */
export function latestInput({ versions }: PlannedWindow): MaintenanceInput {
  const latest = versions.at(-1);
  if (!latest) throw new Error('a maintenance window has no document');
  return latest.input;
}
