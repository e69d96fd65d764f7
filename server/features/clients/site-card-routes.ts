import { SiteCard } from '../../../protocol/api/site-card.ts';
import { noSuch } from '../../../protocol/said/refused.ts';
import { IdParams } from '../../platform/http/fields.ts';
import type { Http } from '../../platform/http/http.ts';
import { principalOf } from '../../platform/http/principal.ts';
import type { StatePort } from '../../platform/store/state-port.ts';
import { type ClientActNeeds, setSiteCard } from './acts.ts';

export interface SiteCardRouteNeeds extends ClientActNeeds {
  readonly state: StatePort;
}

/** What a technician needs to know of a place at three in the morning. */
export function siteCardRoutes(http: Http, needs: SiteCardRouteNeeds): void {
  const { state } = needs;
  http.get(
    '/api/v1/sites/:id/card',
    { config: { access: 'read' }, schema: { params: IdParams, response: { 200: SiteCard } } },
    async (request) => {
      const site = await state.scoped(principalOf(request).scope).sites.get(request.params.id);
      if (site === null) throw noSuch('site');
      return JSON.parse(site.card_json) as SiteCard;
    },
  );

  http.put(
    '/api/v1/sites/:id/card',
    { config: { access: 'act' }, schema: { params: IdParams, body: SiteCard, response: { 200: SiteCard } } },
    async (request) => {
      await setSiteCard(needs, principalOf(request), request.params.id, request.body);
      return request.body;
    },
  );
}
