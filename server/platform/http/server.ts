import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fastifyCookie } from '@fastify/cookie';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { type FastifyBaseLogger, type FastifyHttpOptions, fastify, LogController } from 'fastify';
import { addressGroup } from '../fairness/address-group.ts';
import { asSender } from '../fairness/sender.ts';
import type { TrustedProxies } from '../net/trusted-proxies.ts';
import type { ApiKeys } from '../security/api-keys.ts';
import type { Sessions } from '../security/sessions.ts';
import { requireAccess } from './auth.ts';
import { addCompression } from './compression.ts';
import { serveDashboard } from './dashboard-files.ts';
import { pathOf, refuseConnection, sendError } from './errors.ts';
import { createFaultLog } from './fault-log.ts';
import { type AddRoutes, type CertificateFacts, defaultLimits, type Http, type RateLimits } from './http.ts';
import { describeApi } from './openapi.ts';
import { createOrigins } from './origin.ts';
import { addRateLimit } from './rate-limit.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { attachUpgrades, isWebSocket, type UpgradeRouter } from './upgrade.ts';
import { compileValidator } from './validation.ts';

const BODY_LIMIT_BYTES = 64 * 1024;
const REQUEST_TIMEOUT_MS = 15_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** How often the two above are enforced. */
const CHECK_TIMEOUTS_EVERY_MS = 2000;
const IDLE_TIMEOUT_MS = 60_000;
const HANDLER_TIMEOUT_MS = 30_000;

export interface HttpOptions {
  readonly version: string;
  readonly sessions: Sessions;
  readonly apiKeys: ApiKeys;
  readonly logger: FastifyBaseLogger;
  /** What to serve HTTPS with; null for plain HTTP. A renewed one goes to `setSecureContext` of the server. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** Facts of the certificate in use now. */
  readonly certificate: () => CertificateFacts | null;
  readonly publicUrl: string | null;
  /** Whose `X-Forwarded-For` counts. */
  readonly proxies: TrustedProxies;
  /** Who else takes WebSockets, such as the gateway at `/agent`. */
  readonly upgrades: UpgradeRouter;
  /** The built dashboard. */
  readonly dashboardDir: string;
  readonly limits?: Partial<RateLimits>;
  /** In this order. */
  readonly routes: readonly AddRoutes[];
}

/** The HTTP server with all its routes, not listening yet. */
export async function createHttpServer(deps: HttpOptions): Promise<Http> {
  const { logger, tls, publicUrl } = deps;
  const isBehindProxy = tls === null && (publicUrl?.startsWith('https:') ?? false);
  const http = createServer(logger, tls, deps.proxies);
  const origins = createOrigins({
    publicUrl,
    secure: tls !== null,
    address: () => http.server.address() as AddressInfo | null,
  });
  const limits = { ...defaultLimits, ...deps.limits };

  const faultLog = createFaultLog((fields, message) => logger.error(fields, message));
  http.decorate('faultLog', faultLog);
  http.addHook('onClose', async () => faultLog.close());
  http.setErrorHandler(sendError);
  http.setValidatorCompiler(compileValidator);
  // The type checker holds answers to their schemas. The generated serialisers check again at run time: ten times slower.
  http.setSerializerCompiler(() => (document) => JSON.stringify(document));
  http.addHook('onResponse', async (request, reply) => {
    const { method, url, log } = request;
    log.debug(
      { method, path: pathOf(url), status: reply.statusCode, durationMs: Math.round(reply.elapsedTime) },
      'request',
    );
  });
  await addSecurityHeaders(http, isBehindProxy || deps.certificate()?.selfSigned === false);
  await addCompression(http);
  await http.register(fastifyCookie);
  await addRateLimit(http, limits);
  shareFairly(http);
  requireAccess(http, { ...deps, origins });
  await describeApi(http, deps.version);
  for (const add of deps.routes) add(http, { origins, limits });
  await serveDashboard(http, deps.dashboardDir);

  attachUpgrades(http.server, deps.upgrades, origins);
  await http.ready();
  return http;
}

/** What a request asks of the rest waits in the name of who asks: of the address, until the person or key is known. */
function shareFairly(http: Http): void {
  const nameOf = (ip: string): string => `address ${addressGroup(ip)}`;
  http.addHook('onRequest', (request, _reply, done) => asSender(nameOf(request.ip), done));
  http.addHook('preHandler', ({ principal, ip }, _reply, done) => asSender(principal?.id ?? nameOf(ip), done));
}

function createServer(logger: FastifyBaseLogger, tls: HttpOptions['tls'], proxies: TrustedProxies): Http {
  const server = {
    shouldUpgradeCallback: isWebSocket,
    headersTimeout: HEADERS_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_TIMEOUTS_EVERY_MS,
  };
  const options = {
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    // Limits count the addresses that a proxy names, not the proxy.
    trustProxy: (address: string) => proxies.trusts(address),
    // Some proxies add ports, which change with every connection, or words: everything counts the same address as the gateway does.
    rewriteUrl(request: IncomingMessage) {
      if (request.headers['x-forwarded-for'] !== undefined) {
        request.headers['x-forwarded-for'] = proxies.addressOf(request);
      }
      return request.url ?? '/';
    },
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: IDLE_TIMEOUT_MS,
    keepAliveTimeout: IDLE_TIMEOUT_MS,
    handlerTimeout: HANDLER_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    clientErrorHandler: refuseConnection,
    frameworkErrors: (error, request, reply) => void sendError(error, request, reply),
    ...(tls === null ? { http: server } : { https: { ...server, ...tls, minVersion: 'TLSv1.2' } }),
  } as FastifyHttpOptions<Server>;
  const http = fastify(options).withTypeProvider<TypeBoxTypeProvider>();
  // Forms of other sites can send text without asking; JSON they cannot.
  http.removeContentTypeParser('text/plain');
  return http;
}
