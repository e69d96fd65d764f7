import { Type } from 'typebox';
import {
  Attestation,
  AttestationInput,
  AvailabilityReport,
  Ledger,
  PeriodName,
  Strip,
  SubjectKind,
} from '../../../protocol/api/availability.ts';
import { Id, IdParams, strict } from '../../platform/http/fields.ts';
import type { Http } from '../../platform/http/http.ts';
import { principalOf } from '../../platform/http/principal.ts';
import { parseTimeRange } from '../../platform/http/time-range.ts';
import { ledgerCsv } from './ledger-csv.ts';
import type { AvailabilityPort, PeriodQuery } from './port.ts';

const MAX_STRIP_DAYS = 400;

const period = {
  period: Type.Optional(PeriodName),
  from: Type.Optional(Type.String({ maxLength: 40 })),
  to: Type.Optional(Type.String({ maxLength: 40 })),
};
const ReportQuery = Type.Object(
  {
    ...period,
    by: Type.Optional(SubjectKind),
    client: Type.Optional(Id),
    site: Type.Optional(Id),
    device: Type.Optional(Id),
    tag: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    service: Type.Optional(Id),
  },
  strict,
);
const LedgerQuery = Type.Object({ ...period, format: Type.Optional(Type.Enum(['json', 'csv'])) }, strict);
const StripQuery = Type.Object({ days: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_STRIP_DAYS })) }, strict);
const Attestations = Type.Object({ items: Type.Array(Attestation) });

export interface AvailabilityRouteNeeds {
  readonly availability: AvailabilityPort;
  readonly clock: () => number;
}

/** Figures, ledgers with their evidence, strips, and what people attest of time without evidence. */
export function availabilityRoutes(http: Http, { availability, clock }: AvailabilityRouteNeeds): void {
  http.get(
    '/api/v1/availability',
    { config: { access: 'read' }, schema: { querystring: ReportQuery, response: { 200: AvailabilityReport } } },
    async (request) => {
      const { by = 'device', client, site, device, tag, service } = request.query;
      return availability.report(principalOf(request).scope, {
        by,
        ...periodQuery(request.query, clock()),
        ...(client === undefined ? {} : { client }),
        ...(site === undefined ? {} : { site }),
        ...(device === undefined ? {} : { device }),
        ...(tag === undefined ? {} : { tag }),
        ...(service === undefined ? {} : { service }),
      });
    },
  );

  for (const [plural, kind] of [
    ['devices', 'device'],
    ['sites', 'site'],
    ['services', 'service'],
  ] as const) {
    http.get(
      `/api/v1/${plural}/:id/ledger`,
      {
        config: { access: 'read' },
        schema: { params: IdParams, querystring: LedgerQuery, response: { 200: Ledger } },
      },
      async (request, reply) => {
        const { id } = request.params;
        const query = periodQuery(request.query, clock());
        const ledger = await availability.ledger(principalOf(request).scope, { kind, id }, query);
        if (request.query.format !== 'csv') return ledger;
        return reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', `attachment; filename="ledger-${kind}-${encodeURIComponent(id)}.csv"`)
          .serializer((text: unknown) => String(text))
          .send(ledgerCsv(ledger.items) as never);
      },
    );
  }

  for (const [plural, kind] of [
    ['devices', 'device'],
    ['services', 'service'],
  ] as const) {
    http.get(
      `/api/v1/${plural}/:id/strip`,
      { config: { access: 'read' }, schema: { params: IdParams, querystring: StripQuery, response: { 200: Strip } } },
      async (request) => {
        const { id } = request.params;
        return availability.strip(principalOf(request).scope, { kind, id }, request.query.days ?? 90);
      },
    );
  }

  http.get(
    '/api/v1/devices/:id/attestations',
    { config: { access: 'read' }, schema: { params: IdParams, response: { 200: Attestations } } },
    async (request) => ({
      items: await availability.attestations(principalOf(request).scope, request.params.id),
    }),
  );

  http.post(
    '/api/v1/devices/:id/attestations',
    {
      config: { access: 'act' },
      schema: { params: IdParams, body: AttestationInput, response: { 201: Attestation } },
    },
    async (request, reply) => {
      const actor = principalOf(request);
      const made = await availability.attest(actor.scope, request.params.id, request.body, actor);
      return reply.code(201).send(made);
    },
  );

  http.post(
    '/api/v1/sites/:id/attestations',
    {
      config: { access: 'act' },
      schema: { params: IdParams, body: AttestationInput, response: { 201: Attestations } },
    },
    async (request, reply) => {
      const actor = principalOf(request);
      const { id } = request.params;
      const items = await availability.attestSite(actor.scope, id, request.body, actor);
      return reply.code(201).send({ items });
    },
  );

  http.delete(
    '/api/v1/attestations/:id',
    { config: { access: 'act' }, schema: { params: IdParams, response: { 200: Attestation } } },
    async (request) => {
      const actor = principalOf(request);
      return availability.withdraw(actor.scope, request.params.id, actor);
    },
  );
}

type Asked = { readonly period?: PeriodName; readonly from?: string; readonly to?: string };

/** @throws VigiaError validation_failed */
function periodQuery({ period, from, to }: Asked, nowMs: number): PeriodQuery {
  const named = period === undefined ? {} : { period };
  if (from === undefined && to === undefined) return named;
  const { fromMs, toMs } = parseTimeRange(
    { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) },
    nowMs,
  );
  return { ...named, from: fromMs, to: toMs };
}
