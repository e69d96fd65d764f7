import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import type { Test } from 'tap';
import type { Role } from '../../protocol/api/view.ts';
import { routesOf } from '../../server/app/routes.ts';
import type { ChangeSet } from '../../server/core/incidents/change-set.ts';
import { IncidentBook } from '../../server/core/incidents/incident-book.ts';
import type { Twins } from '../../server/core/twins/twins.ts';
import { everyClient } from '../../server/domain/scope.ts';
import { defaultSettings } from '../../server/domain/settings.ts';
import { liveRoute } from '../../server/edge/live/live-connections.ts';
import { createInstallFiles } from '../../server/features/access/install-files.ts';
import { createRuntimeMaker, makeRuntimeIn } from '../../server/features/access/runtime-maker.ts';
import { type Availability, createAvailability } from '../../server/features/availability/create-availability.ts';
import { createContracts } from '../../server/features/contracts/contracts.ts';
import { createHolidays } from '../../server/features/contracts/holidays.ts';
import { createIncidentPort } from '../../server/features/incidents/incident-port.ts';
import { createMaintenance } from '../../server/features/maintenance/create-maintenance.ts';
import type { MaintenancePort } from '../../server/features/maintenance/port.ts';
import { createServices, type Services } from '../../server/features/services/create-services.ts';
import { createReceiverPort } from '../../server/features/telling/receiver-port.ts';
import type { PersonReportPort } from '../../server/features/tickets/port.ts';
import { createReportPort } from '../../server/features/tickets/report-port.ts';
import { createTwins } from '../../server/features/twins/create-twins.ts';
import { Fleet } from '../../server/fleet/fleet.ts';
import { Health } from '../../server/platform/health/health.ts';
import type { Http } from '../../server/platform/http/http.ts';
import { createHttpServer, type HttpOptions } from '../../server/platform/http/server.ts';
import type { UpgradeRouter } from '../../server/platform/http/upgrade.ts';
import { trustProxies } from '../../server/platform/net/trusted-proxies.ts';
import { createFirstRun, type FirstRun } from '../../server/platform/security/first-run.ts';
import { loadIdentity } from '../../server/platform/security/identity.ts';
import { lateAudit } from '../../server/platform/security/late-audit.ts';
import { createPasswords } from '../../server/platform/security/passwords.ts';
import { createPeople, type People } from '../../server/platform/security/people.ts';
import { loadSealer } from '../../server/platform/security/sealing.ts';
import type { Sessions } from '../../server/platform/security/sessions.ts';
import { createEnrolmentTokens } from '../../server/platform/security/tokens.ts';
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
  /** Ledgers and figures over the real store. */
  readonly availability: Availability;
  /** The real fleet, of what is in the store; to be told of what a test puts there. */
  readonly fleet: Fleet;
  readonly twins: Twins;
  readonly clock: TestClock;
  readonly firstRun: FirstRun;
  readonly sessions: Sessions;
  readonly people: People;
  readonly upgrades: UpgradeRouter;
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
  const watch = new Watch({
    clock: { now, driftMs: () => 0 },
    store,
    fleet,
    book,
    health: new Health(),
    settings: defaultSettings,
    logger,
    publish,
  });
  const contracts = await createContracts({ store, book, fleet, now, timeZone: 'UTC', act: watch.act });
  const maintenance = await createMaintenance({
    store,
    fleet,
    book,
    terms: contracts.terms,
    now,
    act: watch.act,
  });
  const availability = await createAvailability({
    store,
    fleet,
    incidents: book,
    terms: contracts.terms,
    exclusions: maintenance.windows,
    services: () => services.source,
    act: watch.act,
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
    act: watch.act,
    follow: (work) => watch.follow(work),
    now,
    logger,
    onServiceChanged: () => undefined,
  });
  book.addPolicy(maintenance.watch.policy);
  const personReports = createReportPort({
    store,
    book,
    fleet,
    now,
    act: watch.act,
    zoneOf: () => 'UTC',
    zonesOf: (clientId) => availability.agreements.zones(clientId),
    withReport: contracts.withReport,
  });
  book.addPolicy(contracts.policy);
  const sharing = await createTwins(store, now);
  const passwords = createPasswords();
  const people = await createPeople({ store, actOnStore: watch.actOnStore, passwords, clock: now, logger });
  t.teardown(() => people.close());
  const identity = await loadIdentity(tempDir(t));
  const firstRun = createFirstRun(store, passwords, watch.actOnStore);
  const { sessions, apiKeys } = people;
  const upgrades: UpgradeRouter = new Map();
  const log: Record<string, unknown>[] = [];
  const version = '0.0.0-test';
  const certificate = over.certificate ?? (() => null);
  const routes = routesOf({
    version,
    clock: now,
    certificate,
    state: store,
    actOnStore: watch.actOnStore,
    endWatching: (deviceId, changes, at) => watch.endOf(deviceId, changes, at),
    loginAudit: lateAudit(store.audit, now),
    sessions,
    passwords,
    logins: people.logins,
    credentials: people.credentials,
    leaving: people.leaving,
    firstRun,
    apiKeys,
    enrolmentTokens: createEnrolmentTokens(identity, now),
    identity,
    fleet: ports.fleet,
    series: ports.series,
    storage: ports.storage,
    incidents: realIncidents ? createIncidentPort({ store, book, fleet, act: watch.act, now }) : ports.incidents,
    contracts: contracts.port,
    clocks: contracts.clocks,
    holidays: createHolidays(store.settings, watch.act),
    maintenance: maintenance.port,
    personReports,
    availability: availability.port,
    checks: services.checkPort,
    services: services.servicePort,
    twins: sharing.port({
      kept: sharing.keep({ offer: () => undefined, logger }),
      fleet,
      book,
      act: watch.act,
      gateway: { disconnectRuns: () => undefined, isConnected: () => false },
      agents: { takeInventory: () => undefined },
    }),
    receivers: createReceiverPort({
      store,
      actOnStore: watch.actOnStore,
      sealer: await loadSealer(tempDir(t)),
      now,
      allowPrivate: true,
      mailName: null,
      rendering: () => ({ origin: 'https://vigia.test', timeZone: 'UTC' }),
    }),
    installFiles: createInstallFiles(
      repositoryDir,
      version,
      createRuntimeMaker({ make: makeRuntimeIn(repositoryDir) }),
    ),
    metrics: ports.metrics,
    reportIntervalMs: { server: 10_000, workstation: 60_000 },
  });
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
    personReports,
    book,
    availability,
    fleet,
    twins: sharing.twins,
    clock,
    firstRun,
    sessions,
    people,
    upgrades,
    log,
    async request(method, path, { headers = {}, body } = {}) {
      const response = await fetch(base + path, {
        method,
        headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
        body: body === undefined ? null : JSON.stringify(body),
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
