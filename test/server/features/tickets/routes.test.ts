import { sql } from 'kysely';
import t from 'tap';
import { plain } from '../../../../protocol/said/plain.ts';
import { parseSaid } from '../../../../protocol/said/read.ts';
import { said } from '../../../../protocol/said/said.ts';
import { everyClient } from '../../../../server/domain/scope.ts';
import { startHttp } from '../../../support/http.ts';
import { spoken } from '../../../support/spoken.ts';
import { addTenant, incidentRow } from '../../../support/store.ts';

const MINUTE_MS = 60_000;

t.test('a report becomes an incident, and is linked to the one it is about', async (t) => {
  const server = await startHttp(t);
  const { store, clock, request } = server;
  const acme = await addTenant(store, 'Acme');
  const other = await addTenant(store, 'Other');
  const technician = { headers: await server.loggedIn('technician') };
  const ask = (method: string, path: string, body?: unknown) =>
    request(method, `/api/v1${path}`, { ...technician, body });
  const detected = incidentRow(acme, {
    opened_at: clock.nowMs - 20 * MINUTE_MS,
    onset_at: clock.nowMs - 21 * MINUTE_MS,
  });
  const foreign = incidentRow(other);
  const all = store.scoped(everyClient);
  await store.commit([all.incidents.saveStatement(detected), all.incidents.saveStatement(foreign)]);
  const problem = {
    clientId: acme.client.id,
    siteId: null,
    deviceId: acme.device.id,
    serviceId: null,
    reporter: 'Ana',
    text: 'The file server is full.',
    aboutInfrastructure: true,
    incidentId: null,
  };

  const { body: proposed } = await ask('POST', '/person-reports/propose', {
    clientId: acme.client.id,
    siteId: null,
    deviceId: acme.device.id,
    serviceId: null,
    text: 'full',
  });
  t.match(proposed.items, [{ incidentId: detected.id, score: 0.98, why: /^The same device; / }]);

  const { status, body: own } = await ask('POST', '/person-reports', { ...problem, priority: 'high' });
  t.match([status, own], [201, { via: 'technician', leadMs: 0, siteId: acme.site.id }]);
  const made = await all.incidents.get(own.incidentId);
  t.match(spoken(made), {
    source: 'person',
    rule: 'person.report',
    priority: 'high',
    state: 'open',
    said_json: 'Ana reports: The file server is full.',
    object: own.id,
  });
  const outbox = await store.db.selectFrom('outbox').select('kind').execute();
  t.same(outbox, [{ kind: 'incident.raised' }], 'people are told');

  const linked = await ask('POST', `/person-reports/${own.id}/link`, { incidentId: detected.id });
  t.match(linked.body, { incidentId: detected.id, leadMs: 20 * MINUTE_MS });
  t.match(
    await all.incidents.get(made!.id),
    { state: 'resolved', parent_id: detected.id },
    'its own incident is explained',
  );
  t.match(spoken(await all.incidents.events(detected.id)), [
    { kind: 'report', said_json: /^Ana reported it at .* The file server is full\.$/ },
  ]);
  t.match((await ask('POST', `/person-reports/${own.id}/link`, { incidentId: detected.id })).status, 409);

  const direct = await ask('POST', '/person-reports', {
    ...problem,
    incidentId: detected.id,
    reportedAt: new Date(clock.nowMs - 25 * MINUTE_MS).toISOString(),
  });
  t.match(direct.body, { incidentId: detected.id, leadMs: -5 * MINUTE_MS }, 'they were first');

  const key = { headers: await server.keyed('technician', acme.client.id) };
  const byKey = await request('POST', '/api/v1/person-reports', { ...key, body: problem });
  t.equal(byKey.body.via, 'api');
  const { body: list } = await ask('GET', `/person-reports?client=${acme.client.id}&limit=2`);
  t.equal(list.items.length, 2);
  const { body: rest } = await ask('GET', `/person-reports?client=${acme.client.id}&limit=2&cursor=${list.next}`);
  t.same([rest.items.length, rest.next], [1, null]);

  const ahead = await ask('GET', `/ahead?client=${acme.client.id}`);
  t.match(ahead.body, {
    counted: 2,
    foundFirst: 0,
    timeZone: 'UTC',
    missed: [{ leadMs: -5 * MINUTE_MS }, { via: 'api' }],
  });
  t.match((await ask('GET', '/overview')).body.ahead, { counted: 2 });

  const refusals: [string, unknown, number, RegExp][] = [
    [
      '/person-reports',
      { ...problem, reportedAt: new Date(clock.nowMs + 3_600_000).toISOString() },
      400,
      /in the future/,
    ],
    ['/person-reports', { ...problem, reportedAt: '2001-01-01T00:00:00Z' }, 400, /older than a year/],
    ['/person-reports', { ...problem, incidentId: foreign.id }, 404, /no such incident of this client/],
    ['/person-reports', { ...problem, deviceId: other.device.id }, 404, /no such device of this client/],
    ['/person-reports', { ...problem, siteId: other.site.id }, 404, /no such site of this client/],
    ['/person-reports', { ...problem, serviceId: 'none' }, 404, /no such service of this client/],
    ['/person-reports', { ...problem, clientId: 'none' }, 404, /no such client/],
    [`/person-reports/${own.id}/link`, { incidentId: foreign.id }, 404, /no such incident of this client/],
    ['/person-reports/none/link', { incidentId: detected.id }, 404, /no such report/],
  ];
  for (const [path, body, code, sentence] of refusals) {
    const answer = await ask('POST', path, body);
    t.match([answer.status, answer.body.error.message], [code, sentence], `${path} ${sentence}`);
  }
});

t.test('the page behind a secret link', async (t) => {
  const server = await startHttp(t);
  const { store, clock, request } = server;
  const acme = await addTenant(store, 'Acme');
  const other = await addTenant(store, 'Other');
  const admin = { headers: await server.loggedIn('admin') };
  const link = `/api/v1/clients/${acme.client.id}/report-link`;
  const { body: made } = await request('POST', link, { ...admin, body: {} });
  const secret = new URL(made.url).hash.slice(1);
  t.match(made.url, /^http:\/\/127\.0\.0\.1:\d+\/report#[\w-]{43}$/);
  const stored = await store.scoped(everyClient).clients.get(acme.client.id);
  t.notOk(JSON.stringify(stored).includes(secret), 'only its hash is kept');
  const visitor = (key: string) => ({ headers: { 'x-vigia-report-key': key } });

  t.match((await request('GET', '/api/v1/portal', visitor(secret))).body, {
    client: 'Acme',
    sites: [{ name: 'Main' }],
  });
  for (const key of ['', 'x', 'A'.repeat(43), 'ü'.repeat(40)]) {
    const headers = key.startsWith('ü')
      ? { 'x-vigia-report-key': encodeURIComponent(key) }
      : { 'x-vigia-report-key': key };
    t.match(await request('GET', '/api/v1/portal', { headers }), {
      status: 401,
      body: { error: { code: 'unauthenticated' } },
    });
  }

  const body = { reporter: 'Ana', text: 'No internet here.', siteId: acme.site.id };
  const unknown = await request('POST', '/api/v1/portal/reports', { ...visitor(secret), body });
  t.strictSame(
    [unknown.status, unknown.body],
    [
      201,
      {
        sentence: 'Thank you. Your report has reached us, and we will look at it.',
        said: said('report.taken', { knownSince: null }),
        known: false,
      },
    ],
  );

  const lost = incidentRow(acme, {
    device_id: null,
    opened_at: clock.nowMs - 18 * MINUTE_MS,
    onset_at: clock.nowMs - 20 * MINUTE_MS,
    rule: 'site.contact',
  });
  const ofOther = incidentRow(other, {
    device_id: null,
    rule: 'site.contact',
    key: 'o',
    opened_at: clock.nowMs - MINUTE_MS,
  });
  const ofDevice = incidentRow(acme, {
    key: 'd',
    opened_at: clock.nowMs - MINUTE_MS,
    onset_at: clock.nowMs - MINUTE_MS,
  });
  const all = store.scoped(everyClient);
  await store.commit([lost, ofOther, ofDevice].map((row) => all.incidents.saveStatement(row)));
  const known = await request('POST', '/api/v1/portal/reports', { ...visitor(secret), body });
  t.match(known.body, {
    sentence: /^We know about this since \d+ \w+ \d{4}, \d\d:\d\d and are working on it\. Thank you for telling us\.$/,
    said: said('report.taken', { knownSince: lost.opened_at }),
    known: true,
  });
  t.match(await all.personReports.ofIncident(lost.id), [
    { via: 'portal', lead_ms: 18 * MINUTE_MS, about_infrastructure: 1 },
  ]);
  const unsure = await request('POST', '/api/v1/portal/reports', {
    ...visitor(secret),
    body: { ...body, siteId: null },
  });
  t.equal(unsure.body.known, false, 'a guess is not a link');
  const foreign = await request('POST', '/api/v1/portal/reports', {
    ...visitor(secret),
    body: { ...body, siteId: other.site.id },
  });
  t.equal(foreign.status, 404);
  t.equal(
    (await request('POST', '/api/v1/portal/reports', { ...visitor(secret), body: { ...body, priority: 'emergency' } }))
      .status,
    400,
  );

  const { body: renewed } = await request('POST', link, { ...admin, body: {} });
  t.equal((await request('GET', '/api/v1/portal', visitor(secret))).status, 401, 'a new link ends the old one');
  const fresh = new URL(renewed.url).hash.slice(1);
  t.equal((await request('GET', '/api/v1/portal', visitor(fresh))).status, 200);
  t.equal((await request('DELETE', link, admin)).status, 204);
  t.equal((await request('GET', '/api/v1/portal', visitor(fresh))).status, 401, 'and it can be taken away');
});

t.test('attempts at the secret are counted by address', async (t) => {
  const server = await startHttp(t, { limits: { login: 3 } });
  const statuses: number[] = [];
  for (let n = 0; n < 5; n += 1) statuses.push((await server.request('GET', '/api/v1/portal')).status);
  t.same(statuses, [401, 401, 401, 429, 429]);
});

/** Clients with a page, and somebody who reports on it from an address. */
async function openPages(t: Parameters<typeof startHttp>[0], names: readonly string[]) {
  const server = await startHttp(t, { publicUrl: 'https://vigia.example', limits: { login: 100_000 } });
  const { store, request } = server;
  const admin = { headers: { ...(await server.loggedIn('admin')), origin: 'https://vigia.example' } };
  const makeLink = async (clientId: string): Promise<string> => {
    const { body } = await request('POST', `/api/v1/clients/${clientId}/report-link`, { ...admin, body: {} });
    return new URL(body.url).hash.slice(1);
  };
  const tenants = await Promise.all(names.map((name) => addTenant(store, name)));
  const links: string[] = [];
  for (const { client } of tenants) links.push(await makeLink(client.id));
  const report = (link: string, from = '192.0.2.1', reporter = 'Ana', text = 'No internet.') =>
    request('POST', '/api/v1/portal/reports', {
      headers: { 'x-vigia-report-key': link, 'x-forwarded-for': from },
      body: { reporter, text, siteId: null },
    });
  const incidents = async () => (await store.scoped(everyClient).incidents.list({ limit: 100, state: 'all' })).items;
  return { ...server, tenants, links, makeLink, report, incidents };
}

t.test('a report and the use of its link are one: whoever is told to try again has left nothing', async (t) => {
  const { store, links, report, incidents } = await openPages(t, ['Acme']);
  const used = () => store.db.selectFrom('client').select('report_key_used_at').executeTakeFirst();
  await sql`CREATE TRIGGER refused BEFORE UPDATE OF report_key_used_at ON client WHEN NEW.report_key_used_at IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'refused'); END`.execute(store.db);
  t.not((await report(links[0] ?? '')).status, 201);
  t.same(await incidents(), []);
  t.match(await used(), { report_key_used_at: null });
  await sql`DROP TRIGGER refused`.execute(store.db);
  t.equal((await report(links[0] ?? '')).status, 201);
  t.equal((await incidents()).length, 1);
  t.match(await used(), { report_key_used_at: Number });
});

t.test('what comes by the same link within an hour is one incident', async (t) => {
  const { store, clock, links, report, incidents } = await openPages(t, ['Acme', 'Other']);
  const [link = '', other = ''] = links;
  const statuses = await Promise.all(
    Array.from({ length: 60 }, (_, index) => report(link, `198.51.100.${index}`, `P${index}`)),
  );
  t.ok(statuses.every(({ status }) => status === 201));
  const [thread, ...more] = await incidents();
  t.same(more, [], 'sixty reports at once are one incident');
  const all = store.scoped(everyClient);
  t.equal((await all.personReports.ofIncident(thread?.id ?? '')).length, 60, 'and none is lost');
  t.equal((await all.incidents.events(thread?.id ?? '')).filter(({ kind }) => kind === 'report').length, 59);
  const told = await store.db.selectFrom('outbox').select('kind').execute();
  t.same(told, [{ kind: 'incident.raised' }], 'people are told once');

  t.equal((await report(other)).status, 201);
  t.equal((await incidents()).length, 2, 'another client has its own');
  clock.nowMs += 60 * MINUTE_MS + 1;
  await report(link);
  t.equal((await incidents()).length, 3, 'and so has the next hour');
});

t.test('what is resolved is not opened again by the next report', async (t) => {
  const { store, links, report, incidents } = await openPages(t, ['Acme']);
  await report(links[0] ?? '');
  const [first] = await incidents();
  await store.db.updateTable('incident').set({ state: 'resolved', resolved_at: 1 }).execute();
  await report(links[0] ?? '');
  const all = await incidents();
  t.equal(all.length, 2);
  t.equal(all.find(({ id }) => id === first?.id)?.state, 'resolved');
});

t.test('whoever floods a leaked link locks out neither others nor the next link', async (t) => {
  const { clock, links, report, tenants, makeLink, incidents } = await openPages(t, ['Acme', 'Other']);
  const [link = '', other = ''] = links;
  let last = await report(link, '2001:db8::1');
  for (let n = 1; n < 40; n += 1) last = await report(link, `2001:db8::${n}`);
  t.match([last.status, last.body.error?.code], [429, 'rate_limited'], 'one /64 is one address');
  t.match(last.body.error.message, /Call us/);
  for (let n = 0; n < 40; n += 1) await report(link, '198.51.100.1');
  t.equal((await report(link, '192.0.2.1')).status, 201, 'who sits elsewhere is heard');
  t.equal((await report(other, '198.51.100.1')).status, 201, 'and another client');

  for (let n = 0; n < 300; n += 1) last = await report(link, `203.0.113.${n % 250}`);
  t.equal(last.status, 429, 'from however many addresses, there is an end');
  const next = await makeLink(tenants[0]?.client.id ?? '');
  t.equal((await report(next, '192.0.2.2')).status, 201, 'a new link begins anew');
  t.equal((await report(link, '192.0.2.2')).status, 401);
  t.ok((await incidents()).length <= 3);

  clock.nowMs += 60 * MINUTE_MS + 1;
  t.equal((await report(next, '198.51.100.1', 'Ana\r\nBcc: all')).status, 201);
  const sentences = (await incidents()).map(({ said_json }) => plain(parseSaid(said_json), 0));
  t.ok(sentences.includes('Ana Bcc: all reports: No internet.'), 'a name of many lines is one line');
});

t.test('the page itself is static and keeps the strict policy', async (t) => {
  const { request } = await startHttp(t);
  const page = await request('GET', '/report');
  t.match(page.headers.get('content-type'), /^text\/html/);
  t.match(page.headers.get('content-security-policy'), /script-src 'self';style-src 'self'/);
  t.notMatch(page.text, / style=|<style| on\w+=|<script>/, 'nothing inline');
  for (const [path, type] of [
    ['/report.css', 'text/css'],
    ['/report.js', 'text/javascript'],
  ] as const) {
    const file = await request('GET', path);
    t.match([file.status, file.headers.get('content-type')], [200, new RegExp(`^${type}`)]);
  }
});
