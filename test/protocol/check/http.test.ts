import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { generate } from 'selfsigned';
import t, { type Test } from 'tap';
import { runHttp } from '../../../protocol/check/http.ts';
import type { ResolveHost } from '../../../protocol/check/outcome.ts';
import { runTcp } from '../../../protocol/check/tcp.ts';
import { trustedCertificate } from '../../support/certificate.ts';
import { freePort } from '../../support/free-port.ts';

const toLoopback: ResolveHost = async () => [{ address: '127.0.0.1', family: 4 }];
const options = { timeoutMs: 60_000, resolve: toLoopback };

async function serve(t: Test, listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

t.test('a page is judged by status, text and time', async (t) => {
  const filler = 'x'.repeat(256 * 1024);
  const port = await serve(t, ({ url }, response) => {
    if (url === '/slow') setTimeout(() => response.end('late'), 200);
    else if (url === '/deep') response.end(`${filler}hidden`);
    else if (url === '/cut') response.socket?.destroy();
    else response.writeHead(Number(url?.slice(1)) || 200).end('<h1>Order here</h1>');
  });
  const get = (path: string, over = {}) =>
    runHttp({ kind: 'http', url: `http://shop.test:${port}${path}`, ...over }, options);
  t.match(await get('/'), { up: true, reason: 'ok', httpStatus: 200, certificateLeftMs: null });
  t.match(await get('/500'), { up: false, reason: 'status', httpStatus: 500 });
  t.match(await get('/404', { status: [404] }), { up: true });
  t.match(await get('/200', { status: [204] }), { up: false, reason: 'status' });
  t.match(await get('/', { text: 'Order here' }), { up: true });
  t.match(await get('/', { text: 'Closed' }), { up: false, reason: 'text_missing', httpStatus: 200 });
  t.match(await get('/deep', { text: 'hidden' }), { reason: 'text_missing' }, 'beyond what is read');
  t.match(await get('/slow', { maxMs: 100, text: 'late' }), { up: false, reason: 'too_slow', httpStatus: 200 });
  t.match(await get('/cut'), { up: false, reason: 'failed', httpStatus: null });
});

t.test('an answer that never comes ends at the timeout', async (t) => {
  const port = await serve(t, () => undefined);
  const target = { kind: 'http', url: `http://shop.test:${port}/` } as const;
  t.match(await runHttp(target, { ...options, timeoutMs: 150 }), { up: false, reason: 'timeout' });
});

t.test('three redirects are followed, each to where it may go', async (t) => {
  const hosts: string[] = [];
  const port = await serve(t, ({ url, headers }, response) => {
    t.notOk(headers.authorization ?? headers.cookie, 'no credentials');
    const left = Number(url?.slice(1));
    if (left === 0) response.end('there');
    else response.writeHead(302, { location: `http://user:pass@hop-${left}.test:${port}/${left - 1}` }).end();
  });
  const resolve: ResolveHost = async (host, signal) => {
    hosts.push(host);
    return host === 'hop-9.test' ? 'not_permitted' : toLoopback(host, signal);
  };
  const get = (path: string, over = {}) =>
    runHttp({ kind: 'http', url: `http://shop.test:${port}${path}`, ...over }, { ...options, resolve });
  t.match(await get('/3', { text: 'there' }), { up: true, httpStatus: 200 });
  t.same(hosts, ['shop.test', 'hop-3.test', 'hop-2.test', 'hop-1.test']);
  t.match(await get('/4'), { up: false, reason: 'status', httpStatus: 302 });
  t.match(await get('/9'), { up: null, reason: 'not_permitted' }, 'asked anew for each host');
  t.match(await get('/1', { status: [302] }), { up: true, httpStatus: 302 }, 'unless the redirect is what is wanted');
});

t.test('a name that only looks like the loopback has to be vouched for', async (t) => {
  const server = createTlsServer(await trustedCertificate(), (_, response) => response.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const check = (host: string) => runHttp({ kind: 'http', url: `https://${host}:${port}/` }, options);
  t.match(await check('127.0.0.1'), { up: true, reason: 'ok' });
  t.match(await check('127.0.0.1.shop.test'), { up: false, reason: 'tls' });
  t.match(await check('127.shop.test'), { up: false, reason: 'tls' });
});

t.test('a certificate is judged and tells when it ends', async (t) => {
  const days = 30;
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'shop.test' }], {
    notAfterDate: new Date(Date.now() + days * 86_400_000),
  });
  let requests = 0;
  const server = createTlsServer({ key, cert }, (_, response) => {
    requests += 1;
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const found = await runHttp({ kind: 'http', url: `https://shop.test:${port}/` }, options);
  t.match(found, { up: false, reason: 'tls', httpStatus: null });
  t.ok(Math.abs((found.certificateLeftMs ?? 0) - days * 86_400_000) < 3_600_000);
  t.equal(requests, 0, 'nothing is asked of who is not trusted');
  const plain = await serve(t, (_, response) => response.end());
  t.match(await runHttp({ kind: 'http', url: `https://shop.test:${plain}/` }, options), { up: false, reason: 'tls' });
});

t.test('a port takes a connection or does not', async (t) => {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const closed = await freePort();
  t.match(await runTcp({ kind: 'tcp', host: 'db.test', port }, options), { up: true, reason: 'ok' });
  t.match(await runTcp({ kind: 'tcp', host: 'db.test', port: closed }, options), { up: false, reason: 'refused' });
  for (const [reason, up] of [
    ['name_unknown', false],
    ['not_permitted', null],
  ] as const) {
    const resolve: ResolveHost = async () => reason;
    t.match(await runTcp({ kind: 'tcp', host: 'db.test', port }, { ...options, resolve }), { up, reason });
    t.match(await runHttp({ kind: 'http', url: 'http://db.test/' }, { ...options, resolve }), { up, reason });
  }
});

t.test('a name server that does not answer ends at the timeout', async (t) => {
  // The timeout of a run keeps no process alive by itself.
  const alive = setInterval(() => undefined, 1_000);
  t.teardown(() => clearInterval(alive));
  const resolve: ResolveHost = (_, signal) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const target = { kind: 'tcp', host: 'db.test', port: 1 } as const;
  t.match(await runTcp(target, { timeoutMs: 100, resolve }), { up: false, reason: 'timeout' });
});
