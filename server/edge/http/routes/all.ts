import type { Http, RouteContext } from '../context.ts';
import { apiKeyRoutes } from './api-keys.ts';
import { availabilityRoutes } from './availability.ts';
import { checkRoutes } from './checks.ts';
import { clientRoutes } from './clients.ts';
import { contractRoutes } from './contracts.ts';
import { deviceRoutes } from './devices.ts';
import { enrollRoutes } from './enroll.ts';
import { healthRoutes } from './health.ts';
import { incidentClockRoutes } from './incident-clock.ts';
import { incidentRoutes } from './incidents.ts';
import { installRoutes } from './install.ts';
import { maintenanceRoutes } from './maintenance.ts';
import { metricsRoutes } from './metrics.ts';
import { overviewRoutes } from './overview.ts';
import { passwordRoutes } from './passwords.ts';
import { personReportRoutes } from './person-reports.ts';
import { portalRoutes } from './portal.ts';
import { receiverRoutes } from './receivers.ts';
import { seriesRoutes } from './series.ts';
import { serviceRoutes } from './services.ts';
import { sessionRoutes } from './session.ts';
import { siteCardRoutes } from './site-cards.ts';
import { storageRoutes } from './storage.ts';
import { tokenRoutes } from './tokens.ts';
import { twinRoutes } from './twins.ts';
import { userRoutes } from './users.ts';

/** Every route of the server but the files of the dashboard and the description of the API. */
export function addRoutes(http: Http, context: RouteContext): void {
  for (const add of [
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
    enrollRoutes,
    installRoutes,
  ]) {
    add(http, context);
  }
}
