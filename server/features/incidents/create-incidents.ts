import type { AddRoutes } from '../../platform/http/http.ts';
import { createIncidentPort, type IncidentPortOptions } from './incident-port.ts';
import { incidentRoutes } from './routes.ts';

/** Incidents as people read them, and what they do with them. */
export function createIncidents(options: IncidentPortOptions) {
  const port = createIncidentPort(options);
  const routes: AddRoutes = (http) => incidentRoutes(http, { state: options.store, incidents: port });
  return { name: 'incidents', port, routes: [routes] };
}
