import { apiKeyRoutes } from '../features/access/api-key-routes.ts';
import { enrollRoutes } from '../features/access/enroll-routes.ts';
import { installRoutes } from '../features/access/install-routes.ts';
import { passwordRoutes } from '../features/access/password-routes.ts';
import { sessionRoutes } from '../features/access/session-routes.ts';
import { tokenRoutes } from '../features/access/token-routes.ts';
import { userRoutes } from '../features/access/user-routes.ts';
import { auditRoutes } from '../features/audit/routes.ts';
import { availabilityRoutes } from '../features/availability/routes.ts';
import { clientRoutes } from '../features/clients/client-routes.ts';
import { siteCardRoutes } from '../features/clients/site-card-routes.ts';
import { incidentClockRoutes } from '../features/contracts/clock-routes.ts';
import { contractRoutes } from '../features/contracts/contract-routes.ts';
import { deviceRoutes } from '../features/devices/device-routes.ts';
import { healthRoutes } from '../features/devices/health-routes.ts';
import { metricsRoutes } from '../features/devices/metrics-routes.ts';
import { seriesRoutes } from '../features/devices/series-routes.ts';
import { storageRoutes } from '../features/devices/storage-routes.ts';
import { incidentRoutes } from '../features/incidents/routes.ts';
import { maintenanceRoutes } from '../features/maintenance/routes.ts';
import { checkRoutes } from '../features/services/checks/routes.ts';
import { serviceRoutes } from '../features/services/routes.ts';
import { receiverRoutes } from '../features/telling/routes.ts';
import { portalRoutes } from '../features/tickets/portal-routes.ts';
import { personReportRoutes } from '../features/tickets/report-routes.ts';
import { twinRoutes } from '../features/twins/routes.ts';
import type { AddRoutes, Http, HttpFacts } from '../platform/http/http.ts';
import { overviewRoutes } from './overview-routes.ts';

const routes = [
  healthRoutes,
  metricsRoutes,
  sessionRoutes,
  passwordRoutes,
  overviewRoutes,
  clientRoutes,
  deviceRoutes,
  twinRoutes,
  seriesRoutes,
  storageRoutes,
  incidentRoutes,
  incidentClockRoutes,
  contractRoutes,
  maintenanceRoutes,
  personReportRoutes,
  portalRoutes,
  siteCardRoutes,
  availabilityRoutes,
  checkRoutes,
  serviceRoutes,
  receiverRoutes,
  tokenRoutes,
  userRoutes,
  apiKeyRoutes,
  auditRoutes,
  enrollRoutes,
  installRoutes,
];

/** What they need together, but for what the server tells when they are added. */
export type RouteNeeds = Omit<
  (typeof routes)[number] extends (http: Http, needs: infer Needs) => void ? Needs : never,
  keyof HttpFacts
>;

/** Every route of the server but the files of the dashboard and the description of the API. */
export function routesOf(needs: RouteNeeds): readonly AddRoutes[] {
  return routes.map((add) => (http, facts) => add(http, { ...needs, ...facts }));
}
