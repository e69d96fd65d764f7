import { type TSchema, Type } from 'typebox';
import { Incident, IncidentDetail } from '../../../protocol/api/view.ts';
import { noSuch, refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import type { Scope } from '../../domain/scope.ts';
import { Id, IdParams, Nothing, strict } from '../../platform/http/fields.ts';
import type { Http } from '../../platform/http/http.ts';
import { PageOf, pageQuery, pageRequest } from '../../platform/http/paging.ts';
import { principalOf } from '../../platform/http/principal.ts';
import type { StatePort } from '../../platform/store/state-port.ts';
import type { IncidentPort } from './port.ts';

const MAX_TEXT = 10_000;

const ListQuery = Type.Object(
  {
    ...pageQuery,
    state: Type.Optional(Type.Enum(['open', 'resolved', 'all'])),
    device: Type.Optional(Id),
    client: Type.Optional(Id),
  },
  strict,
);
const Assignment = Type.Object({ userId: Type.Union([Id, Type.Null()]) }, strict);
const Note = Type.Object(
  {
    text: Type.String({ minLength: 1, maxLength: MAX_TEXT }),
    /** The client can read it on its own page; a person's first such note is a response. */
    visible: Type.Optional(Type.Boolean()),
  },
  strict,
);
const Resolution = Type.Object({ text: Type.Optional(Type.String({ maxLength: MAX_TEXT })) }, strict);

export interface IncidentRouteNeeds {
  readonly state: Pick<StatePort, 'users'>;
  readonly incidents: IncidentPort;
}

/** Incidents, and what technicians do with them. */
export function incidentRoutes(http: Http, { state, incidents }: IncidentRouteNeeds): void {
  async function detail(scope: Scope, id: string): Promise<IncidentDetail> {
    const incident = await incidents.detail(scope, id);
    if (incident === null) throw noSuch('incident');
    return incident;
  }

  http.get(
    '/api/v1/incidents',
    { config: { access: 'read' }, schema: { querystring: ListQuery, response: { 200: PageOf(Incident) } } },
    async (request) => {
      const { state: wanted, device, client } = request.query;
      const { limit, cursor } = pageRequest(request.query);
      return incidents.list(principalOf(request).scope, {
        state: wanted ?? 'open',
        limit,
        ...(device === undefined ? {} : { deviceId: device }),
        ...(client === undefined ? {} : { clientId: client }),
        ...(cursor === undefined ? {} : { cursor }),
      });
    },
  );

  http.get(
    '/api/v1/incidents/:id',
    { config: { access: 'read' }, schema: { params: IdParams, response: { 200: IncidentDetail } } },
    async (request) => detail(principalOf(request).scope, request.params.id),
  );

  const acting = <B extends TSchema>(body: B) => ({
    config: { access: 'act' as const },
    schema: { params: IdParams, body, response: { 200: IncidentDetail } },
  });

  http.post('/api/v1/incidents/:id/acknowledge', acting(Nothing), async (request) => {
    const actor = principalOf(request);
    const { id } = request.params;
    await incidents.acknowledge(actor.scope, id, actor);
    return detail(actor.scope, id);
  });

  http.post('/api/v1/incidents/:id/assign', acting(Assignment), async (request) => {
    const actor = principalOf(request);
    const { id } = request.params;
    const { userId } = request.body;
    const assignee = userId === null ? null : await state.users.get(userId);
    if (userId !== null && assignee?.disabled_at !== null) {
      throw refused('validation_failed', said('refused.incident.nobody'));
    }
    await incidents.assign(actor.scope, id, userId, actor);
    return detail(actor.scope, id);
  });

  http.post('/api/v1/incidents/:id/notes', acting(Note), async (request) => {
    const actor = principalOf(request);
    const { id } = request.params;
    const { text, visible = false } = request.body;
    await incidents.note(actor.scope, id, text, actor, visible);
    return detail(actor.scope, id);
  });

  http.post('/api/v1/incidents/:id/resolve', acting(Resolution), async (request) => {
    const actor = principalOf(request);
    const { id } = request.params;
    await incidents.resolve(actor.scope, id, request.body.text ?? '', actor);
    return detail(actor.scope, id);
  });
}
