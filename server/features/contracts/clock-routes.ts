import { type TSchema, Type } from 'typebox';
import { ClockExplanation } from '../../../protocol/api/contract.ts';
import { IncidentDetail } from '../../../protocol/api/view.ts';
import { noSuch } from '../../../protocol/said/refused.ts';
import type { Scope } from '../../domain/scope.ts';
import { IdParams, Nothing, strict } from '../../platform/http/fields.ts';
import type { Http } from '../../platform/http/http.ts';
import { type Principal, principalOf } from '../../platform/http/principal.ts';
import type { ClockPort } from './port.ts';

const Why = Type.String({ minLength: 1, maxLength: 500 });
const Pause = Type.Object({ reason: Why }, strict);
const Response = Type.Object({ text: Type.Optional(Type.String({ maxLength: 2000 })) }, strict);
const PriorityChange = Type.Object(
  { priority: Type.Enum(['emergency', 'high', 'medium', 'normal']), why: Why },
  strict,
);

export interface ClockRouteNeeds {
  /** Shows what became of it. */
  readonly incidents: { detail(scope: Scope, id: string): Promise<IncidentDetail | null> };
  readonly clocks: ClockPort;
}

/** The response clock of an incident: how it was computed, and what people do with it. */
export function incidentClockRoutes(http: Http, { incidents, clocks }: ClockRouteNeeds): void {
  async function shown(actor: Principal, id: string): Promise<IncidentDetail> {
    const incident = await incidents.detail(actor.scope, id);
    if (incident === null) throw noSuch('incident');
    return incident;
  }

  const acting = <B extends TSchema>(body: B) => ({
    config: { access: 'act' as const },
    schema: { params: IdParams, body, response: { 200: IncidentDetail } },
  });

  http.get(
    '/api/v1/incidents/:id/clock',
    { config: { access: 'read' }, schema: { params: IdParams, response: { 200: ClockExplanation } } },
    async (request) => clocks.explain(principalOf(request).scope, request.params.id),
  );

  http.post('/api/v1/incidents/:id/clock/pause', acting(Pause), async (request) => {
    const actor = principalOf(request);
    const { id } = request.params;
    const { reason } = request.body;
    await clocks.pause(actor.scope, id, reason, actor);
    return shown(actor, id);
  });

  http.post('/api/v1/incidents/:id/clock/resume', acting(Nothing), async (request) => {
    const actor = principalOf(request);
    const { id } = request.params;
    await clocks.resume(actor.scope, id, actor);
    return shown(actor, id);
  });

  http.post('/api/v1/incidents/:id/priority', acting(PriorityChange), async (request) => {
    const actor = principalOf(request);
    const { id } = request.params;
    const { priority, why } = request.body;
    await clocks.setPriority(actor.scope, id, priority, why, actor);
    return shown(actor, id);
  });

  http.post('/api/v1/incidents/:id/respond', acting(Response), async (request) => {
    const actor = principalOf(request);
    const { id } = request.params;
    await clocks.respond(actor.scope, id, request.body.text ?? '', actor);
    return shown(actor, id);
  });

  http.post('/api/v1/incidents/:id/on-site', acting(Nothing), async (request) => {
    const actor = principalOf(request);
    const { id } = request.params;
    await clocks.markOnSite(actor.scope, id, actor);
    return shown(actor, id);
  });

  http.post('/api/v1/incidents/:id/on-site/arrived', acting(Nothing), async (request) => {
    const actor = principalOf(request);
    const { id } = request.params;
    await clocks.arriveOnSite(actor.scope, id, actor);
    return shown(actor, id);
  });
}
