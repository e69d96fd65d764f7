import { IfLost } from '../../../../protocol/api/if-lost.ts';
import { IdParams } from '../../../platform/http/fields.ts';
import type { Http } from '../../../platform/http/http.ts';
import { principalOf } from '../../../platform/http/principal.ts';
import type { IfLostPort } from './port.ts';

/** If this died now. */
export function ifLostRoutes(http: Http, ifLost: IfLostPort): void {
  http.get(
    '/api/v1/devices/:id/if-lost',
    { config: { access: 'read' }, schema: { params: IdParams, response: { 200: IfLost } } },
    async (request) => ifLost.device(principalOf(request).scope, request.params.id),
  );
  http.get(
    '/api/v1/services/:id/if-lost',
    { config: { access: 'read' }, schema: { params: IdParams, response: { 200: IfLost } } },
    async (request) => ifLost.service(principalOf(request).scope, request.params.id),
  );
}
