import { said } from '../../../protocol/said/said.ts';
import type { IncidentRecord } from '../../domain/incidents/incident.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { ChangeSet } from '../incidents/change-set.ts';
import type { IncidentBook } from '../incidents/incident-book.ts';

/** As an incident's `suppressedBy`. */
export const SUPPRESSED_BY_BLINDNESS = 'server.blind';

/** The incident of a device is explained by another: nobody is told of it, also if that was to happen later. */
export function adopt(
  book: IncidentBook,
  changes: ChangeSet,
  record: DeviceRecord | null,
  child: IncidentRecord,
  parentId: string,
  at: number,
  why = said('explained.site'),
): void {
  const next = { ...child, parentId, updatedAt: at };
  const event = { kind: 'linked', at, by: null, said: why } as const;
  changes.addIncident(record, book.settle({ record: next, event, notice: null }, child, at));
}

/** The server was blind when it opened: nobody is told unless it still stands when the server sees again. */
export function hush(
  book: IncidentBook,
  changes: ChangeSet,
  record: DeviceRecord | null,
  incident: IncidentRecord,
  at: number,
): void {
  const next = { ...incident, suppressedBy: SUPPRESSED_BY_BLINDNESS, updatedAt: at };
  const event = { kind: 'linked', at, by: null, said: said('explained.server') } as const;
  changes.addIncident(record, book.settle({ record: next, event, notice: null }, incident, at));
}

/** What explained it is over and it still stands: people are told of it from `tellAt` on, unless they were before. */
export function release(
  book: IncidentBook,
  changes: ChangeSet,
  record: DeviceRecord | null,
  child: IncidentRecord,
  at: number,
  tellAt: number,
): void {
  const suppressedBy = child.suppressedBy === SUPPRESSED_BY_BLINDNESS ? null : child.suppressedBy;
  const next = { ...child, parentId: null, suppressedBy, updatedAt: at };
  const event = { kind: 'linked', at, by: null, said: said('explained.over') } as const;
  changes.addIncident(record, book.settle({ record: next, event, notice: { kind: 'raised', tellAt } }, child, at));
}
