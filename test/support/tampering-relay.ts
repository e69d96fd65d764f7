import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Test } from 'tap';

/**
 * Stands before a self-signed server with the server's own key, hands everything through, and turns one bit of the last byte of
 * the files at `path`.
 * @returns its address
 */
export async function tamperingRelay(
  t: Pick<Test, 'teardown'>,
  { address, dataDir, path }: { readonly address: string; readonly dataDir: string; readonly path: string },
): Promise<string> {
  const pem = (name: string) => readFileSync(join(dataDir, 'tls', name));
  const relay = createServer({ key: pem('key.pem'), cert: pem('cert.pem') }, (asked, answer) => {
    const { method, headers, url = '/' } = asked;
    const forwarded = request(address + url, { method, headers, agent: false, rejectUnauthorized: false });
    forwarded.on('error', () => answer.destroy());
    forwarded.on('response', async (response) => {
      const body = Buffer.concat(await response.toArray());
      if (url === path) body[body.length - 1] = (body.at(-1) ?? 0) ^ 1;
      answer.writeHead(response.statusCode ?? 500, response.headers).end(body);
    });
    asked.pipe(forwarded);
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
