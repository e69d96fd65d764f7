import type { Priority } from '../../../protocol/api/view.ts';

/**
 * Who found trouble first. A case is an incident that counts: High or Emergency that lasted five minutes or more, or one that
 * somebody reported about the infrastructure. It belongs to the month in which it was first known, to us or to them.
 */

export interface AheadIncident {
  readonly id: string;
  readonly source: 'rule' | 'person';
  readonly priority: Priority;
  readonly onsetAt: number;
  /** When it was detected. */
  readonly openedAt: number;
  readonly acknowledgedAt: number | null;
  readonly resolvedAt: number | null;
  readonly parentId: string | null;
  readonly suppressedBy: string | null;
}

export interface AheadReport {
  readonly id: string;
  readonly reportedAt: number;
  readonly aboutInfrastructure: boolean;
  readonly incidentId: string | null;
}

export interface AheadResult {
  readonly counted: number;
  readonly foundFirst: number;
  readonly foundFirstRatio: number | null;
  /** Of the closed ones. */
  readonly medianLeadMs: number | null;
  /** Ids of the reports that came before we knew, oldest first. */
  readonly missed: readonly string[];
  readonly mttaMs: number | null;
  readonly mttrMs: number | null;
  readonly medianDetectionDelayMs: number | null;
  /** Ids of incidents; they are in no average. */
  readonly stillOpen: readonly string[];
}

const MIN_DURATION_MS = 5 * 60_000;

/** Report minus detection: positive when we knew first. */
export function leadMs(reportedAt: number, detectedAt: number): number {
  return reportedAt - detectedAt;
}

export function judgeAhead(
  incidents: readonly AheadIncident[],
  reports: readonly AheadReport[],
  { from, to, now }: { readonly from: number; readonly to: number; readonly now: number },
): AheadResult {
  const first = firstReports(reports);
  const cases = incidents
    .map((incident) => ({ incident, report: first.get(incident.id) ?? null }))
    .filter(({ incident, report }) => {
      const knownAt = Math.min(incident.openedAt, report?.reportedAt ?? incident.openedAt);
      return knownAt >= from && knownAt < to && counts(incident, report, now);
    });
  const isFirst = ({ incident, report }: (typeof cases)[number]): boolean =>
    incident.source === 'rule' && (report === null || leadMs(report.reportedAt, incident.openedAt) > 0);
  const closed = cases.flatMap(({ incident }) =>
    incident.resolvedAt === null ? [] : [{ ...incident, resolvedAt: incident.resolvedAt }],
  );
  const detected = closed.filter(({ source }) => source === 'rule');
  const foundFirst = cases.filter(isFirst).length;
  return {
    counted: cases.length,
    foundFirst,
    foundFirstRatio: cases.length === 0 ? null : foundFirst / cases.length,
    medianLeadMs: median(
      cases.flatMap(({ incident, report }) =>
        report && incident.resolvedAt !== null ? [leadMs(report.reportedAt, incident.openedAt)] : [],
      ),
    ),
    missed: cases
      .filter((one) => !isFirst(one))
      .flatMap(({ report }) => report ?? [])
      .toSorted((a, b) => a.reportedAt - b.reportedAt)
      .map(({ id }) => id),
    mttaMs: mean(
      closed.flatMap(({ acknowledgedAt, openedAt }) => (acknowledgedAt === null ? [] : [acknowledgedAt - openedAt])),
    ),
    mttrMs: mean(closed.map(({ resolvedAt, onsetAt }) => resolvedAt - onsetAt)),
    medianDetectionDelayMs: median(detected.map(({ openedAt, onsetAt }) => openedAt - onsetAt)),
    stillOpen: cases.filter(({ incident }) => incident.resolvedAt === null).map(({ incident }) => incident.id),
  };
}

function counts(incident: AheadIncident, report: AheadReport | null, now: number): boolean {
  if (report) return true;
  // What another incident explains is the same trouble; planned work is none.
  if (incident.source === 'person' || incident.parentId !== null) return false;
  if (incident.suppressedBy?.startsWith('maintenance:')) return false;
  const isUrgent = incident.priority === 'high' || incident.priority === 'emergency';
  return isUrgent && (incident.resolvedAt ?? now) - incident.onsetAt >= MIN_DURATION_MS;
}

/** The first report about the infrastructure of each incident. */
function firstReports(reports: readonly AheadReport[]): Map<string, AheadReport> {
  const first = new Map<string, AheadReport>();
  for (const report of reports) {
    if (report.incidentId === null || !report.aboutInfrastructure) continue;
    const known = first.get(report.incidentId);
    if (!known || report.reportedAt < known.reportedAt) first.set(report.incidentId, report);
  }
  return first;
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) return null;
  return sorted.length % 2 === 1 ? middle : Math.round((middle + (sorted[sorted.length / 2 - 1] ?? middle)) / 2);
}
