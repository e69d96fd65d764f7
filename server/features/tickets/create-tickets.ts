import type { AddRoutes } from '../../platform/http/http.ts';
import type { ActOnStore } from '../../platform/store/turn.ts';
import { portalRoutes } from './portal-routes.ts';
import { createReportPort, type ReportPortOptions } from './report-port.ts';
import { personReportRoutes } from './report-routes.ts';

export interface TicketsOptions extends ReportPortOptions {
  readonly actOnStore: ActOnStore;
}

/** What people report, to a technician or on the page of their client. */
export function createTickets(options: TicketsOptions) {
  const { store, actOnStore, now } = options;
  const port = createReportPort(options);
  const reports: AddRoutes = (http) => personReportRoutes(http, { personReports: port });
  const portal: AddRoutes = (http, facts) =>
    portalRoutes(http, { ...facts, state: store, actOnStore, personReports: port, clock: now });
  return { name: 'tickets', port, routes: [reports, portal] };
}
