import type { Verdict } from '../../domain/rules/detection.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { ChangeSet } from './change-set.ts';
import type { IncidentBook } from './incident-book.ts';

/** Does to the incidents of a device what a verdict says. Its memory is saved with it also where no incident follows. */
export function applyVerdict(book: IncidentBook, record: DeviceRecord, verdict: Verdict, changes: ChangeSet): void {
  const { id, client_id, site_id } = record.info;
  const step = book.step(verdict, { clientId: client_id, siteId: site_id, deviceId: id });
  if (step) changes.addIncident(record, step);
  else changes.edge(record);
}
