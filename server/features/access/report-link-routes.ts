import { Type } from 'typebox';
import { ReportLink } from '../../../protocol/api/view.ts';
import { noSuch } from '../../../protocol/said/refused.ts';
import { IdParams, strict } from '../../platform/http/fields.ts';
import type { Http } from '../../platform/http/http.ts';
import { principalOf } from '../../platform/http/principal.ts';
import type { StatePort } from '../../platform/store/state-port.ts';
import { reportLinkViews } from './views.ts';

/** Who made the link of a client's report page, when it was used last, and when it ends. Its secret is shown once, when it is made. */
export function reportLinkRoutes(http: Http, { state }: { readonly state: StatePort }): void {
  http.get(
    '/api/v1/clients/:id/report-link',
    {
      config: { access: 'manage' },
      schema: {
        params: IdParams,
        response: { 200: Type.Object({ link: Type.Union([ReportLink, Type.Null()]) }, strict) },
      },
    },
    async (request) => {
      const { scope } = principalOf(request);
      const client = await state.scoped(scope).clients.get(request.params.id);
      if (client === null) throw noSuch('client');
      const [link = null] = await reportLinkViews(state, scope, client.report_key_hash === null ? [] : [client]);
      return { link };
    },
  );
}
