import type { AheadFigures } from '../../../protocol/api/person-report.ts';
import { noSuch } from '../../../protocol/said/refused.ts';
import { reportView } from '../../core/incidents/report-view.ts';
import { toRecord } from '../../core/incidents/rows.ts';
import { judgeAhead } from '../../domain/incidents/ahead.ts';
import { onlyClient, type Scope } from '../../domain/scope.ts';
import { periodOf } from '../../domain/sla/period.ts';
import { type Zones, zoneAt } from '../../domain/sla/zones.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Row } from '../../platform/store/tables.ts';

export interface AheadQuery {
  readonly clientId?: string | undefined;
  readonly period: 'this_month' | 'last_month';
}

/** The zones in which a client's months are cut, over time; of the server without a client. */
export type ZonesOf = (clientId: string | null) => Zones;

export interface AheadOptions {
  readonly store: Store;
  readonly now: () => number;
  readonly zonesOf: ZonesOf;
}

/** A report and its incident may lie on two sides of a month's end, this far apart. */
const MARGIN_MS = 31 * 86_400_000;

/** Makes the figures of a month: who found trouble first, and how fast it was handled. */
export function createAhead({ store, now, zonesOf }: AheadOptions) {
  return async (scope: Scope, { clientId: asked, period }: AheadQuery): Promise<AheadFigures> => {
    const { clients, incidents, personReports } = store.scoped(scope);
    const clientId = asked ?? onlyClient(scope) ?? undefined;
    if (clientId !== undefined && (await clients.get(clientId)) === null) {
      throw noSuch('client');
    }
    const at = now();
    const zones = zonesOf(clientId ?? null);
    const { from, to } = periodOf(period, zones, at);
    const reports = await personReports.between(from - MARGIN_MS, to + MARGIN_MS, clientId);
    const rows = await incidents.openedBetween(from - MARGIN_MS, to + MARGIN_MS, clientId);
    const known = new Map(rows.map((row) => [row.id, row]));
    await addReported(known, reports, (id) => incidents.get(id));
    const result = judgeAhead(
      [...known.values()].map(toRecord),
      reports.map((row) => ({
        id: row.id,
        reportedAt: row.reported_at,
        aboutInfrastructure: row.about_infrastructure === 1,
        incidentId: row.incident_id,
      })),
      { from, to, now: at },
    );
    const missed = new Set(result.missed);
    return {
      ...result,
      clientId: clientId ?? null,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      timeZone: zoneAt(zones, from),
      missed: reports.filter(({ id }) => missed.has(id)).map(reportView),
      stillOpen: [...result.stillOpen],
    };
  };
}

/** Incidents older than the margin that somebody reported later still. */
async function addReported(
  known: Map<string, Row<'incident'>>,
  reports: readonly Row<'person_report'>[],
  get: (id: string) => Promise<Row<'incident'> | null>,
): Promise<void> {
  for (const { incident_id } of reports) {
    if (incident_id === null || known.has(incident_id)) continue;
    const row = await get(incident_id);
    if (row) known.set(row.id, row);
  }
}
