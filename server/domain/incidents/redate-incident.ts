import { redateClock } from '../sla/redate-clock.ts';
import type { IncidentRecord } from './incident.ts';
import { redateOutage } from './outage-clock.ts';

/** An incident after the server's clock was set back. `redate` brings an instant to where the right clock would have put it, ms. */
export function redateIncident(record: IncidentRecord, redate: (at: number) => number): IncidentRecord {
  const orNull = (at: number | null): number | null => (at === null ? null : redate(at));
  const { times, flap, clock, outage = null } = record;
  return {
    ...record,
    onsetAt: redate(record.onsetAt),
    openedAt: redate(record.openedAt),
    updatedAt: redate(record.updatedAt),
    acknowledgedAt: orNull(record.acknowledgedAt),
    resolvedAt: orNull(record.resolvedAt),
    times: {
      ...times,
      takenAt: orNull(times.takenAt),
      respondedAt: orNull(times.respondedAt),
      onSiteAt: orNull(times.onSiteAt),
    },
    flap: flap ? { ...flap, at: redate(flap.at) } : (flap ?? null),
    clock: clock && redateClock(clock, redate),
    outage: outage && redateOutage(outage, redate),
  };
}
