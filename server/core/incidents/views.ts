import type { Incident } from '../../../protocol/api/view.ts';
import { plain } from '../../../protocol/said/plain.ts';
import type { IncidentRecord } from '../../domain/incidents/incident.ts';
import { clockView } from './clock-view.ts';
import { outageView } from './outage-view.ts';

/** An incident as screens show it at `now`. `nameOf` gives the name of a user. */
export function incidentView(record: IncidentRecord, nameOf: (userId: string) => string | null, now: number): Incident {
  const { evidence: _evidence, assigneeId, clock, times, flap, outage, ...rest } = record;
  const { onsetAt, openedAt, acknowledgedAt, resolvedAt, updatedAt } = record;
  return {
    ...rest,
    sentence: plain(record.said, resolvedAt ?? now),
    assigneeId,
    assigneeName: assigneeId === null ? null : nameOf(assigneeId),
    onsetAt: iso(onsetAt),
    openedAt: iso(openedAt),
    acknowledgedAt: acknowledgedAt === null ? null : iso(acknowledgedAt),
    resolvedAt: resolvedAt === null ? null : iso(resolvedAt),
    updatedAt: iso(updatedAt),
    clock: clock && clockView(clock),
    outage: outage ? outageView(outage, now) : null,
    respondedAt: times.respondedAt === null ? null : iso(times.respondedAt),
    respondedBy: times.respondedBy,
    onSiteAt: times.onSiteAt === null ? null : iso(times.onSiteAt),
    onSiteBy: times.onSiteBy,
    recovered: times.recovered,
    isFlapping: flap?.isFlapping ?? false,
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
