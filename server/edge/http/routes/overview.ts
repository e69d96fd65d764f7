import { Overview } from '../../../../protocol/api/view.ts';
import type { Http, RouteContext } from '../context.ts';
import { principalOf, userOf } from '../principal.ts';
import { clientView, siteView } from '../views.ts';

/** All that the first paint needs. */
export function overviewRoutes(
  http: Http,
  { state, fleet, incidents, availability, maintenance, personReports, services }: RouteContext,
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
