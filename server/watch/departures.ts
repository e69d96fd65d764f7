import { said } from '../../protocol/said/said.ts';
import { applyVerdict } from '../core/incidents/apply-verdict.ts';
import type { ChangeSet } from '../core/incidents/change-set.ts';
import type { IncidentBook } from '../core/incidents/incident-book.ts';
import type { Twins } from '../core/twins/twins.ts';
import type { Fleet } from '../fleet/fleet.ts';

export interface DepartureOptions {
  readonly book: IncidentBook;
  readonly fleet: Fleet;
  readonly twins?: Twins;
}

/** A device leaves: what is open about it is over, in the same turn. Nothing, if it is not known. */
export function endWatching(options: DepartureOptions, deviceId: string, changes: ChangeSet, at: number): void {
  const { book, fleet, twins } = options;
  const record = fleet.devices.get(deviceId);
  if (!record) return;
  const { raised } = record.memory.detection;
  const before = new Map(raised);
  raised.clear();
  changes.otherwise(() => {
    for (const [key, value] of before) raised.set(key, value);
  });
  const retired = said('retired', { device: record.info.name });
  for (const { rule, object } of [...book.openOf(deviceId)]) {
    applyVerdict(book, record, { kind: 'clear', rule, object, said: retired, at, isFinal: true }, changes);
  }
  if (twins) changes.add(twins.removeStatement(deviceId));
  changes.afterwards(() => twins?.forget(deviceId));
  // It leaves the memory: what the ledger ends with must be saved now.
  changes.edge(record);
}
