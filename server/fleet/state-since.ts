import type { PresenceState } from '../../protocol/api/view.ts';
import type { Liveness } from '../domain/liveness.ts';
import type { DeviceRecord } from './device-record.ts';

/** What says nothing of the machine: it was not heard yet, not heard for seconds, or the server itself cannot see. */
const passing: ReadonlySet<PresenceState> = new Set(['pending', 'late', 'unknown']);

/**
 * Takes over a state that was judged. What stood before the server stopped, or could not see for a while, goes on: a machine that
 * has been up for weeks is not up since the server's start.
 */
export function enterState(record: DeviceRecord, liveness: Liveness, now: number): void {
  const { memory } = record;
  const { state, since } = liveness;
  const before = memory.settled;
  if (state !== 'up') record.stateSince = before?.state === state ? Math.min(before.since, since) : since;
  else if (before?.state === 'up') record.stateSince = before.since;
  // An older version did not remember it; the ledger knows since when the machine has run.
  else record.stateSince = before === undefined && isFirstSince(record) ? (memory.presence.upFrom ?? now) : now;
  if (passing.has(state)) return;
  memory.settled = { state, since: record.stateSince };
  record.isDirty = true;
}

/** Since when it has been what it is: a machine that was started anew meanwhile, and was hardly missed, is up since then. */
export function stateSince({ liveness, stateSince, memory }: DeviceRecord): number {
  return liveness.state === 'up' ? Math.max(stateSince, memory.presence.upFrom ?? stateSince) : stateSince;
}

function isFirstSince({ liveness, memory }: DeviceRecord): boolean {
  return passing.has(liveness.state) && memory.presence.last !== null;
}
