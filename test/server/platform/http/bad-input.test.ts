import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { startHttp } from '../../../support/http.ts';
import { deviceView } from '../../../support/ports.ts';

t.test('malformed requests get a code and a sentence that names the field', async (t) => {
  const { request, keyed, ports } = await startHttp(t);
  const headers = await keyed('admin');
  ports.devices.set('d1', deviceView({ id: 'd1', clientId: 'c', siteId: 's' }));

  const get = async (path: string, code: string, message: RegExp, status = 400) =>
    t.match(await request('GET', path, { headers }), { status, body: { error: { code, message } } }, path);
  const post = async (path: string, body: unknown, code: string, message: RegExp, status = 400) =>
    t.match(
      await request('POST', path, { headers, body }),
      { status, body: { error: { code, message } } },
      `${path} ${JSON.stringify(body).slice(0, 60)}`,
    );

  await get('/api/v1/devices?limit=0', 'validation_failed', /^The query parameter "limit" must be >= 1\.$/);
  await get('/api/v1/devices?limit=x', 'validation_failed', /"limit" must be integer/);
  await get('/api/v1/devices?limt=5', 'validation_failed', /^The query parameter "limt" is not known here\.$/);
  await get('/api/v1/devices?state=dead', 'validation_failed', /"state" must be one of up, late, lost/);
  await get('/api/v1/devices?cursor=nonsense', 'bad_request', /cursor/);
  await get('/api/v1/devices/d1/series', 'validation_failed', /^The query parameter "metric" is missing\.$/);
  await get(
    '/api/v1/devices/d1/series?metric=cpu.busy&from=monday',
    'validation_failed',
    /"from" must be a time such as/,
  );
  await get('/api/v1/devices/d1/series?metric=cpu.busy&step=1ms', 'range_too_large', /5,000 steps/);
  const series = '/api/v1/devices/d1/series?metric=cpu.busy&';
  await get(`${series}step=0`, 'validation_failed', /"step" must be a duration such as 60s/);
  await get(`${series}aggregation=median`, 'validation_failed', /"aggregation" must be one of last, mean, min, max/);
  await get(
    `${series}from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z`,
    'validation_failed',
    /"from" must be before "to"/,
  );
  await get(
    `${series}from=1770000000&to=1770003600`,
    'validation_failed',
    /ends in 1970.*milliseconds, not in seconds/,
  );
  await get(`${series}from=2100-01-01T00:00:00Z&to=2100-01-02T00:00:00Z`, 'validation_failed', /begins in the future/);
  const fleet = '/api/v1/series?metric=cpu.busy&';
  await get('/api/v1/series', 'validation_failed', /"metric" is missing/);
  await get(`${fleet}across=sum`, 'validation_failed', /"across" must be one of mean, top, heat/);
  await get(`${fleet}count=3`, 'validation_failed', /^The query parameter "count" goes with across=top only\.$/);
  await get(`${fleet}across=heat&order=lowest`, 'validation_failed', /"order" goes with across=top only/);
  await get(`${fleet}across=top&bounds=1`, 'validation_failed', /"bounds" goes with across=heat only/);
  await get(`${fleet}across=top&count=51`, 'validation_failed', /"count" must be <= 50/);
  for (const bounds of [
    '',
    '&bounds=2,1',
    '&bounds=1,,2',
    '&bounds=x',
    `&bounds=${Array.from({ length: 21 }).map((_, i) => i)}`,
  ]) {
    await get(`${fleet}across=heat${bounds}`, 'validation_failed', /"bounds" must be 1 to 20 growing numbers/);
  }
  await get(`${fleet}devices=nobody`, 'not_found', /./, 404);
  await get('/api/v1/series?metric=cpu.bizzy', 'metric_unknown', /./);
  await get('/api/v1/devices/d1/series?metric=cpu.bizzy', 'metric_unknown', /./);
  await get(
    `/api/v1/devices/d1/series?${'metric=a&'.repeat(25)}`,
    'validation_failed',
    /"metric" must not have more than 24/,
  );
  await get('/api/v1/devices/nobody/series?metric=cpu.busy', 'not_found', /./, 404);
  await get('/api/v1/incidents?state=closed', 'validation_failed', /"state" must be one of open, resolved, all/);
  await get('/api/v1/nothing', 'not_found', /nothing at this address/, 404);
  await get('/api/v1/devices/%ff', 'bad_request', /malformed/);
  await get(`/api/v1/devices/${'x'.repeat(300)}`, 'not_found', /./, 404);
  await get(`/api/v1/devices/${'x'.repeat(65)}`, 'validation_failed', /"id"/);

  await post('/api/v1/clients', {}, 'validation_failed', /^The field "name" is missing\.$/);
  await post('/api/v1/clients', { name: 7 }, 'validation_failed', /^The field "name" must be string\.$/);
  await post(
    '/api/v1/clients',
    { name: 'A', colour: 1 },
    'validation_failed',
    /^The field "colour" is not known here\.$/,
  );
  await post('/api/v1/clients', { name: 'a\nb' }, 'validation_failed', /"name" must be one line of text/);
  await post('/api/v1/clients', [1], 'validation_failed', /JSON object/);
  await post(
    '/api/v1/users',
    { email: 'nobody', name: 'N', role: 'viewer', password: 'x'.repeat(12) },
    'validation_failed',
    /"email" must be a valid email/,
  );
  await post(
    '/api/v1/users',
    { email: 'n@x.test', name: 'N', role: 'owner', password: 'x'.repeat(12) },
    'validation_failed',
    /"role" must be one of admin/,
  );
  await post(
    '/api/v1/tokens',
    { kind: 'server', uses: 1, expiresInMs: 1e6 },
    'validation_failed',
    /either "clientId" or "clientName"/,
  );
  await post(
    '/api/v1/tokens',
    { clientName: 'A', clientId: 'b', siteName: 'S', kind: 'server', uses: 1, expiresInMs: 1e6 },
    'validation_failed',
    /either/,
  );
  await post(
    '/api/v1/tokens',
    { clientName: 'A', siteName: 'S', kind: 'server', uses: 0, expiresInMs: 1e6 },
    'validation_failed',
    /"uses" must be >= 1/,
  );
  await post('/api/v1/clients', { name: 'x'.repeat(70_000) }, 'payload_too_large', /./, 413);
  t.match(await request('PATCH', '/api/v1/devices/d1', { headers, body: {} }), {
    status: 400,
    body: { error: { message: /at least one of "name", "siteId", "tags"/ } },
  });
});

t.test('bodies that are not JSON', async (t) => {
  const { base, keyed } = await startHttp(t);
  const key = await keyed('admin');
  const send = async (body: string, type: string) => {
    const response = await fetch(`${base}/api/v1/clients`, {
      method: 'POST',
      headers: { ...key, 'content-type': type },
      body,
    });
    return { status: response.status, body: await response.json() };
  };
  t.match(await send('{"name":', 'application/json'), { status: 400, body: { error: { code: 'bad_request' } } });
  t.match(await send('', 'application/json'), { status: 400, body: { error: { code: 'bad_request' } } });
  t.match(await send('{"name":"A","__proto__":{"x":1}}', 'application/json'), {
    status: 400,
    body: { error: { code: 'bad_request' } },
  });
  t.match(await send('name=A', 'application/x-www-form-urlencoded'), {
    status: 400,
    body: { error: { message: /Content-Type: application\/json/ } },
  });
  t.match(await send('{"name":"A"}', 'text/plain'), { status: 400, body: { error: { code: 'bad_request' } } });
});

t.test('our own faults show nothing of the inside, and the log holds the cause', async (t) => {
  const { request, keyed, ports, log } = await startHttp(t);
  Object.assign(ports.incidents, {
    recent: async () => {
      throw new Error('SELECT secret FROM inside');
    },
  });
  const response = await request('GET', '/api/v1/overview', { headers: await keyed('viewer') });
  t.equal(response.status, 500);
  t.strictSame(response.body, {
    error: {
      code: 'internal',
      message: 'Something failed inside the server. Its log holds the cause.',
      said: { key: 'error.internal', params: {} },
    },
  });
  t.match(
    log.find(({ level }) => level === 50),
    { path: '/api/v1/overview', err: { message: /SELECT secret/ } },
  );
});

t.test('the log holds paths, never queries, cookies or keys', async (t) => {
  const { request, keyed, loggedIn, log } = await startHttp(t);
  const key = await keyed('viewer');
  const { cookie } = await loggedIn('viewer');
  await request('GET', '/api/v1/devices?cursor=SECRETQUERY', { headers: key });
  await request('GET', '/api/v1/overview', { headers: { cookie } });
  const written = JSON.stringify(log);
  t.match(
    log.find(({ path }) => path === '/api/v1/devices'),
    { msg: 'request', status: 400 },
  );
  for (const secret of ['SECRETQUERY', key.authorization?.slice(12) ?? '', cookie.split('=')[1] ?? '']) {
    t.notOk(written.includes(secret), secret.slice(0, 4));
  }
});

t.test('bytes that are not HTTP', async (t) => {
  const { port } = await startHttp(t);
  const socket = connect(port, '127.0.0.1');
  socket.write('\x16\x03\x01 garbage\r\n\r\n');
  const answer = await text(socket);
  t.match(answer, /^HTTP\/1\.1 400 /);
  t.match(JSON.parse(answer.split('\r\n\r\n')[1] ?? ''), { error: { code: 'bad_request' } });
});

t.test('a request that never ends its headers is cut', { timeout: 400_000 }, async (t) => {
  const { port } = await startHttp(t);
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n');
  t.match(await text(socket), /^HTTP\/1\.1 (?:400|408) /);
});
