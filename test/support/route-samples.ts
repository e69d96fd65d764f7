import { generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import type { RouteOptions } from 'fastify';
import type { Test } from 'tap';
import { enrolmentRequestMessage } from '../../protocol/api/enrolment.ts';
import type { MaintenanceInput } from '../../protocol/api/maintenance.ts';
import type { PersonReport, PersonReportInput } from '../../protocol/api/person-report.ts';
import type { RecoveryPlanInput } from '../../protocol/api/recovery.ts';
import type { CheckInput, ServiceInput } from '../../protocol/api/service.ts';
import { toRecord } from '../../server/core/incidents/rows.ts';
import { newTwin } from '../../server/core/twins/twins.ts';
import { everyClient } from '../../server/domain/scope.ts';
import { clockedIncident, openTerms } from './clocked-incident.ts';
import { sharedHash, startHttp, type TestServer, testPassword } from './http.ts';
import { deviceView, incidentView } from './ports.ts';
import { incidentRow, type Tenant } from './store.ts';

const keyOf = ({ method, url }: RouteOptions): string => `${String(method)} ${url}`;

/** The route table itself, by method and path, so that a new route cannot escape a test. */
export async function routeTable(t: Pick<Test, 'teardown'>): Promise<readonly RouteOptions[]> {
  const server = await startHttp(t);
  return server.routeTable.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

export interface Sample {
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** Makes a request of this route that succeeds for whoever may, about something new of this tenant. */
export type MakeSample = (server: TestServer, tenant: Tenant) => Promise<Sample> | Sample;

let count = 0;
export function unique(prefix: string): string {
  count += 1;
  return `${prefix} ${count}`;
}

export async function newDevice({ store, ports }: TestServer, { client, site, token }: Tenant): Promise<string> {
  const { id } = await store.scoped(everyClient).devices.insert({
    clientId: client.id,
    siteId: site.id,
    tokenId: token.id,
    kind: 'server',
    publicKey: randomBytes(32),
    machineId: 'm',
    hostname: unique('host'),
    os: 'linux',
    agentVersion: '0.1.0',
  });
  ports.devices.set(id, deviceView({ id, clientId: client.id, siteId: site.id }));
  return id;
}

async function newKey({ store }: TestServer, { client }: Tenant): Promise<string> {
  const row = await store.scoped(everyClient).apiKeys.insert({
    id: unique('key').replace(' ', '-'),
    secret_hash: randomBytes(32),
    name: 'K',
    role: 'viewer',
    client_id: client.id,
    created_at: 1,
    created_by: 'test',
    last_used_at: null,
    revoked_at: null,
  });
  return row.id;
}

async function newDeviceWithTwin(server: TestServer, tenant: Tenant): Promise<string> {
  const id = await newDevice(server, tenant);
  await server.fleet.reload(id);
  const facts = { runs: [], address: null, agentVersion: '1', hostname: null, firstAt: 0, lastAt: 0, dating: null };
  server.twins.add(newTwin(id, tenant.client.id, 'beside', facts));
  return id;
}

export async function newIncident({ store, book, ports }: TestServer, tenant: Tenant): Promise<string> {
  const id = unique('incident').replace(' ', '-');
  const row = incidentRow(tenant, { id, key: id, evidence_json: '{"metrics":[],"threshold":null}' });
  await store.commit([store.scoped(everyClient).incidents.saveStatement(row)]);
  book.put(toRecord(row));
  book.keep();
  ports.openIncidents.set(id, incidentView({ id, clientId: tenant.client.id }));
  return id;
}

/** A check of a public address, which the server would run itself; nothing runs here. */
function newCheck({ client }: Tenant): CheckInput {
  const target = { kind: 'tcp', host: '192.31.196.1', port: 443 } as const;
  const rest = { intervalSeconds: 60, timeoutSeconds: 5, forSeconds: 0, priority: 'high' } as const;
  return { clientId: client.id, deviceId: null, name: unique('Check'), target, ...rest };
}

function newService({ client }: Tenant): ServiceInput {
  const name = unique('Service');
  return { clientId: client.id, name, deviceIds: [], needed: 0, checkIds: [], blocks: null, targetPpm: null };
}

const onPolicy: MakeSample = async (server, tenant) => {
  const path = `/api/v1/policies/device:${await newDevice(server, tenant)}`;
  const { body } = await server.request('PUT', path, {
    headers: await server.keyed('admin'),
    body: { values: { 'disk.high.belowBytes': 1_073_741_824 } },
  });
  return { path: `/api/v1/policies/${body.id}` };
};

const onCheck: MakeSample = async (server, tenant) => {
  const { body } = await server.request('POST', '/api/v1/checks', {
    headers: await server.keyed('admin'),
    body: newCheck(tenant),
  });
  return { path: `/api/v1/checks/${body.id}` };
};

const onService: MakeSample = async (server, tenant) => {
  const { body } = await server.request('POST', '/api/v1/services', {
    headers: await server.keyed('admin'),
    body: newService(tenant),
  });
  return { path: `/api/v1/services/${body.id}` };
};

/** Nobody listens on port 9 of this machine. */
function receiver(clientId: string): Record<string, unknown> {
  const target = { kind: 'webhook', url: 'http://127.0.0.1:9/' };
  return { name: unique('Receiver'), clientId, minPriority: 'high', clocks: false, target };
}

async function newReceiver({ store }: TestServer, { client }: Tenant): Promise<string> {
  const id = randomUUID();
  const document = { name: 'R', clientId: client.id, minPriority: 'high', clocks: false };
  const target = { kind: 'webhook', url: 'http://127.0.0.1:9/' };
  await store.scoped(everyClient).receivers.insert({
    id,
    client_id: client.id,
    name: 'R',
    kind: 'webhook',
    document_json: JSON.stringify({ ...document, target }),
    secrets_sealed: null,
    created_at: 1,
    created_by: 'test',
    removed_at: null,
  });
  return id;
}

function enrolment(token: string, wallMs: number): Record<string, unknown> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const rawKey = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const nonce = randomBytes(32);
  return {
    token,
    publicKey: rawKey.toString('base64url'),
    nonce: nonce.toString('base64url'),
    hostname: unique('host'),
    machineId: 'machine',
    os: 'linux',
    agentVersion: '0.1.0',
    wallMs,
    signature: sign(null, enrolmentRequestMessage(token, nonce, rawKey), privateKey).toString('base64url'),
  };
}

const day = 86_400_000;
const onDevice =
  (suffix: string, body?: () => unknown): MakeSample =>
  async (server, tenant) => ({
    path: `/api/v1/devices/${await newDevice(server, tenant)}${suffix}`,
    ...(body && { body: body() }),
  });
const onIncident =
  (suffix: string, body?: unknown): MakeSample =>
  async (server, tenant) => ({ path: `/api/v1/incidents/${await newIncident(server, tenant)}${suffix}`, body });
const onClock =
  (kind: 'running' | 'paused' | 'emergency' | 'on-site', suffix: string, body?: unknown): MakeSample =>
  async (server, tenant) => {
    const id = await clockedIncident(server, tenant, unique('clocked').replace(' ', '-'), kind);
    return { path: `/api/v1/incidents/${id}${suffix}`, body };
  };
/** A device that was enrolled an hour ago and never reported: all of that hour is unknown. */
async function newSilentDevice(server: TestServer, tenant: Tenant): Promise<string> {
  const id = await newDevice(server, tenant);
  const enrolled_at = server.clock.nowMs - 3_600_000;
  await server.store.db.updateTable('device').set({ enrolled_at }).where('id', '=', id).execute();
  return id;
}

function attestationOf(server: TestServer): Record<string, string> {
  const iso = (ms: number) => new Date(ms).toISOString();
  const { nowMs } = server.clock;
  return { from: iso(nowMs - 1_800_000), to: iso(nowMs), verdict: 'down', why: 'The breaker had tripped.' };
}
const plain = (path: string) => () => ({ path });

function plannedWork({ client, device }: Tenant): MaintenanceInput {
  const target = { kind: 'device', id: device.id } as const;
  const when = { timeZone: 'UTC', startsAt: '2027-03-01T22:00', durationMinutes: 60, rrule: null };
  return { clientId: client.id, title: 'Patches', target, ...when };
}

async function newWindow({ maintenance }: TestServer, tenant: Tenant): Promise<string> {
  return (await maintenance.create(everyClient, plannedWork(tenant), { id: 'test', name: 'Test' })).id;
}

function protection({ client }: Tenant): RecoveryPlanInput {
  return {
    ...{ clientId: client.id, deviceId: null, serviceId: null, name: unique('Files'), tool: 'restic' },
    ...{ target: { place: 'nas', isOffSite: false }, rpoMinutes: 1_440, rtoMinutes: null },
    ...{ rhythm: { kind: 'cron', line: '0 22 * * *' }, closed: { weekdays: [], dates: [] }, timeZone: 'UTC' },
    ...{ durationMinutes: 40, graceMinutes: null },
  };
}

async function newPlan({ recoveryPlans }: TestServer, tenant: Tenant): Promise<string> {
  return (await recoveryPlans.create(everyClient, protection(tenant), { id: 'test', name: 'Test' })).id;
}

async function newPing(server: TestServer, tenant: Tenant): Promise<string> {
  const id = await newPlan(server, tenant);
  return (await server.recoveryPings.make(everyClient, id, { id: 'test', name: 'Test' })).secret;
}

const pushed = {
  ...{ exitCode: 0, sizeBytes: 5 },
  ...{ startedAt: '2027-01-01T00:00:00Z', finishedAt: '2027-01-01T00:40:00Z' },
};

function problem({ client, site, device }: Tenant): PersonReportInput {
  const place = { clientId: client.id, siteId: site.id, deviceId: device.id, serviceId: null };
  return { ...place, reporter: 'Ana', text: 'It is slow.', aboutInfrastructure: true, incidentId: null };
}

function newReport({ personReports }: TestServer, tenant: Tenant): Promise<PersonReport> {
  return personReports.create(everyClient, problem(tenant), { id: 'test', name: 'Test' }, 'technician');
}

/** A request for every route. */
export const samples: Record<string, MakeSample> = {
  'GET /healthz': plain('/healthz'),
  'GET /agent': plain('/agent'),
  'GET /readyz': plain('/readyz'),
  'GET /metrics': plain('/metrics'),
  'GET /sd/devices': plain('/sd/devices'),
  'GET /api/v1/session': plain('/api/v1/session'),
  'POST /api/v1/session': async ({ store }) => {
    const email = `${unique('login').replace(' ', '')}@x.test`;
    await store.users.create({ email, name: 'L', role: 'viewer', passwordHash: await sharedHash() });
    return { path: '/api/v1/session', body: { email, password: testPassword } };
  },
  'DELETE /api/v1/session': plain('/api/v1/session'),
  'POST /api/v1/first-run': () => ({
    path: '/api/v1/first-run',
    body: { token: 'x', name: 'A', email: 'a@x.test', password: testPassword },
  }),
  'POST /api/v1/session/password': () => ({
    path: '/api/v1/session/password',
    body: { current: testPassword, password: testPassword },
  }),
  'POST /api/v1/users/:id/reset-link': async ({ store }) => {
    const email = `${unique('forgot').replace(' ', '')}@x.test`;
    const { id } = await store.users.create({ email, name: 'F', role: 'viewer', passwordHash: '-' });
    return { path: `/api/v1/users/${id}/reset-link`, body: {} };
  },
  'GET /api/v1/users/:id/left-behind': async ({ store }) => {
    const email = `${unique('maker').replace(' ', '')}@x.test`;
    const { id } = await store.users.create({ email, name: 'M', role: 'viewer', passwordHash: '-' });
    return { path: `/api/v1/users/${id}/left-behind` };
  },
  'POST /api/v1/users/:id/disable': async ({ store }) => {
    const email = `${unique('leaver').replace(' ', '')}@x.test`;
    const { id } = await store.users.create({ email, name: 'L', role: 'viewer', passwordHash: '-' });
    return { path: `/api/v1/users/${id}/disable`, body: { keep: [] } };
  },
  'GET /api/v1/password-reset': plain('/api/v1/password-reset'),
  'POST /api/v1/password-reset': () => ({
    path: '/api/v1/password-reset',
    body: { token: 'x', password: testPassword },
  }),
  'GET /api/v1/overview': plain('/api/v1/overview'),
  'GET /api/v1/storage': plain('/api/v1/storage'),
  'GET /api/v1/clients': plain('/api/v1/clients'),
  'POST /api/v1/clients': () => ({ path: '/api/v1/clients', body: { name: unique('Client') } }),
  'GET /api/v1/clients/:id': (_, { client }) => ({ path: `/api/v1/clients/${client.id}` }),
  'GET /api/v1/sites': plain('/api/v1/sites'),
  'POST /api/v1/sites': (_, { client }) => ({
    path: '/api/v1/sites',
    body: { clientId: client.id, name: unique('Site') },
  }),
  'GET /api/v1/receivers': plain('/api/v1/receivers'),
  'POST /api/v1/receivers': (_, { client }) => ({ path: '/api/v1/receivers', body: receiver(client.id) }),
  'PUT /api/v1/receivers/:id': async (server, tenant) => ({
    path: `/api/v1/receivers/${await newReceiver(server, tenant)}`,
    body: receiver(tenant.client.id),
  }),
  'DELETE /api/v1/receivers/:id': async (server, tenant) => ({
    path: `/api/v1/receivers/${await newReceiver(server, tenant)}`,
  }),
  'POST /api/v1/receivers/:id/test': async (server, tenant) => ({
    path: `/api/v1/receivers/${await newReceiver(server, tenant)}/test`,
    body: {},
  }),
  'GET /api/v1/devices': plain('/api/v1/devices?limit=500'),
  'GET /api/v1/devices/:id': onDevice(''),
  'PATCH /api/v1/devices/:id': onDevice('', () => ({ name: unique('Name') })),
  'DELETE /api/v1/devices/:id': onDevice(''),
  'GET /api/v1/devices/:id/series': onDevice('/series?metric=cpu.busy'),
  'GET /api/v1/series': async (server, tenant) => ({
    path: `/api/v1/series?metric=cpu.busy&across=top&devices=${await newDevice(server, tenant)}`,
  }),
  'GET /api/v1/devices/:id/presence': onDevice('/presence'),
  'GET /api/v1/devices/:id/twins': async (server, tenant) => ({
    path: `/api/v1/devices/${await newDeviceWithTwin(server, tenant)}/twins`,
  }),
  'POST /api/v1/devices/:id/twins/decision': async (server, tenant) => ({
    path: `/api/v1/devices/${await newDeviceWithTwin(server, tenant)}/twins/decision`,
    body: { machine: 'judged' },
  }),
  'GET /api/v1/settings': plain('/api/v1/settings'),
  'GET /api/v1/devices/:id/settings': async (server, tenant) => {
    const id = await newDevice(server, tenant);
    await server.fleet.reload(id);
    return { path: `/api/v1/devices/${id}/settings` };
  },
  'GET /api/v1/policies': plain('/api/v1/policies?limit=500'),
  'GET /api/v1/policies/:id': onPolicy,
  'PUT /api/v1/policies/:id': async (server, tenant) => ({
    path: `/api/v1/policies/device:${await newDevice(server, tenant)}`,
    body: { values: { 'cpu.raiseRatio': 0.9 } },
  }),
  'DELETE /api/v1/policies/:id': onPolicy,
  'GET /api/v1/availability': plain('/api/v1/availability?by=client'),
  'GET /api/v1/devices/:id/ledger': onDevice('/ledger'),
  'GET /api/v1/devices/:id/strip': onDevice('/strip'),
  'GET /api/v1/sites/:id/ledger': (_, { site }) => ({ path: `/api/v1/sites/${site.id}/ledger` }),
  'GET /api/v1/devices/:id/attestations': onDevice('/attestations'),
  'POST /api/v1/devices/:id/attestations': async (server, tenant) => ({
    path: `/api/v1/devices/${await newSilentDevice(server, tenant)}/attestations`,
    body: attestationOf(server),
  }),
  'POST /api/v1/sites/:id/attestations': async (server, tenant) => {
    await newSilentDevice(server, tenant);
    return { path: `/api/v1/sites/${tenant.site.id}/attestations`, body: attestationOf(server) };
  },
  'DELETE /api/v1/attestations/:id': async (server, tenant) => {
    const [device, headers] = [await newSilentDevice(server, tenant), await server.keyed('admin')];
    const path = `/api/v1/devices/${device}/attestations`;
    const { body } = await server.request('POST', path, { headers, body: attestationOf(server) });
    return { path: `/api/v1/attestations/${body.id}` };
  },
  'GET /api/v1/incidents': plain('/api/v1/incidents?limit=500'),
  'GET /api/v1/incidents/:id': onIncident(''),
  'POST /api/v1/incidents/:id/acknowledge': onIncident('/acknowledge', {}),
  'POST /api/v1/incidents/:id/assign': onIncident('/assign', { userId: null }),
  'POST /api/v1/incidents/:id/notes': onIncident('/notes', { text: 'Looked at it.' }),
  'POST /api/v1/incidents/:id/resolve': onIncident('/resolve', {}),
  'GET /api/v1/incidents/:id/clock': onClock('running', '/clock'),
  'POST /api/v1/incidents/:id/clock/pause': onClock('running', '/clock/pause', { reason: 'No access.' }),
  'POST /api/v1/incidents/:id/clock/resume': onClock('paused', '/clock/resume', {}),
  'POST /api/v1/incidents/:id/priority': onClock('running', '/priority', { priority: 'medium', why: 'A spare runs.' }),
  'POST /api/v1/incidents/:id/respond': onClock('running', '/respond', { text: 'Called Bea.' }),
  'POST /api/v1/incidents/:id/on-site': onClock('emergency', '/on-site', {}),
  'POST /api/v1/incidents/:id/on-site/arrived': onClock('on-site', '/on-site/arrived', {}),
  'GET /api/v1/contracts': plain('/api/v1/contracts?limit=500'),
  'GET /api/v1/clients/:id/contract': (_, { client }) => ({ path: `/api/v1/clients/${client.id}/contract` }),
  'PUT /api/v1/clients/:id/contract': (_, { client }) => ({
    path: `/api/v1/clients/${client.id}/contract`,
    body: openTerms(),
  }),
  'POST /api/v1/contracts/check': () => ({ path: '/api/v1/contracts/check', body: openTerms() }),
  'GET /api/v1/contract-presets': plain('/api/v1/contract-presets'),
  'GET /api/v1/holiday-countries': plain('/api/v1/holiday-countries'),
  'GET /api/v1/holidays': plain('/api/v1/holidays?country=CR&year=2026'),
  'PUT /api/v1/holidays': () => ({
    path: '/api/v1/holidays',
    body: {
      country: 'CR',
      region: null,
      year: 2030,
      added: [{ date: '2030-01-02', name: 'A day more' }],
      removed: [],
      why: 'A decree.',
    },
  }),
  'GET /api/v1/checks': plain('/api/v1/checks?limit=500'),
  'POST /api/v1/checks': (_, tenant) => ({ path: '/api/v1/checks', body: newCheck(tenant) }),
  'GET /api/v1/checks/:id': onCheck,
  'PUT /api/v1/checks/:id': async (server, tenant) => ({ ...(await onCheck(server, tenant)), body: newCheck(tenant) }),
  'DELETE /api/v1/checks/:id': onCheck,
  'GET /api/v1/services': plain('/api/v1/services?limit=500'),
  'POST /api/v1/services': (_, tenant) => ({ path: '/api/v1/services', body: newService(tenant) }),
  'GET /api/v1/services/:id': onService,
  'PUT /api/v1/services/:id': async (server, tenant) => ({
    ...(await onService(server, tenant)),
    body: newService(tenant),
  }),
  'DELETE /api/v1/services/:id': onService,
  'GET /api/v1/services/:id/ledger': async (server, tenant) => ({
    path: `${(await onService(server, tenant)).path}/ledger`,
  }),
  'GET /api/v1/services/:id/strip': async (server, tenant) => ({
    path: `${(await onService(server, tenant)).path}/strip`,
  }),
  'PATCH /api/v1/clients/:id': (_, { client }) => ({
    path: `/api/v1/clients/${client.id}`,
    body: { remoteUrl: 'https://remote.test/?host={hostname}' },
  }),
  'POST /api/v1/clients/:id/report-link': (_, { client }) => ({
    path: `/api/v1/clients/${client.id}/report-link`,
    body: {},
  }),
  'GET /api/v1/clients/:id/report-link': (_, { client }) => ({ path: `/api/v1/clients/${client.id}/report-link` }),
  'DELETE /api/v1/clients/:id/report-link': (_, { client }) => ({ path: `/api/v1/clients/${client.id}/report-link` }),
  'GET /api/v1/sites/:id/card': (_, { site }) => ({ path: `/api/v1/sites/${site.id}/card` }),
  'PUT /api/v1/sites/:id/card': (_, { site }) => ({
    path: `/api/v1/sites/${site.id}/card`,
    body: { notes: 'Key at 4' },
  }),
  'GET /api/v1/maintenance': plain('/api/v1/maintenance'),
  'GET /api/v1/maintenance/occurrences': plain('/api/v1/maintenance/occurrences'),
  'POST /api/v1/maintenance/preview': (_, tenant) => ({
    path: '/api/v1/maintenance/preview',
    body: plannedWork(tenant),
  }),
  'POST /api/v1/maintenance': (_, tenant) => ({ path: '/api/v1/maintenance', body: plannedWork(tenant) }),
  'PUT /api/v1/maintenance/:id': async (server, tenant) => ({
    path: `/api/v1/maintenance/${await newWindow(server, tenant)}`,
    body: { ...plannedWork(tenant), durationMinutes: 30 },
  }),
  'DELETE /api/v1/maintenance/:id': async (server, tenant) => ({
    path: `/api/v1/maintenance/${await newWindow(server, tenant)}`,
  }),
  'GET /api/v1/recovery/plans': plain('/api/v1/recovery/plans'),
  'POST /api/v1/recovery/plans': (_, tenant) => ({ path: '/api/v1/recovery/plans', body: protection(tenant) }),
  'POST /api/v1/recovery/plans/preview': (_, tenant) => ({
    path: '/api/v1/recovery/plans/preview',
    body: protection(tenant),
  }),
  'GET /api/v1/recovery/plans/:id': async (server, tenant) => ({
    path: `/api/v1/recovery/plans/${await newPlan(server, tenant)}`,
  }),
  'PUT /api/v1/recovery/plans/:id': async (server, tenant) => ({
    path: `/api/v1/recovery/plans/${await newPlan(server, tenant)}`,
    body: protection(tenant),
  }),
  'DELETE /api/v1/recovery/plans/:id': async (server, tenant) => ({
    path: `/api/v1/recovery/plans/${await newPlan(server, tenant)}`,
  }),
  'POST /api/v1/recovery/points': async (server, tenant) => ({
    path: '/api/v1/recovery/points',
    body: {
      ...{ planId: await newPlan(server, tenant), id: 'first' },
      ...pushed,
    },
  }),
  'GET /api/v1/devices/:id/if-lost': async ({ fleet }, { device }) => {
    await fleet.load();
    return { path: `/api/v1/devices/${device.id}/if-lost` };
  },
  'GET /api/v1/services/:id/if-lost': async (server, tenant) => ({
    path: `${(await onService(server, tenant)).path}/if-lost`,
  }),
  'GET /api/v1/recovery/drills': plain('/api/v1/recovery/drills'),
  'POST /api/v1/recovery/drills': async (server, tenant) => ({
    path: '/api/v1/recovery/drills',
    body: {
      ...{ planId: await newPlan(server, tenant), scope: 'full', result: 'restored', restoredBytes: 5, files: 1 },
      ...{ startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:40:00Z', firstDifference: null },
      evidence: 'Ticket 12',
    },
  }),
  'GET /api/v1/recovery/plans/:id/outlook': async (server, tenant) => ({
    path: `/api/v1/recovery/plans/${await newPlan(server, tenant)}/outlook`,
  }),
  'PUT /api/v1/recovery/plans/:id/drill-target': async (server, tenant) => ({
    path: `/api/v1/recovery/plans/${await newPlan(server, tenant)}/drill-target`,
    body: { scope: 'full', maxAgeDays: 90, windowEndsAt: null },
  }),
  'POST /api/v1/recovery/points/batch': async (server, tenant) => ({
    path: '/api/v1/recovery/points/batch',
    body: { points: [{ ...pushed, planId: await newPlan(server, tenant), id: 'first' }] },
  }),
  'GET /api/v1/recovery/plans/:id/points': async (server, tenant) => ({
    path: `/api/v1/recovery/plans/${await newPlan(server, tenant)}/points`,
  }),
  'GET /api/v1/recovery/plans/:id/attainment': async (server, tenant) => ({
    path: `/api/v1/recovery/plans/${await newPlan(server, tenant)}/attainment`,
  }),
  'GET /api/v1/recovery/attainment': (_, { client }) => ({ path: `/api/v1/recovery/attainment?client=${client.id}` }),
  'GET /api/v1/recovery/plans/:id/runs': async (server, tenant) => ({
    path: `/api/v1/recovery/plans/${await newPlan(server, tenant)}/runs`,
  }),
  'POST /api/v1/recovery/plans/:id/ping': async (server, tenant) => ({
    path: `/api/v1/recovery/plans/${await newPlan(server, tenant)}/ping`,
    body: {},
  }),
  'DELETE /api/v1/recovery/plans/:id/ping': async (server, tenant) => {
    const id = await newPlan(server, tenant);
    await server.recoveryPings.make(everyClient, id, { id: 'test', name: 'Test' });
    return { path: `/api/v1/recovery/plans/${id}/ping` };
  },
  'GET /api/v1/recovery/ping/:secret/:event': async (server, tenant) => ({
    path: `/api/v1/recovery/ping/${await newPing(server, tenant)}/start`,
  }),
  'POST /api/v1/recovery/ping/:secret/:event': async (server, tenant) => ({
    path: `/api/v1/recovery/ping/${await newPing(server, tenant)}/success`,
    body: {},
  }),
  'GET /api/v1/person-reports': plain('/api/v1/person-reports'),
  'POST /api/v1/person-reports': (_, tenant) => ({ path: '/api/v1/person-reports', body: problem(tenant) }),
  'POST /api/v1/person-reports/propose': (_, { client }) => ({
    path: '/api/v1/person-reports/propose',
    body: { clientId: client.id, siteId: null, deviceId: null, serviceId: null, text: '' },
  }),
  'POST /api/v1/person-reports/:id/link': async (server, tenant) => {
    const [report, other] = [await newReport(server, tenant), await newReport(server, tenant)];
    return { path: `/api/v1/person-reports/${report.id}/link`, body: { incidentId: other.incidentId } };
  },
  'GET /api/v1/ahead': plain('/api/v1/ahead'),
  'GET /report': plain('/report'),
  'GET /report.css': plain('/report.css'),
  'GET /report.js': plain('/report.js'),
  'GET /api/v1/portal': plain('/api/v1/portal'),
  'POST /api/v1/portal/reports': () => ({ path: '/api/v1/portal/reports', body: {} }),
  'GET /api/v1/tokens': plain('/api/v1/tokens'),
  'POST /api/v1/tokens': (_, { client, site }) => ({
    path: '/api/v1/tokens',
    body: { clientId: client.id, siteId: site.id, kind: 'server', uses: 1, expiresInMs: day },
  }),
  'DELETE /api/v1/tokens/:id': async ({ store }, { client, site, token }) => {
    const row = { ...token, id: unique('token'), secret_hash: randomBytes(32), client_id: client.id, site_id: site.id };
    await store.scoped(everyClient).tokens.insert(row);
    return { path: `/api/v1/tokens/${encodeURIComponent(row.id)}` };
  },
  'GET /api/v1/users': plain('/api/v1/users'),
  'POST /api/v1/users': () => ({
    path: '/api/v1/users',
    body: { email: `${unique('u').replace(' ', '')}@x.test`, name: 'U', role: 'viewer', password: testPassword },
  }),
  'DELETE /api/v1/users/:id': async ({ store }) => {
    const email = `${unique('gone').replace(' ', '')}@x.test`;
    const { id } = await store.users.create({ email, name: 'G', role: 'viewer', passwordHash: '-' });
    return { path: `/api/v1/users/${id}` };
  },
  'GET /api/v1/api-keys': plain('/api/v1/api-keys'),
  'POST /api/v1/api-keys': (_, { client }) => ({
    path: '/api/v1/api-keys',
    body: { name: 'K', role: 'viewer', clientId: client.id },
  }),
  'GET /api/v1/api-keys/:id/left-behind': async (server, tenant) => ({
    path: `/api/v1/api-keys/${await newKey(server, tenant)}/left-behind`,
  }),
  'POST /api/v1/api-keys/:id/revoke': async (server, tenant) => ({
    path: `/api/v1/api-keys/${await newKey(server, tenant)}/revoke`,
    body: { keep: [] },
  }),
  'DELETE /api/v1/api-keys/:id': async (server, tenant) => ({
    path: `/api/v1/api-keys/${await newKey(server, tenant)}`,
  }),
  'GET /api/v1/audit': plain('/api/v1/audit?limit=500'),
  'GET /api/v1/audit-actions': plain('/api/v1/audit-actions'),
  'GET /api/v1/audit.csv': plain('/api/v1/audit.csv'),
  'GET /enroll': () => ({ path: `/enroll?nonce=${randomBytes(32).toString('base64url')}` }),
  'POST /enroll': async ({ request, keyed, clock }, { client, site }) => {
    const body = { clientId: client.id, siteId: site.id, kind: 'server', uses: 1, expiresInMs: day };
    const made = await request('POST', '/api/v1/tokens', { headers: await keyed('admin'), body });
    return { path: '/enroll', body: enrolment(made.body.token, clock.nowMs) };
  },
  'GET /install/manifest.json': plain('/install/manifest.json'),
  'GET /install/checksums': plain('/install/checksums?platform=none'),
  'GET /install/:name': plain('/install/vigia-agent.mjs'),
};
