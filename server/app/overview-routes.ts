import { Overview } from '../../protocol/api/view.ts';
import type { AvailabilityPort } from '../features/availability/port.ts';
import { clientView, siteView } from '../features/clients/views.ts';
import type { FleetPort } from '../features/devices/port.ts';
import type { IncidentPort } from '../features/incidents/port.ts';
import type { MaintenancePort } from '../features/maintenance/port.ts';
import type { ServicePort } from '../features/services/port.ts';
import type { PersonReportPort } from '../features/tickets/port.ts';
import type { Http } from '../platform/http/http.ts';
import { principalOf, userOf } from '../platform/http/principal.ts';
import type { StatePort } from '../platform/store/state-port.ts';

export interface OverviewRouteNeeds {
  readonly state: StatePort;
  readonly fleet: FleetPort;
  readonly incidents: IncidentPort;
  readonly availability: AvailabilityPort;
  readonly maintenance: MaintenancePort;
  readonly personReports: PersonReportPort;
  readonly services: ServicePort;
}

/** What is told of all that other features know. */
export function createOverview(needs: OverviewRouteNeeds) {
  return { name: 'overview', routes: [(http: Http) => overviewRoutes(http, needs)] };
}

/** All that the first paint needs. */
export function overviewRoutes(
  http: Http,
  { state, fleet, incidents, availability, maintenance, personReports, services }: OverviewRouteNeeds,
): void {
  http.get(
    '/api/v1/overview',
    { config: { access: 'read' }, schema: { response: { 200: Overview } } },
    async (request) => {
      const principal = principalOf(request);
      const { scope } = principal;
      const scoped = state.scoped(scope);
      const [clients, sites, users, recent, ahead] = await Promise.all([
        scoped.clients.all(),
        scoped.sites.all(),
        // A key that is limited to one client does not learn who works here.
        'allClients' in scope ? state.users.list() : [],
        incidents.recent(scope),
        personReports.ahead(scope, { period: 'this_month' }),
      ]);
      return {
        user: userOf(principal),
        server: fleet.health(),
        clients: clients.map(clientView),
        sites: sites.map(siteView),
        users: users.map(({ id, name }) => ({ id, name })),
        devices: fleet.summaries(scope),
        incidents: recent,
        services: services.list(scope, {}),
        maintenance: maintenance.upcoming(scope),
        budgets: availability.budgets(scope),
        ahead,
      };
    },
  );
}
