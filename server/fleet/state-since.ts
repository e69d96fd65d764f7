import type { PresenceState } from '../../protocol/api/view.ts';
import type { Liveness } from '../domain/liveness.ts';
import { stateBegan } from './device-connection.ts';
import { memoryChanged, settledAs } from './device-memory.ts';
import type { DeviceRecord } from './device-record.ts';

/** What says nothing of the machine: it was not heard yet, not heard for seconds, or the server itself cannot see. */
const passing: ReadonlySet<PresenceState> = new Set(['pending', 'late', 'unknown']);

/**
 * Takes over a state that was judged. What stood before the server stopped, or could not see for a while, goes on: a machine that
 * has been up for weeks is not up since the server's start.
 */
export function enterState(record: DeviceRecord, liveness: Liveness, now: number): void {
  const { memory, connection } = record;
  const { state } = liveness;
  const began = beginningOf(record, liveness, now);
  stateBegan(connection, began);
  if (passing.has(state)) return;
  settledAs(memory, { state, since: began });
  memoryChanged(record);
}

function beginningOf(record: DeviceRecord, { state, since }: Liveness, now: number): number {
  const { settled: before, presence } = record.memory;
  if (state !== 'up') return before?.state === state ? Math.min(before.since, since) : since;
  if (before?.state === 'up') return before.since;
  // An older version did not remember it; the ledger knows since when the machine has run.
  return before === undefined && isFirstSince(record) ? (presence.upFrom ?? now) : now;
}

/** Since when it has been what it is: a machine that was started anew meanwhile, and was hardly missed, is up since then. */
export function stateSince({ connection, memory }: DeviceRecord): number {
  const { liveness, stateSince } = connection;
  return liveness.state === 'up' ? Math.max(stateSince, memory.presence.upFrom ?? stateSince) : stateSince;
}

function isFirstSince({ connection, memory }: DeviceRecord): boolean {
  return passing.has(connection.liveness.state) && memory.presence.last !== null;
}
