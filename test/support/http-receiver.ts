import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import type { Test } from 'tap';
import type { Behaviour } from '../server/platform/notify/conformance.ts';
import { type Certificate, trustedCertificate, untrustedCertificate } from './certificate.ts';
import { freePort } from './free-port.ts';

export interface HttpReceived {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface HttpReceiver {
  readonly url: string;
  readonly received: HttpReceived[];
  close(): Promise<void>;
}

export interface HttpReceiverOptions {
  readonly behaviour?: Behaviour;
  readonly port?: number;
  /** Where it listens; 127.0.0.1 unless told. */
  readonly host?: string;
  /** With it a port of its own is one of TLS too. */
  readonly certificate?: Certificate;
  /** What it answers to what it accepts, and to what it refuses. */
  readonly answer?: { readonly status?: number; readonly headers?: Record<string, string>; readonly body: string };
  /** Called before it answers; a status that it returns is the answer, and nothing was taken. */
  readonly onReceived?: (received: HttpReceived) => number | undefined | Promise<number | undefined>;
}

/** A server that takes posts, over TLS, or misbehaves in one way. It is closed after the test. */
export async function startHttpReceiver(
  t: Pick<Test, 'teardown'>,
  options: HttpReceiverOptions = {},
): Promise<HttpReceiver> {
  const { behaviour = 'accepts', answer = { body: 'ok' }, port = 0, host = '127.0.0.1', certificate } = options;
  const received: HttpReceived[] = [];
  const serve: http.RequestListener = async (request, response) => {
    if (behaviour === 'hangs') return;
    if (behaviour === 'hangs_up') return void request.socket.destroy();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const item = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() };
    if (behaviour === 'talks_on') {
      response.writeHead(200);
      return void setInterval(() => response.write('x'.repeat(1_000)), 5).unref();
    }
    const status = await options.onReceived?.(item);
    if (behaviour === 'accepts' && status === undefined) received.push(item);
    response.writeHead(status ?? answer.status ?? (behaviour === 'refuses' ? 500 : 200), answer.headers);
    response.end(behaviour === 'refuses' && answer.status === undefined ? 'unwanted\r\n\u001b[31m here' : answer.body);
  };
  const isPlain = behaviour === 'garbage' || (port !== 0 && certificate === undefined);
  const server = isPlain
    ? behaviour === 'garbage'
      ? net.createServer((socket) => socket.on('error', () => undefined).end('what?\r\n\r\n'))
      : http.createServer(serve)
    : https.createServer(
        certificate ?? (behaviour === 'untrusted_tls' ? await untrustedCertificate() : await trustedCertificate()),
        serve,
      );
  server.listen(port, host);
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    if (server instanceof net.Server && !('closeAllConnections' in server)) server.close();
    else {
      (server as http.Server).closeAllConnections();
      server.close();
    }
  };
  t.teardown(close);
  const { port: actual } = server.address() as AddressInfo;
  return { url: `${isPlain ? 'http' : 'https'}://127.0.0.1:${actual}`, received, close };
}

/** An address where nobody listens. */
export async function deadUrl(): Promise<string> {
  return `https://127.0.0.1:${await freePort()}`;
}
