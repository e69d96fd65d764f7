import type { IncidentProposal } from '../../../protocol/api/person-report.ts';
import { plain } from '../../../protocol/said/plain.ts';
import { reportView } from '../../core/incidents/report-view.ts';
import { toRecord } from '../../core/incidents/rows.ts';
import { type Place, type Proposal, proposeIncidents } from '../../domain/incidents/linking.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { createAhead, type ZonesOf } from './ahead-figures.ts';
import type { PersonReportPort } from './port.ts';
import { createPortal, type ZoneOf } from './portal.ts';
import { createReportActs, type ReportActNeeds } from './report-acts.ts';
import { incidentOfClient, knownPlace, readTime } from './report-input.ts';

export interface ReportPortOptions extends ReportActNeeds {
  readonly fleet: Pick<Fleet, 'devices' | 'sites'>;
  readonly zoneOf: ZoneOf;
  readonly zonesOf: ZonesOf;
}

const HOUR_MS = 3_600_000;

/** What people report: stored, linked to the incident it is about, or made one of its own. */
export function createReportPort(options: ReportPortOptions): PersonReportPort {
  const { store, now } = options;
  const { create, link } = createReportActs(options);

  async function propose(scope: Scope, report: Place & { reportedAt: number }): Promise<Proposal[]> {
    const recent = await store.scoped(scope).incidents.recent(report.reportedAt - HOUR_MS);
    const own = recent.filter((row) => row.client_id === report.clientId).map(toRecord);
    return proposeIncidents(report, own);
  }

  const ahead = createAhead(options);
  const fromPortal = createPortal({
    propose,
    create,
    incident: (scope, id, clientId) => incidentOfClient(store, scope, id, clientId),
    zoneOf: options.zoneOf,
    now,
  });
  return {
    async list(scope, { clientId, ...page }) {
      const { items, next } = await store.scoped(scope).personReports.list({ ...page, clientId });
      return { items: items.map(reportView), next };
    },
    async ofIncident(scope, incidentId) {
      return (await store.scoped(scope).personReports.ofIncident(incidentId)).map(reportView);
    },
    create,
    link,
    fromPortal,
    async propose(scope, { reportedAt, ...given }) {
      const where = await knownPlace(store, scope, given);
      const proposals = await propose(scope, { ...where, reportedAt: readTime(reportedAt, now()) });
      return proposals.map(
        ({ openedAt, said, why, ...rest }): IncidentProposal => ({
          ...rest,
          sentence: plain(said, now()),
          said,
          why: plain(why, now()),
          whySaid: why,
          openedAt: iso(openedAt),
        }),
      );
    },
    ahead: (scope, query) => ahead(scope, query),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
