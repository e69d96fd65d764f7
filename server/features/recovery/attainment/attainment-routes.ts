import { Type } from 'typebox';
import { RecoveryAttainment, RecoveryAttainmentReport } from '../../../../protocol/api/recovery-attainment.ts';
import { csvLine } from '../../../platform/http/csv.ts';
import { Id, IdParams, strict } from '../../../platform/http/fields.ts';
import type { Http } from '../../../platform/http/http.ts';
import { principalOf } from '../../../platform/http/principal.ts';
import { parseTimeRange, requireMeasurable } from '../../../platform/http/time-range.ts';
import type { AttainmentPort } from './attainment-port.ts';

const DEFAULT_MS = 30 * 86_400_000;
const range = {
  from: Type.Optional(Type.String({ maxLength: 40 })),
  to: Type.Optional(Type.String({ maxLength: 40 })),
};
const PlanQuery = Type.Object(range, strict);
const ClientQuery = Type.Object({ ...range, client: Id, format: Type.Optional(Type.Enum(['json', 'csv'])) }, strict);

/** How plans kept their RPO in a period: the last 30 days unless it is said. */
export function attainmentRoutes(http: Http, attainments: AttainmentPort, now: () => number): void {
  const periodOf = (query: { from?: string; to?: string }) => {
    const period = parseTimeRange(query, now(), DEFAULT_MS);
    requireMeasurable(period, now());
    return { from: period.fromMs, to: period.toMs };
  };

  http.get(
    '/api/v1/recovery/plans/:id/attainment',
    {
      config: { access: 'read' },
      schema: { params: IdParams, querystring: PlanQuery, response: { 200: RecoveryAttainment } },
    },
    async (request) => attainments.of(principalOf(request).scope, request.params.id, periodOf(request.query)),
  );

  http.get(
    '/api/v1/recovery/attainment',
    { config: { access: 'read' }, schema: { querystring: ClientQuery, response: { 200: RecoveryAttainmentReport } } },
    async (request, reply) => {
      const { client, format } = request.query;
      const report = await attainments.ofClient(principalOf(request).scope, client, periodOf(request.query));
      if (format !== 'csv') return report;
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="recovery-${encodeURIComponent(client)}.csv"`)
        .serializer((text: unknown) => String(text))
        .send(csvOf(report) as never);
    },
  );
}

const columns = [
  ...(['planId', 'name', 'from', 'to', 'verifiedMs', 'unverifiedMs', 'breachedMs', 'unknownMs', 'closedMs'] as const),
  ...(['outsideMs', 'ratio', 'verifiedRatio', 'hi', 'verdict'] as const),
];

function csvOf({ items }: RecoveryAttainmentReport): string {
  return [columns, ...items.map((item) => columns.map((name) => item[name]))].map(csvLine).join('');
}
