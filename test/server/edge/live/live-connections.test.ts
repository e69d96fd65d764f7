import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { WebSocket } from 'ws';
import { MAX_LIVE_ROWS } from '../../../../protocol/api/live-rows.ts';
import type { LiveServerMessage } from '../../../../protocol/api/view.ts';
import { liveCloseCodes } from '../../../../server/edge/live/open-sockets.ts';
import { startHttp, type TestServer } from '../../../support/http.ts';
import { until } from '../../../support/until.ts';

function open(t: Test, server: TestServer, headers: Record<string, string>, path = '/live'): WebSocket {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers });
  t.teardown(() => {
    if (socket.readyState === WebSocket.OPEN) socket.terminate();
  });
  return socket;
}

async function refusal(socket: WebSocket): Promise<{ status: number; body: unknown }> {
  const [, response] = await once(socket, 'unexpected-response');
  const chunks = await Array.fromAsync(response);
  return { status: response.statusCode, body: JSON.parse(Buffer.concat(chunks as Buffer[]).toString()) };
}

t.test('only our own pages with a session get in', async (t) => {
  const server = await startHttp(t);
  const { cookie, origin } = await server.loggedIn('viewer');
  const f = async (name: string, headers: Record<string, string>, status: number, code: string, path?: string) =>
    t.match(await refusal(open(t, server, headers, path)), { status, body: { error: { code } } }, name);

  await f('no origin', { cookie }, 403, 'origin_refused');
  await f('foreign origin', { cookie, origin: 'http://evil.test' }, 403, 'origin_refused');
  await f('another port', { cookie, origin: `http://127.0.0.1:${server.port + 1}` }, 403, 'origin_refused');
  await f('no session', { origin: origin ?? '' }, 401, 'unauthenticated');
  await f('wrong session', { origin: origin ?? '', cookie: '__Host-vigia=nonsense' }, 401, 'unauthenticated');
  await f('a key instead', { origin: origin ?? '', ...(await server.keyed('admin')) }, 401, 'unauthenticated');
  await f('unknown path', { cookie, origin: origin ?? '' }, 404, 'not_found', '/other');
  t.equal(server.ports.subscribers.size, 0);

  const socket = open(t, server, { cookie, origin: origin ?? '' });
  await once(socket, 'open');
  t.equal(socket.extensions, '', 'no compression');
});

t.test('changes come, and the page says what it watches', async (t) => {
  const server = await startHttp(t);
  const socket = open(t, server, await server.loggedIn('viewer'));
  await once(socket, 'open');
  const [subscriber] = server.ports.subscribers;
  t.strictSame(subscriber?.scope, { allClients: true });
  const message: LiveServerMessage = { type: 'changes', removedDevices: ['d1'] };
  subscriber?.send(message);
  const [data] = await once(socket, 'message');
  t.strictSame(JSON.parse(String(data)), message);

  socket.send(JSON.stringify({ type: 'watch', deviceId: 'd1' }));
  await until('the device to be watched', () => subscriber?.watched === 'd1');
  socket.send(JSON.stringify({ type: 'watch', deviceId: null }));
  await until('no device to be watched', () => subscriber?.watched === null);
  const rows = Array.from({ length: MAX_LIVE_ROWS }, () => randomUUID());
  socket.send(JSON.stringify({ type: 'watch', deviceId: 'd2', rows, rest: true }));
  await until('a screen of rows to be taken', () => subscriber?.watched === 'd2');
  socket.close();
  await until('the page to leave', () => server.ports.subscribers.size === 0);
  t.pass('unsubscribed when it left');
});

t.test('nonsense ends the connection', async (t) => {
  const server = await startHttp(t);
  const headers = await server.loggedIn('viewer');
  const f = async (name: string, say: (socket: WebSocket) => void, code: number) => {
    const socket = open(t, server, headers);
    await once(socket, 'open');
    say(socket);
    t.equal((await once(socket, 'close'))[0], code, name);
  };
  await f('not JSON', (socket) => socket.send('hello'), liveCloseCodes.badMessage);
  await f('unknown type', (socket) => socket.send('{"type":"command"}'), liveCloseCodes.badMessage);
  await f(
    'binary',
    (socket) => socket.send(Buffer.from('{"type":"watch","deviceId":null}')),
    liveCloseCodes.badMessage,
  );
  await f(
    'too many rows',
    (socket) => {
      const rows = Array.from({ length: MAX_LIVE_ROWS + 1 }, (_, row) => `d${row}`);
      socket.send(JSON.stringify({ type: 'watch', deviceId: null, rows }));
    },
    liveCloseCodes.badMessage,
  );
  await f('too large', (socket) => socket.send('x'.repeat(20_000)), 1009);
  await f(
    'a flood',
    (socket) => {
      for (let index = 0; index < 300; index += 1) socket.send('{"type":"watch","deviceId":null}');
    },
    liveCloseCodes.badMessage,
  );
});

t.test('one login cannot take the places of others, nor can one person with many', async (t) => {
  const server = await startHttp(t);
  const headers = await server.loggedIn('viewer');
  const fates = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const socket = open(t, server, headers);
      return Promise.race([once(socket, 'open').then(() => 'open'), refusal(socket).then(({ status }) => status)]);
    }),
  );
  t.equal(fates.filter((fate) => fate === 'open').length, 24, 'those that are being looked up count too');
  t.ok(fates.every((fate) => fate === 'open' || fate === 503));
  const admin = open(t, server, await server.loggedIn('admin'));
  await once(admin, 'open');
  t.equal(server.ports.subscribers.size, 25);
  const lines = server.log.filter(({ msg }) => String(msg).startsWith('a live connection was refused'));
  t.equal(lines.length, 1, 'one line in the log');
  admin.close();
  await until('the page to leave', () => server.ports.subscribers.size === 24);
});

t.test('one person with many logins has 64 pages, and others have theirs', async (t) => {
  const server = await startHttp(t);
  const user = await server.store.users.create({ email: 'busy@x.test', name: 'B', role: 'viewer', passwordHash: '-' });
  const login = async () => ({
    cookie: `__Host-vigia=${(await server.sessions.create(user.id)).secret}`,
    origin: server.base,
  });
  const fates: (string | number)[] = [];
  const sockets: WebSocket[] = [];
  for (let count = 0; count < 4; count += 1) {
    const headers = await login();
    const opened = Array.from({ length: 20 }, async () => {
      const socket = open(t, server, headers);
      sockets.push(socket);
      return Promise.race([once(socket, 'open').then(() => 'open'), refusal(socket).then(({ status }) => status)]);
    });
    fates.push(...(await Promise.all(opened)));
  }
  t.equal(fates.filter((fate) => fate === 'open').length, 64);
  t.equal(fates.filter((fate) => fate === 503).length, 16);
  await once(open(t, server, await server.loggedIn('admin')), 'open');
  sockets.find((socket) => socket.readyState === WebSocket.OPEN)?.close();
  await until('a place is free', () => server.ports.subscribers.size === 64);
  await once(open(t, server, await login()), 'open');
});

t.test('strangers cannot fill what is being looked up', async (t) => {
  const server = await startHttp(t, { publicUrl: 'https://vigia.example' });
  const origin = 'https://vigia.example';
  const release = Promise.withResolvers<void>();
  const { verify } = server.sessions;
  Object.assign(server.sessions, {
    verify: async (secret: string) => {
      if (secret.startsWith('made-up')) await release.promise;
      return verify(secret);
    },
  });
  const strangers = Array.from({ length: 100 }, (_, n) => {
    const headers = { origin, cookie: `__Host-vigia=made-up-${n}`, 'x-forwarded-for': `2001:db8::${n}` };
    return refusal(open(t, server, headers)).then(({ status }) => status);
  });
  t.equal(await Promise.any(strangers), 503);
  const { cookie } = await server.loggedIn('admin');
  const admin = open(t, server, { cookie, origin, 'x-forwarded-for': '203.0.113.9' });
  await once(admin, 'open');
  release.resolve();
  const statuses = await Promise.all(strangers);
  t.equal(statuses.filter((status) => status === 503).length, 68, 'of one /64 so many are looked up at once');
  t.equal(statuses.filter((status) => status === 401).length, 32);
});

t.test('a revoked session loses its sockets, others stay', async (t) => {
  const server = await startHttp(t);
  const [leaving, staying] = [await server.loggedIn('viewer'), await server.loggedIn('viewer')];
  const [first, second] = [open(t, server, leaving), open(t, server, staying)];
  await Promise.all([once(first, 'open'), once(second, 'open')]);
  await server.request('DELETE', '/api/v1/session', { headers: leaving });
  const [code] = await once(first, 'close');
  t.equal(code, liveCloseCodes.sessionEnded);
  t.equal(second.readyState, WebSocket.OPEN);
});

t.test('a browser that does not read is let go before it costs memory', async (t) => {
  const server = await startHttp(t);
  const socket = open(t, server, await server.loggedIn('viewer'));
  await once(socket, 'open');
  socket.pause();
  const [subscriber] = server.ports.subscribers;
  const large: LiveServerMessage = {
    type: 'changes',
    removedDevices: Array.from({ length: 20_000 }, () => 'd'.repeat(30)),
  };
  let sent = 0;
  await until('it to be let go', () => {
    subscriber?.send(large);
    sent += 1;
    return server.ports.subscribers.size === 0;
  });
  t.ok(sent < 200, `${sent} messages of 660 kB`);
});

t.test('stopping says goodbye', async (t) => {
  const server = await startHttp(t);
  const socket = open(t, server, await server.loggedIn('viewer'));
  await once(socket, 'open');
  const [[code]] = await Promise.all([once(socket, 'close'), server.http.close()]);
  t.equal(code, liveCloseCodes.stopping);
});
