import { SiteCard } from '../../../../protocol/api/site-card.ts';
import { VigiaError } from '../../../../protocol/error.ts';
import type { Http, RouteContext } from '../context.ts';
import { IdParams } from '../fields.ts';
import { principalOf } from '../principal.ts';

/** What a technician needs to know of a place at three in the morning. */
export function siteCardRoutes(http: Http, { state, fleet }: RouteContext): void {
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
