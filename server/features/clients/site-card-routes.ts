import { SiteCard } from '../../../protocol/api/site-card.ts';
import { VigiaError } from '../../../protocol/error.ts';
import { IdParams } from '../../platform/http/fields.ts';
import type { Http } from '../../platform/http/http.ts';
import { principalOf } from '../../platform/http/principal.ts';
import type { StatePort } from '../../platform/store/state-port.ts';

export interface SiteCardRouteNeeds {
  readonly state: StatePort;
  readonly fleet: { catalogueChanged(): Promise<void> };
}

/** What a technician needs to know of a place at three in the morning. */
export function siteCardRoutes(http: Http, { state, fleet }: SiteCardRouteNeeds): void {
  http.get(
    '/api/v1/sites/:id/card',
    { config: { access: 'read' }, schema: { params: IdParams, response: { 200: SiteCard } } },
    async (request) => {
      const site = await state.scoped(principalOf(request).scope).sites.get(request.params.id);
      if (site === null) throw new VigiaError('not_found', 'There is no such site.');
      return JSON.parse(site.card_json) as SiteCard;
    },
  );

  http.put(
    '/api/v1/sites/:id/card',
    { config: { access: 'act' }, schema: { params: IdParams, body: SiteCard, response: { 200: SiteCard } } },
    async (request) => {
      const { id: actor, scope } = principalOf(request);
      const { id } = request.params;
      await state.scoped(scope).sites.setCard(id, JSON.stringify(request.body));
      await state.audit.append({ actor, action: 'site.card', subject: id });
      await fleet.catalogueChanged();
      return request.body;
    },
  );
}
