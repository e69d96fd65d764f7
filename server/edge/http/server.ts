import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fastifyCookie } from '@fastify/cookie';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { type FastifyBaseLogger, type FastifyHttpOptions, fastify, LogController } from 'fastify';
import { asSender } from '../../platform/fairness/sender.ts';
import { addressGroup } from '../../platform/net/address-group.ts';
import type { TrustedProxies } from '../../platform/net/trusted-proxies.ts';
import { lateAudit } from '../../platform/security/late-audit.ts';
import { requireAccess } from './auth.ts';
import { addCompression } from './compression.ts';
import { type CertificateFacts, defaultLimits, type Http, type RateLimits, type RouteContext } from './context.ts';
import { serveDashboard } from './dashboard-files.ts';
import { pathOf, refuseConnection, sendError } from './errors.ts';
import { createFaultLog } from './fault-log.ts';
import { createInstallFiles } from './install-files.ts';
import { createLiveConnections } from './live.ts';
import { describeApi } from './openapi.ts';
import { createOrigins } from './origin.ts';
import { addRateLimit } from './rate-limit.ts';
import { addRoutes } from './routes/all.ts';
import { createRuntimeMaker, makeRuntimeIn } from './runtime-maker.ts';
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

export interface HttpDeps
  extends Omit<RouteContext, 'origins' | 'installFiles' | 'limits' | 'certificate' | 'loginAudit'> {
  readonly logger: FastifyBaseLogger;
  /** What to serve HTTPS with; null for plain HTTP. A renewed one goes to `setSecureContext` of the server. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** Facts of the certificate in use now. */
  readonly certificate: () => CertificateFacts | null;
  readonly publicUrl: string | null;
  /** Whose `X-Forwarded-For` counts. */
  readonly proxies: TrustedProxies;
  /** Who else takes WebSockets, such as the gateway at `/agent`; `/live` is added here. */
  readonly upgrades: UpgradeRouter;
  /** The built dashboard. */
  readonly dashboardDir: string;
  /** The folder of the installation, for what `/install/` serves. */
  readonly installationDir: string;
  readonly limits?: Partial<RateLimits>;
  /** Told how to count the browsers with a live connection. */
  readonly watchLiveConnections?: (count: () => number) => void;
}

/** The HTTP server with all its routes, not listening yet. `close()` also ends the live connections. */
export async function createHttpServer(deps: HttpDeps): Promise<Http> {
  const { logger, tls, publicUrl } = deps;
  const isBehindProxy = tls === null && (publicUrl?.startsWith('https:') ?? false);
  const http = createServer(logger, tls, deps.proxies);
  const origins = createOrigins({
    publicUrl,
    secure: tls !== null,
    address: () => http.server.address() as AddressInfo | null,
  });
  const limits = { ...defaultLimits, ...deps.limits };
  const runtimes = createRuntimeMaker({ make: makeRuntimeIn(deps.installationDir) });
  const installFiles = createInstallFiles(deps.installationDir, deps.version, runtimes);
  const loginAudit = lateAudit(deps.state.audit, deps.clock);
  const context: RouteContext = { ...deps, loginAudit, origins, installFiles, limits };

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
  requireAccess(http, context);
  await describeApi(http, deps.version);
  addRoutes(http, context);
  await serveDashboard(http, deps.dashboardDir);

  const live = createLiveConnections({ ...context, addressOf: deps.proxies.addressOf, logger });
  deps.watchLiveConnections?.(() => live.count);
  deps.upgrades.set('/live', live.handle);
  attachUpgrades(http.server, deps.upgrades, origins);
  http.addHook('preClose', async () => live.close());
  await http.ready();
  return http;
}

/** What a request asks of the rest waits in the name of who asks: of the address, until the person or key is known. */
function shareFairly(http: Http): void {
  const nameOf = (ip: string): string => `address ${addressGroup(ip)}`;
  http.addHook('onRequest', (request, _reply, done) => asSender(nameOf(request.ip), done));
  http.addHook('preHandler', ({ principal, ip }, _reply, done) => asSender(principal?.id ?? nameOf(ip), done));
}

function createServer(logger: FastifyBaseLogger, tls: HttpDeps['tls'], proxies: TrustedProxies): Http {
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
