import { randomUUID } from 'node:crypto';
import type { MaintenanceInput } from '../../../protocol/api/maintenance.ts';
import type { Actor } from '../../domain/actor.ts';
import { standingSpans, type WindowVersion } from '../../domain/sla/notice.ts';

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

/** True if the document at this place had a window that began by the time it was changed, or one before it had. */
export function hadBegun({ versions, createdAt }: PlannedWindow, index: number): boolean {
  const changed = versions[index];
  if (!changed) return false;
  // An edit at the very start comes after it.
  const upTo = changed.until + 1;
  return standingSpans([...versions.slice(0, index), { ...changed, until: upTo }], createdAt, upTo).length > 0;
}

/** A window as it is made, with its first document. */
export function newWindow(input: MaintenanceInput, at: number, by: string): PlannedWindow {
  return {
    id: randomUUID(),
    clientId: input.clientId,
    createdAt: at,
    createdBy: by,
    cancelledAt: null,
    versions: [{ since: at, until: Number.POSITIVE_INFINITY, by, input }],
  };
}

/** The window with another document from `at` on. */
export function edited(window: PlannedWindow, input: MaintenanceInput, at: number, { name }: Actor): PlannedWindow {
  const version: WindowVersion = { since: at, until: Number.POSITIVE_INFINITY, by: name, input };
  return { ...window, versions: [...endedAt(window.versions, at), version] };
}

/** The window without what would come after `at`. */
export function cancelled(window: PlannedWindow, at: number): PlannedWindow {
  return { ...window, cancelledAt: at, versions: endedAt(window.versions, at) };
}

function endedAt(versions: readonly WindowVersion[], at: number): WindowVersion[] {
  return versions.map((version, index) => (index === versions.length - 1 ? { ...version, until: at } : version));
}
