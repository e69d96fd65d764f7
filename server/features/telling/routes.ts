import { Type } from 'typebox';
import { Receiver, ReceiverInput, ReceiverTest } from '../../../protocol/api/receiver.ts';
import { IdParams, Nothing, strict } from '../../platform/http/fields.ts';
import type { Http } from '../../platform/http/http.ts';
import { PageOf, pageQuery, pageRequest } from '../../platform/http/paging.ts';
import { principalOf } from '../../platform/http/principal.ts';
import { perMinute } from '../../platform/http/rate-limit.ts';
import type { ReceiverPort } from './port.ts';

/** A test really sends something to somebody. */
const TESTS_PER_MINUTE = 10;

export interface ReceiverRouteNeeds {
  readonly receivers: ReceiverPort;
}

/** Who is told of what, and how. Secrets go in and never come out. */
export function receiverRoutes(http: Http, { receivers }: ReceiverRouteNeeds): void {
  http.get(
    '/api/v1/receivers',
    {
      config: { access: 'manage' },
      schema: { querystring: Type.Object(pageQuery, strict), response: { 200: PageOf(Receiver) } },
    },
    async (request) => receivers.list(principalOf(request).scope, pageRequest(request.query)),
  );

  http.post(
    '/api/v1/receivers',
    { config: { access: 'manage' }, schema: { body: ReceiverInput, response: { 201: Receiver } } },
    async (request, reply) => {
      const who = principalOf(request);
      const made = await receivers.create(who.scope, request.body, who);
      return reply.code(201).send(made);
    },
  );

  http.put(
    '/api/v1/receivers/:id',
    {
      config: { access: 'manage' },
      schema: { params: IdParams, body: ReceiverInput, response: { 200: Receiver } },
    },
    async (request) => {
      const who = principalOf(request);
      return receivers.update(who.scope, request.params.id, request.body, who);
    },
  );

  http.delete(
    '/api/v1/receivers/:id',
    { config: { access: 'manage' }, schema: { params: IdParams } },
    async (request, reply) => {
      const who = principalOf(request);
      await receivers.remove(who.scope, request.params.id, who);
      return reply.code(204).send();
    },
  );

  http.post(
    '/api/v1/receivers/:id/test',
    {
      config: { access: 'manage', ...perMinute(TESTS_PER_MINUTE) },
      schema: { params: IdParams, body: Nothing, response: { 200: ReceiverTest } },
    },
    async (request) => {
      const who = principalOf(request);
      return receivers.test(who.scope, request.params.id, who);
    },
  );
}
