import t from 'tap';
import type { RecoveryPlanInput } from '../../../../protocol/api/recovery.ts';
import { startHttp } from '../../../support/http.ts';
import { startRecovery } from '../../../support/recovery-start.ts';
import { addTenant, type Tenant } from '../../../support/store.ts';

const path = '/api/v1/recovery/plans';

function nightly({ client }: Tenant, change: Partial<RecoveryPlanInput> = {}): RecoveryPlanInput {
  return {
    clientId: client.id,
    deviceId: null,
    serviceId: null,
    name: 'Files of the office',
    tool: 'restic',
    target: { place: 'nas', isOffSite: false },
    rpoMinutes: 1_440,
    rtoMinutes: null,
    rhythm: { kind: 'cron', line: '0 22 * * *' },
    closed: { weekdays: [], dates: [] },
    timeZone: 'UTC',
    durationMinutes: 40,
    graceMinutes: null,
    ...change,
  };
}

t.test('a daily backup of 40 min cannot keep an RPO of 24 h, and the plan says what can', async (t) => {
  const server = await startHttp(t);
  const tenant = await addTenant(server.store, 'Acme');
  const headers = await server.keyed('technician');
  const made = await server.request('POST', path, { headers, body: nightly(tenant) });
  t.equal(made.status, 201, made.text);
  t.same(made.body.rpo, { minutes: 1_440, from: 'plan' });
  t.equal(made.body.worstCase.exposureMs, (24 * 60 + 40) * 60_000);
  t.match(made.body.worstCase.verdict, { hold: 'never', proposalMinutes: 26 * 60 });
  t.match(made.body.worstCase.verdict.sentence, /RPO of 24 h can never hold: it comes to 24 h 40 min .*Agree on 26 h/);

  const next = nightly(tenant, { rpoMinutes: 26 * 60 });
  const changed = await server.request('PUT', `${path}/${made.body.id}`, { headers, body: next });
  t.match(changed.body.worstCase.verdict, { hold: 'holds', proposalMinutes: null });
  const read = await server.request('GET', `${path}/${made.body.id}`, { headers });
  t.same(read.body, changed.body);

  const anew = await startRecovery(server);
  t.same(
    anew.port.list({ allClients: true }, { limit: 10, cursor: undefined }).items,
    (await server.request('GET', path, { headers })).body.items,
    'after a start',
  );

  t.equal((await server.request('DELETE', `${path}/${made.body.id}`, { headers })).status, 204);
  t.equal((await server.request('GET', `${path}/${made.body.id}`, { headers })).status, 404);
  t.same(
    (await startRecovery(server)).port.list({ allClients: true }, { limit: 10, cursor: undefined }).items,
    [],
    'it stays removed',
  );
});

t.test('a plan that skips the weekend holds over it', async (t) => {
  const server = await startHttp(t);
  const tenant = await addTenant(server.store, 'Acme');
  const headers = await server.keyed('technician');
  const body = nightly(tenant, {
    rpoMinutes: 1_500,
    rhythm: { kind: 'cron', line: '0 22 * * 1-5' },
    closed: { weekdays: [6, 7], dates: [] },
  });
  const { body: made } = await server.request('POST', path, { headers, body });
  t.match(made.worstCase.verdict, { hold: 'holds' });
});

t.test('without a target of its own it has that of the contract', async (t) => {
  const server = await startHttp(t);
  const tenant = await addTenant(server.store, 'Acme');
  const headers = await server.keyed('technician');
  const body = nightly(tenant, { rpoMinutes: null });
  const made = await server.request('POST', path, { headers, body });
  t.same(made.body.rpo, { minutes: null, from: 'none' });
  t.equal(made.body.worstCase.verdict, null, 'nothing is promised');
  const agreed = { terms: { recovery: { rpoMinutes: 60, rtoMinutes: 240 } } };
  const { port } = await startRecovery(server, {
    terms: { at: (clientId) => (clientId === tenant.client.id ? agreed : null), inForce: () => [] },
  });
  const [plan] = port.list({ allClients: true }, { limit: 10, cursor: undefined }).items;
  t.same(plan?.rpo, { minutes: 60, from: 'contract' });
  t.same(plan?.rto, { minutes: 240, from: 'contract' });
});

const bad: readonly (readonly [what: string, change: Partial<RecoveryPlanInput>, status: number, sentence: RegExp])[] =
  [
    ['a line that is none', { rhythm: { kind: 'cron', line: 'nightly' } }, 400, /five fields/],
    ['an hour that is none', { rhythm: { kind: 'cron', line: '0 25 * * *' } }, 400, /hour/],
    ['every minute', { rhythm: { kind: 'cron', line: '* * * * *' } }, 400, /every five minutes/],
    ['a zone that is none', { timeZone: 'Mars/Olympus' }, 400, /time zone/],
    ['an offset for a zone', { timeZone: '+02:00' }, 400, /time zone/],
    ['a date that is none', { closed: { weekdays: [], dates: ['2026-02-30'] } }, 400, /no date/],
    [
      'only on days that are closed',
      { rhythm: { kind: 'cron', line: '0 1 * * 7' }, closed: { weekdays: [7], dates: [] } },
      400,
      /nothing is ever due/,
    ],
    ['two lines of a name', { name: 'a\nb' }, 400, /one line/],
    ['a blank name', { name: '  ' }, 400, /name/],
    ['a device and a service', { deviceId: 'x', serviceId: 'y' }, 400, /device or a service/],
    ['a device that is not there', { deviceId: 'x' }, 404, /no such device/],
    ['a service that is not there', { serviceId: 'x' }, 404, /no such service/],
    ['a client that is not there', { clientId: 'x' }, 404, /no such client/],
  ];

t.test('what cannot be meant is refused with what to do', async (t) => {
  const server = await startHttp(t);
  const tenant = await addTenant(server.store, 'Acme');
  const headers = await server.keyed('technician');
  for (const [what, change, status, sentence] of bad) {
    const response = await server.request('POST', path, { headers, body: nightly(tenant, change) });
    t.equal(response.status, status, `${what}: ${response.text}`);
    t.match(response.body.error.message, sentence, what);
  }
  t.same((await server.request('GET', path, { headers })).body.items, [], 'and nothing is kept');
});

t.test('what would come of a plan is said before it is made, with the same refusals', async (t) => {
  const server = await startHttp(t);
  const tenant = await addTenant(server.store, 'Acme');
  const headers = await server.keyed('technician');
  const ask = (body: RecoveryPlanInput) => server.request('POST', `${path}/preview`, { headers, body });
  const { rpo, rto, worstCase } = (await server.request('POST', path, { headers, body: nightly(tenant) })).body;
  t.same((await ask(nightly(tenant))).body, { rpo, rto, worstCase }, 'as it is once it is made');
  for (const [what, change, status, sentence] of bad) {
    const response = await ask(nightly(tenant, change));
    t.equal(response.status, status, `${what}: ${response.text}`);
    t.match(response.body.error.message, sentence, what);
  }
  t.equal((await server.request('GET', path, { headers })).body.items.length, 1, 'nothing is made');
});

t.test('a list may be of what one device is protected by', async (t) => {
  const server = await startHttp(t);
  const tenant = await addTenant(server.store, 'Acme');
  await server.fleet.load();
  const headers = await server.keyed('technician');
  const bodies = [nightly(tenant), nightly(tenant, { deviceId: tenant.device.id, name: 'Its files' })];
  for (const body of bodies) await server.request('POST', path, { headers, body });
  const names = async (query: string) => {
    const { items } = (await server.request('GET', `${path}?${query}`, { headers })).body;
    return items.map(({ name }: RecoveryPlanInput) => name);
  };
  t.same(await names(`device=${tenant.device.id}`), ['Its files']);
  t.same(await names('device=other'), []);
  t.same(await names('service=other'), []);
  t.same(await names(`client=${tenant.client.id}&limit=1`), ['Files of the office'], 'page by page');
});

t.test('a device or a service of another client is not there', async (t) => {
  const server = await startHttp(t);
  const [acme, bolt] = [await addTenant(server.store, 'Acme'), await addTenant(server.store, 'Bolt')];
  await server.fleet.load();
  const headers = await server.keyed('technician');
  const body = (deviceId: string) => nightly(acme, { deviceId });
  t.equal((await server.request('POST', path, { headers, body: body(bolt.device.id) })).status, 404);
  const made = await server.request('POST', path, { headers, body: body(acme.device.id) });
  t.equal(made.status, 201, made.text);
  const moved = { ...nightly(bolt), deviceId: null };
  const response = await server.request('PUT', `${path}/${made.body.id}`, { headers, body: moved });
  t.match(response, { status: 400, body: { error: { message: /stays with its client/ } } });
});
