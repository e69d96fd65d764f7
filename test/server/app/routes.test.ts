import { randomBytes } from 'node:crypto';
import t from 'tap';
import { startHttp } from '../../support/http.ts';
import { deviceView, incidentView } from '../../support/ports.ts';

t.test('lists go page by page, filtered', async (t) => {
  const { request, keyed, ports } = await startHttp(t);
  const headers = await keyed('viewer');
  for (const [index, name] of ['delta', 'Alpha', 'charlie', 'bravo', 'echo'].entries()) {
    const state = index === 0 ? 'lost' : 'up';
    ports.devices.set(name, deviceView({ id: name, name, clientId: index < 2 ? 'a' : 'b', siteId: 's', state }));
  }
  const names = async (query: string) => {
    const { body } = await request('GET', `/api/v1/devices?${query}`, { headers });
    return { names: body.items.map(({ name }: { name: string }) => name), next: body.next };
  };
  const first = await names('limit=2');
  t.strictSame(first.names, ['Alpha', 'bravo']);
  const second = await names(`limit=2&cursor=${first.next}`);
  t.strictSame(second.names, ['charlie', 'delta']);
  t.strictSame(await names(`limit=2&cursor=${second.next}`), { names: ['echo'], next: null });
  t.strictSame((await names('client=a')).names, ['Alpha', 'delta']);
  t.strictSame((await names('state=lost')).names, ['delta']);
  t.strictSame((await names('client=b&state=lost')).names, []);
});

t.test('series pass on what was asked, each metric once', async (t) => {
  const { request, keyed, ports } = await startHttp(t);
  ports.devices.set('d1', deviceView({ id: 'd1', clientId: 'a', siteId: 's' }));
  const query =
    'metric=cpu.busy&metric=load.1&metric=cpu.busy&from=2026-03-01T10:00:00Z&to=2026-03-01T11:00:00Z&step=60s';
  const { status, body } = await request('GET', `/api/v1/devices/d1/series?${query}`, {
    headers: await keyed('viewer'),
  });
  t.equal(status, 200);
  t.strictSame(ports.queries, [
    {
      deviceId: 'd1',
      metrics: ['cpu.busy', 'load.1'],
      fromMs: Date.parse('2026-03-01T10:00:00Z'),
      toMs: Date.parse('2026-03-01T11:00:00Z'),
      stepMs: 60_000,
    },
  ]);
  t.match(body, { stepMs: 60_000, resolution: 'raw', items: [{ metric: 'cpu.busy' }, { metric: 'load.1' }] });
  const highest = await request('GET', `/api/v1/devices/d1/series?${query}&aggregation=max`, {
    headers: await keyed('viewer'),
  });
  t.equal(ports.queries[1]?.aggregation, 'max');
  t.equal(highest.body.items[0].aggregation, 'max');
});

t.test('one metric of many machines: which, over what, and put together how', async (t) => {
  const { request, keyed, ports } = await startHttp(t);
  for (const id of ['d1', 'd2']) ports.devices.set(id, deviceView({ id, clientId: 'a', siteId: 's' }));
  const headers = await keyed('viewer');
  const range = 'from=2026-03-01T10:00:00Z&to=2026-03-01T11:00:00Z&step=60s';
  const f = async (rest: string, want: Record<string, unknown>) => {
    const { status, text } = await request('GET', `/api/v1/series?metric=cpu.busy&${range}&${rest}`, { headers });
    t.equal(status, 200, text);
    t.match(ports.fleetQueries.at(-1), want, rest);
  };
  await f('', { machines: {}, across: { kind: 'mean' }, stepMs: 60_000 });
  await f('client=a&site=s&tag=db&devices=d1,d2,d1&aggregation=max', {
    machines: { clientId: 'a', siteId: 's', tag: 'db', deviceIds: ['d1', 'd2'] },
    aggregation: 'max',
  });
  await f('across=top', { across: { kind: 'top', count: 10, lowest: false } });
  await f('across=top&count=3&order=lowest', { across: { kind: 'top', count: 3, lowest: true } });
  await f('across=heat&bounds=-1,0.5,1e2', { across: { kind: 'heat', bounds: [-1, 0.5, 100] } });
});

t.test('people act on incidents', async (t) => {
  const { request, loggedIn, ports, store } = await startHttp(t);
  const headers = await loggedIn('technician');
  const [me] = await store.users.list();
  ports.openIncidents.set('i1', incidentView({ id: 'i1', clientId: 'a' }));
  const act = (what: string, body: unknown) => request('POST', `/api/v1/incidents/i1/${what}`, { headers, body });

  t.match(await act('acknowledge', {}), { status: 200, body: { state: 'acknowledged', acknowledgedBy: me?.name } });
  t.match(await act('assign', { userId: me?.id }), { status: 200, body: { assigneeId: me?.id } });
  t.match(await act('assign', { userId: 'nobody' }), { status: 400, body: { error: { message: /no such person/ } } });
  t.match(await act('assign', { userId: null }), { status: 200, body: { assigneeId: null } });
  t.match(await act('notes', { text: 'Cleaned the log.' }), { status: 200 });
  t.match(await act('resolve', { text: 'Room again.' }), { status: 200, body: { state: 'resolved' } });
  t.match(await act('resolve', {}), { status: 409, body: { error: { code: 'conflict' } } });
  t.strictSame(ports.calls, [
    'acknowledge i1',
    'assign i1',
    'assign i1',
    'note Cleaned the log. i1',
    'resolve Room again. i1',
  ]);
});

t.test('a new token makes its client and site and gives the line to paste', async (t) => {
  const { request, loggedIn, base, ports, store } = await startHttp(t);
  const headers = await loggedIn('admin');
  const body = { clientName: 'Acme', siteName: 'HQ', kind: 'workstation', uses: 3, expiresInMs: 3_600_000 };
  const made = await request('POST', '/api/v1/tokens', { headers, body });
  t.match(made, { status: 201, body: { kind: 'workstation', usesLeft: 3, expiresAt: '2027-01-15T09:00:00.000Z' } });
  t.match(made.body.token, /^vig1_[\w-]{22}_[\w-]{43}$/);
  t.match(
    made.body.installCommand,
    `${base}/install/agent.sh || echo exit 10) | (echo VIGIA_TOKEN=${made.body.token}; cat) | $(command -v sudo) sh -s -- install --server ${base} `,
  );
  const again = await request('POST', '/api/v1/tokens', { headers, body });
  t.equal(again.body.clientId, made.body.clientId);
  t.equal(again.body.siteId, made.body.siteId);
  t.ok(ports.calls.includes('catalogueChanged'));

  const list = await request('GET', '/api/v1/tokens', { headers });
  t.equal(list.body.items.length, 2);
  t.notMatch(list.text, 'vig1_', 'the secret is never shown again');
  t.equal((await request('DELETE', `/api/v1/tokens/${made.body.id}`, { headers })).status, 204);
  t.equal((await request('DELETE', `/api/v1/tokens/${made.body.id}`, { headers })).status, 404);
  const [entry] = await store.db.selectFrom('audit').selectAll().where('action', '=', 'token.create').execute();
  t.notMatch(JSON.stringify(entry), made.body.token.slice(5, 27));
});

t.test('rights are never more than those of who gives them', async (t) => {
  const { request, keyed, store } = await startHttp(t);
  const body = (role: string) => ({ name: 'K', role, clientId: null });
  for (const role of ['technician', 'viewer', 'metrics'] as const) {
    const made = await request('POST', '/api/v1/api-keys', { headers: await keyed(role), body: body('metrics') });
    t.match(made, { status: 403 }, `${role} makes no keys`);
  }
  const client = await store.scoped({ allClients: true }).clients.create('Acme');
  const limited = await keyed('admin', client.id);
  t.match(await request('POST', '/api/v1/api-keys', { headers: limited, body: body('viewer') }), {
    status: 403,
    body: { error: { message: /that client only/ } },
  });
});

t.test('the last admin stays', async (t) => {
  const { request, loggedIn, store } = await startHttp(t);
  const headers = await loggedIn('admin');
  const [me] = await store.users.list();
  t.match(await request('DELETE', `/api/v1/users/${me?.id}`, { headers }), {
    status: 409,
    body: { error: { code: 'conflict' } },
  });
});

t.test('metrics: a text for Prometheus, of the client that the key is limited to', async (t) => {
  const { request, keyed, ports, store } = await startHttp(t);
  const client = await store.scoped({ allClients: true }).clients.create('Acme');
  ports.devices.set('d1', deviceView({ id: 'd1', clientId: client.id, siteId: 's' }));
  ports.devices.set('d2', deviceView({ id: 'd2', clientId: 'other', siteId: 's' }));
  const all = await request('GET', '/metrics', { headers: await keyed('metrics') });
  t.equal(all.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  t.match(all.text, /device="d1"[\s\S]*device="d2"[\s\S]*vigia_agents_connected 0\n$/);
  const own = await request('GET', '/metrics', { headers: await keyed('metrics', client.id) });
  t.match(own.text, 'device="d1"');
  t.notMatch(own.text, /device="d2"|vigia_agents_connected/);
});

t.test('health and readiness', async (t) => {
  const { request, ports } = await startHttp(t);
  t.match(await request('GET', '/readyz'), { status: 200, body: { status: 'ready' } });
  const refused = async (...failing: typeof ports.unready) => {
    ports.unready = failing;
    const { status, body } = await request('GET', '/readyz');
    t.match({ status, body }, { status: 503, body: { error: { code: 'unavailable', details: { failing } } } });
    return body.error.message;
  };
  t.match(await refused('starting'), /starting/);
  t.equal(
    await refused('evaluating', 'telling'),
    'The server runs, but fails at evaluating and telling. The dashboard and the log say why.',
  );
  t.match(await request('GET', '/healthz'), { status: 200, body: { status: 'ok' } });
});

t.test('the API describes itself: each route with its schemas', async (t) => {
  const { request, keyed } = await startHttp(t);
  const { body } = await request('GET', '/api/v1/openapi.json', { headers: await keyed('viewer') });
  t.match(body, { openapi: '3.1.0', info: { title: 'Vigia' } });
  const series = body.paths['/api/v1/devices/{id}/series'].get;
  t.strictSame(series.parameters.map(({ name }: { name: string }) => name).sort(), [
    'aggregation',
    'from',
    'id',
    'metric',
    'step',
    'to',
  ]);
  t.match(series.responses[200].content['application/json'].schema, {
    type: 'object',
    required: ['from', 'to', 'stepMs', 'resolution', 'items'],
  });
  t.match(body.paths['/api/v1/session'].post.security, []);
  t.match(series.security, [{ key: [] }, { session: [] }]);
});

t.test('install files: only those of the list', async (t) => {
  const { request } = await startHttp(t);
  const { status, body } = await request('GET', '/install/manifest.json');
  t.equal(status, 200);
  for (const file of Object.values(body.files)) t.match(file, { sha256: /^[0-9a-f]{64}$/, sizeBytes: Number });
  for (const name of [
    'package.json',
    '..%2Fpackage.json',
    '..%2F..%2Fetc%2Fpasswd',
    `${randomBytes(4).toString('hex')}.gz`,
  ]) {
    t.match(
      await request('GET', `/install/${name}`),
      { status: 404, body: { error: { code: 'artifact_missing' } } },
      name,
    );
  }
  const unknown = await request('GET', '/install/checksums?platform=plan9-mips');
  t.match(unknown, { status: 400, body: { error: { code: 'validation_failed', message: /platform/ } } });
});
