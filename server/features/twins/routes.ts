import { TwinDecision, TwinMachines } from '../../../protocol/api/twin.ts';
import { IdParams } from '../../platform/http/fields.ts';
import type { Http } from '../../platform/http/http.ts';
import { principalOf } from '../../platform/http/principal.ts';
import type { TwinPort } from './port.ts';

export interface TwinRouteNeeds {
  readonly twins: TwinPort;
}

/** Machines that hold the key of one device, and which of them it is. */
export function twinRoutes(http: Http, { twins }: TwinRouteNeeds): void {
  http.get(
    '/api/v1/devices/:id/twins',
    { config: { access: 'read' }, schema: { params: IdParams, response: { 200: TwinMachines } } },
    async (request) => twins.machines(principalOf(request).scope, request.params.id),
  );

  http.post(
    '/api/v1/devices/:id/twins/decision',
    { config: { access: 'act' }, schema: { params: IdParams, body: TwinDecision, response: { 200: TwinMachines } } },
    async (request) => {
      const actor = principalOf(request);
      const { id } = request.params;
      const { machine } = request.body;
      await twins.decide(actor.scope, id, machine, actor);
      return twins.machines(actor.scope, id);
    },
  );
}
