import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { VigiaError } from '../../../protocol/error.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { pathOf, sendError } from './errors.ts';
import type { Http } from './http.ts';

const PAGE = 'index.html';
const hashed = /-[A-Z0-9]{8}\.\w+(?:\.map)?$/;

/**
 * Serves the built dashboard. Any page address that is not a file gets the page itself, which knows its own views; everything
 * else that does not exist is `not_found`.
 */
export async function serveDashboard(http: Http, dashboardDir: string): Promise<void> {
  await http.register(fastifyStatic, {
    root: dashboardDir,
    serve: false,
    cacheControl: false,
    // The build lays them beside each file.
    preCompressed: true,
    setHeaders: (reply, path) => {
      if (reply.hasHeader('cache-control')) return;
      const name = basename(path).replace(/\.(?:br|gz)$/, '');
      const kept = hashed.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache';
      reply.header('cache-control', name === PAGE ? 'no-store' : kept);
    },
  });

  http.get('/*', { config: { access: 'public' }, schema: { hide: true } }, (request, reply) => {
    const file = (request.params as { '*': string })['*'];
    const isView = !file.includes('.') && wantsPage(request);
    if (isView) sendPage(request, reply);
    else reply.sendFile(file);
  });

  http.setNotFoundHandler((request, reply) => {
    if (wantsPage(request)) sendPage(request, reply);
    else sendError(new VigiaError('not_found'), request, reply);
  });

  function sendPage(request: FastifyRequest, reply: FastifyReply): void {
    // Without a page sendFile() would ask for it again and again through the handler above.
    if (existsSync(join(dashboardDir, PAGE))) {
      reply.code(200).sendFile(PAGE);
      return;
    }
    sendError(refused('artifact_missing', said('refused.no-dashboard')), request, reply);
  }
}

const notViews = /^\/(?:api|assets|install|enroll|agent|live|metrics|sd)(?:\/|$)/;

function wantsPage({ method, headers, url }: FastifyRequest): boolean {
  return (
    (method === 'GET' || method === 'HEAD') &&
    (headers.accept?.includes('text/html') ?? false) &&
    !notViews.test(pathOf(url))
  );
}
