import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { RecoveryPing, RecoveryRun } from '../../../../protocol/api/recovery-point.ts';
import { asVigiaError, statusOf } from '../../../platform/http/errors.ts';
import { IdParams, Nothing, strict } from '../../../platform/http/fields.ts';
import type { Http, HttpFacts } from '../../../platform/http/http.ts';
import { principalOf } from '../../../platform/http/principal.ts';
import { perMinute } from '../../../platform/http/rate-limit.ts';
import { readPing } from './ping-input.ts';
import type { PingEvent, PingPort } from './ping-port.ts';

/** All pings of a site come from one address. */
const OF_ADDRESS_A_MINUTE = 600;
const MAX_BODY_BYTES = 10_000;
const MAX_RUNS = 200;

const Ping = Type.Object(
  { secret: Type.String({ minLength: 16, maxLength: 128 }), event: Type.Enum(['start', 'success', 'fail']) },
  strict,
);
const RunsQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_RUNS })),
    before: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  strict,
);
const Runs = Type.Object({ items: Type.Array(RecoveryRun) });

/** The secret address of each plan, and what was told by it. */
export function pingRoutes(http: Http, { origins }: HttpFacts, pings: PingPort): void {
  http.post(
    '/api/v1/recovery/plans/:id/ping',
    {
      config: { access: 'act' },
      schema: { params: IdParams, body: Type.Optional(Nothing), response: { 200: RecoveryPing } },
    },
    async (request) => {
      const actor = principalOf(request);
      const base = origins.base(request.headers.origin);
      const { secret, expiresAt } = await pings.make(actor.scope, request.params.id, actor);
      return { url: `${base}/api/v1/recovery/ping/${secret}`, expiresAt };
    },
  );

  http.delete(
    '/api/v1/recovery/plans/:id/ping',
    { config: { access: 'act' }, schema: { params: IdParams } },
    async (request, reply) => {
      const actor = principalOf(request);
      await pings.remove(actor.scope, request.params.id, actor);
      return reply.code(204).send();
    },
  );

  http.get(
    '/api/v1/recovery/plans/:id/runs',
    { config: { access: 'read' }, schema: { params: IdParams, querystring: RunsQuery, response: { 200: Runs } } },
    async (request) => {
      const { limit = MAX_RUNS, before = null } = request.query;
      return { items: await pings.runsOf(principalOf(request).scope, request.params.id, before, limit) };
    },
  );

  http.register((own, _options, done) => {
    pingedRoutes(own.withTypeProvider<TypeBoxTypeProvider>() as Http, pings);
    done();
  });
}

/** What jobs call with curl: any body, and an answer that a log of cron can hold. */
function pingedRoutes(http: Http, pings: PingPort): void {
  http.removeAllContentTypeParsers();
  http.addContentTypeParser(
    '*',
    { parseAs: 'string', bodyLimit: MAX_BODY_BYTES },
    async (_request: unknown, body: string) => body,
  );
  http.setErrorHandler((cause, request, reply) => answerError(cause, request, reply));
  const options = {
    config: { access: 'public', ...perMinute(OF_ADDRESS_A_MINUTE) },
    schema: { params: Ping },
  } as const;
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { secret, event } = request.params as { secret: string; event: PingEvent };
    const body = typeof request.body === 'string' ? request.body : '';
    const input = readPing(request.query as Record<string, unknown>, body);
    const sentence = await pings.ping(secret, event, input);
    return reply.header('cache-control', 'no-store').type('text/plain; charset=utf-8').send(`${sentence}\n`);
  };
  http.get('/api/v1/recovery/ping/:secret/:event', options, answer);
  http.post('/api/v1/recovery/ping/:secret/:event', options, answer);
}

function answerError(cause: unknown, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const shown = asVigiaError(cause);
  const { retryAfterMs } = shown.details ?? {};
  if (typeof retryAfterMs === 'number') reply.header('retry-after', Math.ceil(retryAfterMs / 1000));
  return reply
    .code(statusOf(shown.code))
    .header('cache-control', 'no-store')
    .type('text/plain; charset=utf-8')
    .send(`${shown.message}\n`);
}
