import { once } from 'node:events';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createSecureServer, type ServerHttp2Stream } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer as createTcp, type Server } from 'node:net';
import { createSecureContext, createServer as createTls } from 'node:tls';
import type { Test } from 'tap';
import type { Signed } from './certificate-chain.ts';

/** Web servers as they are met: each answers in one odd way that browsers take, or do not. All end with the test. */

type Teardown = Pick<Test, 'teardown'>;

/** Its port on 127.0.0.1. */
async function listen(t: Teardown, server: Server): Promise<number> {
  const sockets = new Set<{ destroy(): unknown }>();
  for (const event of ['connection', 'secureConnection'] as const) {
    server.on(event, (socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
    });
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Answers every request with these bytes and hangs up. */
export function rawWeb(t: Teardown, answer: string | Buffer): Promise<number> {
  return listen(
    t,
    createTcp((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(typeof answer === 'string' ? Buffer.from(answer, 'latin1') : answer));
    }),
  );
}

export function plainWeb(t: Teardown, app: RequestListener): Promise<number> {
  return listen(t, createHttp(app));
}

/** HTTPS that has a certificate for one name only, and for all others another that nobody trusts. */
export function namedWeb(t: Teardown, name: string, chain: string, key: string, other: Signed, app: RequestListener) {
  const named = createSecureContext({ cert: chain, key });
  const server = createHttps(
    {
      cert: other.cert,
      key: other.key,
      SNICallback: (asked, done) => done(null, asked === name ? named : createSecureContext(other)),
    },
    app,
  );
  return listen(t, server);
}

export function secureWeb(t: Teardown, cert: string, key: string, app: RequestListener): Promise<number> {
  return listen(t, createHttps({ cert, key }, app));
}

/** Speaks HTTP/2 and nothing else. */
export function http2Web(t: Teardown, cert: string, key: string, body: string): Promise<number> {
  const server = createSecureServer({ cert, key, allowHTTP1: false });
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    stream.respond({ ':status': headers[':path'] === '/' ? 200 : 404, 'content-type': 'text/html; charset=utf-8' });
    stream.end(body);
  });
  return listen(t, server as unknown as Server);
}

/** Speaks no TLS that is younger than 2006. */
export function oldTlsWeb(t: Teardown, cert: string, key: string): Promise<number> {
  const server = createTls({
    cert,
    key,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  server.on('tlsClientError', () => undefined);
  return listen(t, server);
}
