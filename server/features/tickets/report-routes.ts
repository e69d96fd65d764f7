import { Type } from 'typebox';
import {
  AheadFigures,
  IncidentProposal,
  PersonReport,
  PersonReportInput,
} from '../../../protocol/api/person-report.ts';
import { Id, IdParams, strict } from '../../platform/http/fields.ts';
import type { Http } from '../../platform/http/http.ts';
import { PageOf, pageQuery, pageRequest } from '../../platform/http/paging.ts';
import { principalOf } from '../../platform/http/principal.ts';
import type { PersonReportPort } from './port.ts';

const NullableId = Type.Union([Id, Type.Null()]);
const Question = Type.Object(
  {
    clientId: Id,
    siteId: NullableId,
    deviceId: NullableId,
    serviceId: NullableId,
    reportedAt: Type.Optional(Type.String({ format: 'date-time' })),
    text: Type.String({ maxLength: 5000 }),
  },
  strict,
);
const AheadQuery = Type.Object(
  { client: Type.Optional(Id), period: Type.Optional(Type.Enum(['this_month', 'last_month'])) },
  strict,
);

export interface PersonReportRouteNeeds {
  readonly personReports: PersonReportPort;
}

/** Problems that people report, and who knew first. */
export function personReportRoutes(http: Http, { personReports }: PersonReportRouteNeeds): void {
  http.get(
    '/api/v1/person-reports',
    {
      config: { access: 'read' },
      schema: {
        querystring: Type.Object({ ...pageQuery, client: Type.Optional(Id) }, strict),
        response: { 200: PageOf(PersonReport) },
      },
    },
    async (request) => {
      const { client: clientId } = request.query;
      return personReports.list(principalOf(request).scope, { ...pageRequest(request.query), clientId });
    },
  );

  http.post(
    '/api/v1/person-reports',
    { config: { access: 'act' }, schema: { body: PersonReportInput, response: { 201: PersonReport } } },
    async (request, reply) => {
      const actor = principalOf(request);
      const via = actor.sessionId === null ? 'api' : 'technician';
      const report = await personReports.create(actor.scope, request.body, actor, via);
      return reply.code(201).send(report);
    },
  );

  http.post(
    '/api/v1/person-reports/propose',
    {
      config: { access: 'act' },
      schema: { body: Question, response: { 200: Type.Object({ items: Type.Array(IncidentProposal) }) } },
    },
    async (request) => {
      const { text: _text, ...question } = request.body;
      return { items: await personReports.propose(principalOf(request).scope, question) };
    },
  );

  http.post(
    '/api/v1/person-reports/:id/link',
    {
      config: { access: 'act' },
      schema: { params: IdParams, body: Type.Object({ incidentId: Id }, strict), response: { 200: PersonReport } },
    },
    async (request) => {
      const actor = principalOf(request);
      const { id } = request.params;
      const { incidentId } = request.body;
      return personReports.link(actor.scope, id, incidentId, actor);
    },
  );

  http.get(
    '/api/v1/ahead',
    { config: { access: 'read' }, schema: { querystring: AheadQuery, response: { 200: AheadFigures } } },
    async (request) => {
      const { client: clientId, period = 'this_month' } = request.query;
      return personReports.ahead(principalOf(request).scope, { clientId, period });
    },
  );
}
