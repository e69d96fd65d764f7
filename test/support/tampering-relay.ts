import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Test } from 'tap';

/**
 * Stands before a self-signed server with the server's own key, hands everything through, and turns one bit of the last byte of
 * the files at `path`. WebSockets pass until a machine has enrolled, and none after that.
 * @returns its address
 */
export async function tamperingRelay(
  t: Pick<Test, 'teardown'>,
  { address, dataDir, path }: { readonly address: string; readonly dataDir: string; readonly path: string },
): Promise<string> {
  const pem = (name: string) => readFileSync(join(dataDir, 'tls', name));
  let isEnrolled = false;
  const relay = createServer({ key: pem('key.pem'), cert: pem('cert.pem') }, (asked, answer) => {
    const { method, headers, url = '/' } = asked;
    const forwarded = request(address + url, { method, headers, agent: false, rejectUnauthorized: false });
    forwarded.on('error', () => answer.destroy());
    forwarded.on('response', async (response) => {
      const body = Buffer.concat(await response.toArray());
      if (url === path) body[body.length - 1] = (body.at(-1) ?? 0) ^ 1;
      isEnrolled ||= method === 'POST' && url === '/enroll';
      answer.writeHead(response.statusCode ?? 500, response.headers).end(body);
    });
    asked.pipe(forwarded);
  });
  relay.on('upgrade', ({ headers, url = '/' }, socket, head) => {
    socket.on('error', () => undefined);
    if (isEnrolled) {
      socket.destroy();
      return;
    }
    const forwarded = request(address + url, { headers, agent: false, rejectUnauthorized: false }).end();
    forwarded.on('error', () => socket.destroy());
    forwarded.on('upgrade', ({ statusCode, statusMessage, rawHeaders }, upstream: Duplex, early: Buffer) => {
      const lines = rawHeaders.map((text, index) => `${text}${index % 2 === 0 ? ': ' : '\r\n'}`).join('');
      socket.write(`HTTP/1.1 ${statusCode} ${statusMessage}\r\n${lines}\r\n`);
      socket.write(early);
      upstream.write(head);
      upstream.on('error', () => socket.destroy());
      upstream.pipe(socket).pipe(upstream);
    });
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  t.teardown(async () => {
    relay.closeAllConnections();
    relay.close();
    await once(relay, 'close');
  });
  return `https://127.0.0.1:${(relay.address() as AddressInfo).port}`;
}
