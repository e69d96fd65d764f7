import type { SiteCard } from '../../../protocol/api/site-card.ts';
import type { IncidentDetail } from '../../../protocol/api/view.ts';
import { plain } from '../../../protocol/said/plain.ts';
import { parseSaid } from '../../../protocol/said/read.ts';
import { reportView } from '../../core/incidents/report-view.ts';
import type { IncidentRecord } from '../../domain/incidents/incident.ts';
import type { Scope } from '../../domain/scope.ts';
import { remoteLink } from '../../fleet/remote-link.ts';
import type { Store } from '../../platform/store/store.ts';

export type Surroundings = Pick<IncidentDetail, 'children' | 'reports' | 'siteCard' | 'remoteUrl'>;

/** What stands around an incident: what it explains, what people said, and how to get there. */
export async function surroundings(
  store: Store,
  scope: Scope,
  record: IncidentRecord,
  now: number,
): Promise<Surroundings> {
  const { clients, sites, devices, incidents, personReports } = store.scoped(scope);
  const { id, clientId, siteId, deviceId } = record;
  const [children, reports, client, device, site] = await Promise.all([
    incidents.childrenOf(id),
    personReports.ofIncident(id),
    clients.get(clientId),
    deviceId === null ? null : devices.get(deviceId),
    siteId === null ? null : sites.get(siteId),
  ]);
  return {
    children: children.map(({ id, said_json, state }) => {
      const said = parseSaid(said_json);
      return { id, sentence: plain(said, now), said, state };
    }),
    reports: reports.map(reportView),
    siteCard: site && cardOf(site.card_json),
    remoteUrl: device && remoteLink(device, client, site),
  };
}

/** Null while nobody has filled it in. */
function cardOf(json: string): SiteCard | null {
  const card = JSON.parse(json) as SiteCard;
  return Object.keys(card).length === 0 ? null : card;
}
