import type { Priority } from '../../../protocol/api/view.ts';
import { type ParamsOf, type Said, said } from '../../../protocol/said/said.ts';

/** Which incident a person's report is about: what it names, and when. */

export interface Place {
  readonly clientId: string;
  readonly siteId: string | null;
  readonly deviceId: string | null;
  readonly serviceId: string | null;
}

export interface ReportedIncident extends Place {
  readonly id: string;
  readonly priority: Priority;
  readonly said: Said;
  readonly onsetAt: number;
  readonly openedAt: number;
  readonly resolvedAt: number | null;
  readonly parentId: string | null;
}

export interface Proposal {
  readonly incidentId: string;
  readonly said: Said;
  readonly openedAt: number;
  /** 0..1 */
  readonly score: number;
  /** Why it is proposed. */
  readonly why: Said;
}

type Match = ParamsOf<'report.match'>;

/** A person may notice before the evidence begins, and may speak up when it is over. */
const BEFORE_ONSET_MS = 15 * 60_000;
const AFTER_END_MS = 60 * 60_000;
const MAX_PROPOSALS = 8;

const placeScores = { device: 0.6, service: 0.55, site: 0.4, near: 0.25, client: 0.15 } as const;
const priorityScores: Record<Priority, number> = { emergency: 0.1, high: 0.08, medium: 0.04, normal: 0 };
const DURING_SCORE = 0.3;

/** Incidents that the report may be about, best first. What a parent explains is left to its parent. */
export function proposeIncidents(
  report: Place & { readonly reportedAt: number },
  incidents: readonly ReportedIncident[],
): Proposal[] {
  const proposals = incidents.flatMap((incident) => {
    const place = comparePlaces(report, incident);
    const time = compareTimes(report.reportedAt, incident);
    if (place === null || time === null) return [];
    const score = Math.min(1, place.score + time.score + priorityScores[incident.priority]);
    const { id: incidentId, said: headline, openedAt } = incident;
    const why = said('report.match', { place: place.is, time: time.is, byMs: time.byMs });
    return [{ incidentId, said: headline, openedAt, score: Math.round(score * 100) / 100, why }];
  });
  const proposed = new Set(proposals.map(({ incidentId }) => incidentId));
  const explained = new Set(
    incidents.filter(({ parentId }) => parentId !== null && proposed.has(parentId)).map(({ id }) => id),
  );
  return proposals
    .filter(({ incidentId }) => !explained.has(incidentId))
    .toSorted((a, b) => b.score - a.score || b.openedAt - a.openedAt || (a.incidentId < b.incidentId ? -1 : 1))
    .slice(0, MAX_PROPOSALS);
}

function comparePlaces(report: Place, incident: Place): { score: number; is: Match['place'] } | null {
  if (report.clientId !== incident.clientId) return null;
  const isSame = (a: string | null, b: string | null): boolean => a !== null && a === b;
  if (isSame(report.deviceId, incident.deviceId)) return { score: placeScores.device, is: 'device' };
  if (isSame(report.serviceId, incident.serviceId)) return { score: placeScores.service, is: 'service' };
  if (isSame(report.siteId, incident.siteId)) {
    const isOfAnother = report.deviceId !== null && incident.deviceId !== null;
    return isOfAnother ? { score: placeScores.near, is: 'near' } : { score: placeScores.site, is: 'site' };
  }
  // Both say where they are, and it is not the same place.
  if (report.siteId !== null && incident.siteId !== null) return null;
  return { score: placeScores.client, is: 'client' };
}

function compareTimes(
  reportedAt: number,
  incident: ReportedIncident,
): { score: number; is: Match['time']; byMs: number } | null {
  const { onsetAt, resolvedAt } = incident;
  if (reportedAt < onsetAt) {
    const earlyMs = onsetAt - reportedAt;
    if (earlyMs > BEFORE_ONSET_MS) return null;
    const score = DURING_SCORE * (1 - earlyMs / (2 * BEFORE_ONSET_MS));
    return { score, is: 'before', byMs: earlyMs };
  }
  if (resolvedAt === null || reportedAt <= resolvedAt) {
    return { score: DURING_SCORE, is: 'during', byMs: reportedAt - onsetAt };
  }
  const lateMs = reportedAt - resolvedAt;
  if (lateMs > AFTER_END_MS) return null;
  const score = DURING_SCORE * (1 - lateMs / AFTER_END_MS) * 0.7;
  return { score, is: 'after', byMs: lateMs };
}
