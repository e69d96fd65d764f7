import type { AddRoutes } from '../../platform/http/http.ts';
import { type ClientRouteNeeds, clientRoutes } from './client-routes.ts';
import { siteCardRoutes } from './site-card-routes.ts';

/** Clients, their sites, and what is to be known of a place. */
export function createClients(needs: ClientRouteNeeds) {
  const clients: AddRoutes = (http) => clientRoutes(http, needs);
  const cards: AddRoutes = (http) => siteCardRoutes(http, needs);
  return { name: 'clients', routes: [clients, cards] };
}
