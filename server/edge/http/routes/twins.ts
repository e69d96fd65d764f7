import { TwinDecision, TwinMachines } from '../../../../protocol/api/twin.ts';
import type { Http, RouteContext } from '../context.ts';
import { IdParams } from '../fields.ts';
import { principalOf } from '../principal.ts';

/** Machines that hold the key of one device, and which of them it is. */
export function twinRoutes(http: Http, { state, twins }: RouteContext): void {
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
      const decision = await twins.decide(actor.scope, id, machine, actor);
      await state.audit.append({
        actor: actor.id,
        action: 'device.identity.decide',
        subject: id,
        detail: { machine, ...decision },
      });
      return twins.machines(actor.scope, id);
    },
  );
}
