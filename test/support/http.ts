import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { RouteOptions } from 'fastify';
import pino from 'pino';
import type { Test } from 'tap';
import type { Role } from '../../protocol/api/view.ts';
import { overviewRoutes } from '../../server/app/overview-routes.ts';
import type { ChangeSet } from '../../server/core/incidents/change-set.ts';
import { IncidentBook } from '../../server/core/incidents/incident-book.ts';
import { TaskDesk } from '../../server/core/tasks/desk.ts';
import type { Twins } from '../../server/core/twins/twins.ts';
import { everyClient } from '../../server/domain/scope.ts';
import { defaultSettings } from '../../server/domain/settings.ts';
import { liveRoute } from '../../server/edge/live/live-connections.ts';
import { createAccess } from '../../server/features/access/create-access.ts';
import { auditRoutes } from '../../server/features/audit/routes.ts';
import { type Availability, createAvailability } from '../../server/features/availability/create-availability.ts';
import { createClients } from '../../server/features/clients/create-clients.ts';
import { createContracts } from '../../server/features/contracts/contracts.ts';
import { deviceRoutes } from '../../server/features/devices/device-routes.ts';
import { healthRoutes } from '../../server/features/devices/health-routes.ts';
import { metricsRoutes } from '../../server/features/devices/metrics-routes.ts';
import { scrapeTargets } from '../../server/features/devices/scrape-targets.ts';
import { seriesRoutes } from '../../server/features/devices/series-routes.ts';
import { storageRoutes } from '../../server/features/devices/storage-routes.ts';
import { createIncidentPort } from '../../server/features/incidents/incident-port.ts';
import { incidentRoutes } from '../../server/features/incidents/routes.ts';
import { createMaintenance } from '../../server/features/maintenance/create-maintenance.ts';
import type { MaintenancePort } from '../../server/features/maintenance/port.ts';
import { createRecovery } from '../../server/features/recovery/create-recovery.ts';
import { createRecoveryTimes } from '../../server/features/recovery/create-times.ts';
import type { PingPort } from '../../server/features/recovery/pings/ping-port.ts';
import type { PlanPort } from '../../server/features/recovery/plan-port.ts';
import { createServices, type Services } from '../../server/features/services/create-services.ts';
import { createSettings } from '../../server/features/settings/create-settings.ts';
import { PolicyBook } from '../../server/features/settings/policy-book.ts';
import { createReceiverPort } from '../../server/features/telling/receiver-port.ts';
import { receiverRoutes } from '../../server/features/telling/routes.ts';
import { createTickets } from '../../server/features/tickets/create-tickets.ts';
import type { PersonReportPort } from '../../server/features/tickets/port.ts';
import { createTwins } from '../../server/features/twins/create-twins.ts';
import { Fleet } from '../../server/fleet/fleet.ts';
import { Health } from '../../server/platform/health/health.ts';
import type { AddRoutes, Http } from '../../server/platform/http/http.ts';
import { createHttpServer, type HttpOptions } from '../../server/platform/http/server.ts';
import type { UpgradeRouter } from '../../server/platform/http/upgrade.ts';
import { trustProxies } from '../../server/platform/net/trusted-proxies.ts';
import { endOfMaker } from '../../server/platform/security/end-of-maker.ts';
import type { FirstRun } from '../../server/platform/security/first-run.ts';
import { loadIdentity } from '../../server/platform/security/identity.ts';
import { createPasswords } from '../../server/platform/security/passwords.ts';
import type { People } from '../../server/platform/security/people.ts';
import { loadSealer } from '../../server/platform/security/sealing.ts';
import type { Sessions } from '../../server/platform/security/sessions.ts';
import { auditActions } from '../../server/platform/store/audit/actions.ts';
import type { Store } from '../../server/platform/store/store.ts';
import { Watch } from '../../server/watch/watch.ts';
import { createTestPorts, type TestPorts } from './ports.ts';
import { type TestClock, tempStore } from './store.ts';
import { tempDir } from './temp-dir.ts';

export const repositoryDir = fileURLToPath(new URL('../../', import.meta.url));

/** A listening server on the real store and security, with in-memory ports for the rest. */
export interface TestServer {
  readonly http: Http;
  readonly base: string;
  readonly port: number;
  readonly store: Store;
  readonly ports: TestPorts;
  /** What was shown after it was written. */
  readonly published: readonly ChangeSet[];
  /** The incidents in memory: what is put here and in the store has a clock that the routes can work on. */
  readonly book: IncidentBook;
  readonly maintenance: MaintenancePort;
  readonly personReports: PersonReportPort;
  readonly recoveryPlans: PlanPort;
  readonly recoveryPings: PingPort;
  /** Ledgers and figures over the real store. */
  readonly availability: Availability;
  /** The real fleet, of what is in the store; to be told of what a test puts there. */
  readonly fleet: Fleet;
  readonly twins: Twins;
  readonly policies: PolicyBook;
  readonly clock: TestClock;
  readonly firstRun: FirstRun;
  readonly sessions: Sessions;
  readonly people: People;
  readonly upgrades: UpgradeRouter;
  /** What features add, as they add it. */
  readonly routeTable: readonly RouteOptions[];
  /** Lines of the log, parsed. */
  readonly log: Record<string, unknown>[];
  /** One request; the body is sent as JSON. */
  request(method: string, path: string, options?: RequestOptions): Promise<TestResponse>;
  /** Headers of a person with this role who is logged in, as a browser sends them. */
  loggedIn(role: Role): Promise<Headers & { cookie: string }>;
  /** Headers with a new API key. */
  keyed(role: Role, clientId?: string | null): Promise<Headers>;
}

type Headers = Record<string, string>;

export interface RequestOptions {
  readonly headers?: Headers;
  readonly body?: unknown;
  /** Sent as a form, as curl sends what it is given. */
  readonly raw?: string | undefined;
}

export interface TestResponse {
  readonly status: number;
  readonly headers: globalThis.Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
  readonly body: any;
}

export const testPassword = 'correct horse battery';

let hash: Promise<string> | undefined;
/** Of {@link testPassword}; made once, as it takes its time. */
export function sharedHash(): Promise<string> {
  hash ??= createPasswords().hash(testPassword);
  return hash;
}

export interface TestHttpOptions extends Partial<Omit<HttpOptions, 'routes'>> {
  /** Incidents of the store and the book, in place of the ones in memory. */
  readonly realIncidents?: boolean;
}

export async function startHttp(
  t: Pick<Test, 'teardown'>,
  { realIncidents = false, ...over }: TestHttpOptions = {},
): Promise<TestServer> {
  const clock: TestClock = { nowMs: 1_800_000_000_000 };
  const now = () => clock.nowMs;
  const store = await tempStore(t, clock);
  const ports = createTestPorts();
  const fleet = new Fleet(store);
  await fleet.load();
  const book = new IncidentBook(store, defaultSettings.reopenWindowMs);
  const logger = pino({ level: 'silent' });
  const published: ChangeSet[] = [];
  const publish = (changes: ChangeSet): void => {
    published.push(changes);
    availability.book.take(changes);
  };
  const policies = new PolicyBook(defaultSettings);
  await policies.load(store);
  const watch = new Watch({
    clock: { now, driftMs: () => 0 },
    store,
    fleet,
    book,
    health: new Health(),
    settings: policies,
    logger,
    publish,
  });
  const { act, actOnStore, hear } = watch;
  const incidents = realIncidents ? createIncidentPort({ store, book, fleet, act, now }) : ports.incidents;
  const contracts = await createContracts({
    store,
    book,
    fleet,
    now,
    timeZone: 'UTC',
    act,
    incidents,
  });
  const maintenance = await createMaintenance({
    store,
    fleet,
    book,
    terms: contracts.terms,
    now,
    act,
  });
  const availability = await createAvailability({
    store,
    fleet,
    incidents: book,
    terms: contracts.terms,
    exclusions: maintenance.windows,
    services: () => services.source,
    act,
    now,
    logger,
  });
  const services: Services = await createServices({
    store,
    fleet,
    book,
    reportIntervalMs: { server: 10_000, workstation: 60_000 },
    devices: () => availability.book,
    exclusions: maintenance.windows,
    act,
    follow: (work) => watch.follow(work),
    now,
    logger,
    onServiceChanged: () => undefined,
    tasks: new TaskDesk({ logger, onDropped: () => undefined }),
  });
  for (const policy of [...services.policies, ...maintenance.policies]) book.addPolicy(policy);
  const tickets = createTickets({
    store,
    book,
    fleet,
    now,
    act,
    actOnStore,
    zoneOf: () => 'UTC',
    zonesOf: (clientId) => availability.agreements.zones(clientId),
    withReport: contracts.withReport,
  });
  book.addPolicy(contracts.policy);
  const twins = await createTwins({
    ...{ store, now, logger, fleet, book, act },
    offer: () => undefined,
    gateway: { disconnectRuns: () => undefined, isConnected: () => false },
    takeInventory: () => undefined,
  });
  const version = '0.0.0-test';
  const certificate = over.certificate ?? (() => null);
  const access = await createAccess({
    ...{ store, actOnStore, now, logger, version, certificate },
    identity: await loadIdentity(tempDir(t)),
    reportIntervalMs: { server: 10_000, workstation: 60_000 },
    fleet: ports.fleet,
    installationDir: repositoryDir,
  });
  t.teardown(access.close);
  const { people, firstRun } = access;
  const { sessions, apiKeys } = people;
  const upgrades: UpgradeRouter = new Map();
  const log: Record<string, unknown>[] = [];
  const receivers = createReceiverPort({
    store,
    actOnStore,
    sealer: await loadSealer(tempDir(t)),
    now,
    allowPrivate: true,
    mailName: null,
    rendering: () => ({ origin: 'https://vigia.test', timeZone: 'UTC' }),
  });
  const endWatching: Watch['endOf'] = (...about) => watch.endOf(...about);
  const shared = { ...ports, incidents, state: store, actOnStore, endWatching, clock: now };
  const clients = createClients(shared);
  const keepMs = 15 * 86_400_000;
  const tell = (): void => undefined;
  const settings = createSettings({ store, fleet, now, tell, book: policies, actOnStore, keepMs });
  const recovery = await createRecovery({
    ...{ store, book, now, act, hear, terms: contracts.terms, services: services.servicePort, endOfMaker },
    clientOfDevice: (id) => fleet.devices.get(id)?.info.client_id ?? null,
    siteOfDevice: (id) => fleet.devices.get(id)?.info.site_id ?? null,
  });
  const recoveryTimes = await createRecoveryTimes({
    ...{ store, book, now, act, services, protection: recovery.protection, lossOf: () => null },
    servicesOf: services.servicePort,
    slugsOf: ({ clientId }) => ({ client: fleet.clients.get(clientId)?.slug ?? '', site: '', device: '' }),
    deviceOf: (id) => {
      const info = fleet.devices.get(id)?.info;
      return info ? { clientId: info.client_id, siteId: info.site_id, name: info.name } : null;
    },
  });
  const features = [
    contracts,
    maintenance,
    availability,
    services,
    tickets,
    twins,
    access,
    clients,
    settings,
    recovery,
    recoveryTimes,
  ];
  const routeTable: RouteOptions[] = [];
  let isAdding = true;
  const routes: readonly AddRoutes[] = [
    (http) => http.addHook('onRoute', (route) => void ((isAdding || isLate(route)) && routeTable.push(route))),
    ...features.flatMap((feature) => feature.routes),
    (http) => receiverRoutes(http, { receivers }),
    (http) => auditRoutes(http, { ...shared, actions: auditActions }),
    (http) => incidentRoutes(http, shared),
    (http) => healthRoutes(http, shared),
    (http) =>
      metricsRoutes(http, {
        metrics: { ...shared.metrics, scrapeTargets: (scope) => scrapeTargets(fleet, scope) },
      }),
    (http) => deviceRoutes(http, shared),
    (http) => seriesRoutes(http, shared),
    (http) => storageRoutes(http, shared),
    (http) =>
      overviewRoutes(http, {
        ...shared,
        availability: availability.port,
        maintenance: maintenance.port,
        personReports: tickets.port,
        services: services.servicePort,
      }),
    () => {
      isAdding = false;
    },
  ];
  const requests = pino({ level: 'debug' }, { write: (line) => void log.push(JSON.parse(line)) });
  const proxies = trustProxies(over.publicUrl ? ['127.0.0.0/8', '::1'] : []);
  const { addressOf } = proxies;
  const http = await createHttpServer({
    version,
    logger: requests,
    sessions,
    apiKeys,
    tls: null,
    certificate,
    publicUrl: null,
    proxies,
    upgrades,
    dashboardDir: tempDir(t),
    routes: [...routes, liveRoute({ sessions, live: ports.live, logger: requests, addressOf, upgrades })],
    ...over,
  });
  await http.listen({ host: '127.0.0.1', port: 0 });
  t.teardown(() => http.close());
  const { port } = http.server.address() as AddressInfo;
  const base = `${over.tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  let persons = 0;

  return {
    http,
    base,
    port,
    store,
    ports,
    published,
    maintenance: maintenance.port,
    personReports: tickets.port,
    recoveryPlans: recovery.port,
    recoveryPings: recovery.pingPort,
    book,
    availability,
    fleet,
    twins: twins.twins,
    policies,
    clock,
    firstRun,
    sessions,
    people,
    upgrades,
    routeTable: routeTable.filter(({ method }) => method !== 'HEAD'),
    log,
    async request(method, path, { headers = {}, body, raw } = {}) {
      const response = await fetch(base + path, {
        method,
        headers: { ...typeOf(body, raw), ...headers },
        body: raw ?? (body === undefined ? null : JSON.stringify(body)),
        redirect: 'manual',
      });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
      return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null };
    },
    async loggedIn(role) {
      persons += 1;
      const user = await store.users.create({
        email: `p${persons}@x.test`,
        name: `P${persons}`,
        role,
        passwordHash: await sharedHash(),
      });
      const { secret } = await sessions.create(user.id);
      return { cookie: `__Host-vigia=${secret}`, origin: base };
    },
    async keyed(role, clientId = null) {
      const { key } = await apiKeys.create(store.scoped(everyClient), {
        name: `${role} key`,
        role,
        clientId,
        createdBy: 'test',
      });
      return { authorization: `Bearer ${key}` };
    },
  };
}

function typeOf(body: unknown, raw: string | undefined): Record<string, string> {
  if (raw !== undefined) return { 'content-type': 'application/x-www-form-urlencoded' };
  return body === undefined ? {} : { 'content-type': 'application/json' };
}

/** What takes any body is added apart, once all others are. */
const isLate = ({ url }: RouteOptions): boolean => url.startsWith('/api/v1/recovery/ping/');
