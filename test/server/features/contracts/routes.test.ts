import t from 'tap';
import { everyClient } from '../../../../server/domain/scope.ts';
import { clockedIncident, openTerms } from '../../../support/clocked-incident.ts';
import { startHttp } from '../../../support/http.ts';
import { addTenant } from '../../../support/store.ts';

t.test('a contract from the preset to its second version', async (t) => {
  const { store, request, keyed } = await startHttp(t);
  const { client } = await addTenant(store, 'Acme');
  const headers = await keyed('admin');
  const path = `/api/v1/clients/${client.id}/contract`;
  t.same((await request('GET', path, { headers })).body, {
    clientId: client.id,
    current: null,
    versions: [],
    warnings: [],
    warningsSaid: [],
  });
  const presets = await request('GET', '/api/v1/contract-presets', { headers });
  const { terms } = presets.body.items.find(({ tier }: { tier: string }) => tier === 'advanced');
  t.same((await request('POST', '/api/v1/contracts/check', { headers, body: terms })).body, {
    warnings: [],
    warningsSaid: [],
  });
  const first = await request('PUT', path, { headers, body: terms });
  t.match(first, { status: 200, body: { current: { version: 1, terms }, versions: [{ version: 1 }] } });
  const second = await request('PUT', path, { headers, body: { ...terms, saturday: true } });
  t.match(second.body, { current: { version: 2 }, versions: [{ version: 2 }, { version: 1 }] });
  t.same((await request('GET', '/api/v1/contracts', { headers })).body, { items: [second.body], next: null });
  const audit = await store.db
    .selectFrom('audit')
    .select(['action', 'subject'])
    .where('action', '=', 'contract.put')
    .execute();
  t.same(
    audit,
    [1, 2].map(() => ({ action: 'contract.put', subject: client.id })),
  );
});

t.test('a contract that reaches back is checked for a client, and asks once', async (t) => {
  const server = await startHttp(t);
  const { request, keyed } = server;
  const tenant = await addTenant(server.store, 'Acme');
  const headers = await keyed('admin');
  const path = `/api/v1/clients/${tenant.client.id}/contract`;
  const check = `/api/v1/contracts/check?client=${tenant.client.id}`;
  t.match((await request('POST', check, { headers, body: openTerms() })).body, {
    olderIncidents: { count: 0, late: 0 },
  });
  t.match(await request('POST', '/api/v1/contracts/check?client=nobody', { headers, body: openTerms() }), {
    status: 404,
  });
  t.match(await request('PUT', `${path}?clocksFrom=never`, { headers, body: openTerms() }), { status: 400 });
  t.match(await request('PUT', `${path}?clocksFrom=today`, { headers, body: openTerms() }), { status: 200 });
  t.notOk('olderIncidents' in (await request('POST', check, { headers, body: openTerms() })).body, 'it has one');
});

t.test('bad terms get a sentence', async (t) => {
  const { store, request, keyed } = await startHttp(t);
  const { client } = await addTenant(store, 'Acme');
  const headers = await keyed('admin');
  const terms = openTerms();
  const refused = async (body: unknown, status: number, code: string, message: RegExp) => {
    for (const [method, path] of [
      ['POST', '/api/v1/contracts/check'],
      ['PUT', `/api/v1/clients/${client.id}/contract`],
    ] as const) {
      t.match(
        await request(method, path, { headers, body }),
        { status, body: { error: { code, message } } },
        `${method} ${message}`,
      );
    }
  };
  const many = Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`site-${n}`, terms.calendar]));
  await refused({ ...terms, siteCalendars: many }, 400, 'validation_failed', /siteCalendars/);
  const availability = { ...terms.availability, serviceTargetPpm: 1_000_000 };
  await refused({ ...terms, availability }, 422, 'contract_invalid', /^The availability target of services is 100 %/);
  await refused({ ...terms, calendar: { ...terms.calendar, weekly: [] } }, 422, 'contract_invalid', /are empty/);
  await refused(
    { ...terms, calendar: { ...terms.calendar, timeZone: 'Nowhere' } },
    422,
    'contract_invalid',
    /unknown time zone "Nowhere"/,
  );
  await refused({ ...terms, startsOn: '2026-02-30' }, 400, 'validation_failed', /startsOn/);
  await refused({ ...terms, tier: 'gold' }, 400, 'validation_failed', /"tier" must be one of/);
  await refused({ ...terms, colour: 'red' }, 400, 'validation_failed', /"colour" is not known/);
  const weekly = [{ weekday: 8, from: '08:00', to: '09:00' }];
  await refused({ ...terms, calendar: { ...terms.calendar, weekly } }, 400, 'validation_failed', /weekday/);
  t.same((await request('GET', '/api/v1/contracts', { headers })).body.items, []);
});

t.test('a contract with years of holidays fits', async (t) => {
  const { store, request, keyed } = await startHttp(t);
  const { client } = await addTenant(store, 'Acme');
  const first = Temporal.PlainDate.from('2027-06-01');
  const name = 'A holiday with a name that is rather long';
  const exceptions = Array.from({ length: 1000 }, (_, index) => ({
    date: first.add({ days: 7 * index }).toString(),
    name,
    hours: [],
  }));
  const body = { ...openTerms(), calendar: { ...openTerms().calendar, exceptions } };
  const put = await request('PUT', `/api/v1/clients/${client.id}/contract`, { headers: await keyed('admin'), body });
  t.match(put, { status: 200, body: { current: { version: 1 } } });
});

t.test('holidays', async (t) => {
  const { request, keyed } = await startHttp(t);
  const headers = await keyed('viewer');
  const year = await request('GET', '/api/v1/holidays?country=CR&region=&year=2026', { headers });
  t.ok(
    year.body.items.some(
      ({ date, name }: { date: string; name: string }) => date === '2026-05-01' && name === 'Labour Day',
    ),
  );
  const countries = await request('GET', '/api/v1/holiday-countries', { headers });
  t.ok(
    countries.body.items.some(
      ({ code, name }: { code: string; name: string }) => code === 'CR' && name === 'Costa Rica',
    ),
  );
  t.match(await request('GET', '/api/v1/holidays?country=XX&year=2026', { headers }), { status: 400 });
  t.match(await request('GET', '/api/v1/holidays?country=CR&year=1492', { headers }), { status: 400 });
});

t.test('what people do with a clock is shown, kept and audited', async (t) => {
  const server = await startHttp(t);
  const { request, store, clock } = server;
  const tenant = await addTenant(store, 'Acme');
  const headers = await server.loggedIn('technician');
  const id = await clockedIncident(server, tenant, 'i1', 'emergency');
  const path = `/api/v1/incidents/${id}`;
  const act = (suffix: string, body: unknown = {}) => request('POST', `${path}${suffix}`, { headers, body });
  t.match(await act('/clock/pause', { reason: 'No access.' }), { status: 200, body: { id } });
  t.match(await act('/clock/pause', { reason: 'Again.' }), { status: 409, body: { error: { code: 'conflict' } } });
  clock.nowMs += 3_600_000;
  t.equal((await act('/clock/resume')).status, 200);
  t.equal((await act('/on-site')).status, 200);
  clock.nowMs += 60_000;
  t.equal((await act('/priority', { priority: 'high', why: 'It works again.' })).status, 200);
  t.equal((await act('/respond', { text: 'Called Bea.' })).status, 200);
  t.equal((await act('/notes', { text: 'We are on it.', visible: true })).status, 200);
  t.equal((await act('/on-site/arrived')).status, 200);
  t.match(await act('/priority', { priority: 'urgent', why: 'w' }), { status: 400 });
  t.match(await act('/priority', { priority: 'normal', why: '' }), { status: 400 });
  const { status, body } = await request('GET', `${path}/clock`, { headers });
  t.equal(status, 200);
  t.match(body, {
    clock: { contractual: false, onSite: { outcome: 'met' } },
    pauses: [{ reason: 'No access.' }],
    computations: { length: 4 },
  });
  t.match(body.sentence, /^The clock of our internal target started/);
  const actions = await store.db.selectFrom('audit').select('action').where('subject', '=', id).execute();
  t.same(
    actions.map(({ action }) => action),
    [
      'incident.clock.pause',
      'incident.clock.resume',
      'incident.on-site',
      'incident.priority',
      'incident.respond',
      'incident.on-site.arrived',
    ],
  );
  const kinds = (await store.scoped(everyClient).incidents.events(id)).map(({ kind }) => kind);
  t.same(kinds, ['clock', 'clock', 'clock', 'changed', 'clock', 'responded', 'on_site']);
});
