import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { startSmtpReceiver } from '../support/smtp-receiver.ts';
import type { Tape } from './tape.ts';
import { internet, time } from './world.ts';

/** Who is told, and what the server looks at: a server of mail, a webhook, and a web shop that may fall over. */

export const MAIL = { host: '127.0.0.25', port: 25 };
export const HOOK_URL = 'http://10.0.0.9/hook';
export const HOOK_SECRET = 'the secret of the webhook';
export const SHOP_URL = 'http://shop.example/';
const SHOP_ADDRESS = '93.184.216.34';

export interface Outside {
  /** What the shop answers with; null: nobody listens. */
  setShop(status: number | null): void;
  /** Whether the webhook takes what it is sent. */
  setHook(takes: boolean): void;
  close(): Promise<void>;
}

export async function startOutside(tape: Tape): Promise<Outside> {
  const closing: (() => unknown)[] = [];
  const teardown = { teardown: (work: () => unknown) => void closing.push(work) };
  const at = (): string => new Date(time.now()).toISOString();

  const smtp = await startSmtpReceiver(teardown, {
    security: 'none',
    onMail: ({ from, to, headers, text: said, html }) => {
      // The system's name of the machine that sent it is none of the server's doing.
      const { received: _, ...shown } = headers;
      tape.add('mails', { at: at(), from, to, headers: shown, text: said.split('\n'), html: html.split('\n') });
    },
  });
  internet.route(MAIL.host, MAIL.port, smtp.port);

  let hookTakes = true;
  const hookPort = await listen(closing, async (request, response) => {
    const { host, 'vigia-signature': signature, ...others } = request.headers;
    const body = await text(request);
    tape.add('webhooks', {
      at: at(),
      path: request.url,
      host,
      headers: others,
      isSigned: isSigned(String(signature), body),
      takes: hookTakes,
      body: JSON.parse(body),
    });
    response.writeHead(hookTakes ? 200 : 503).end(hookTakes ? 'ok' : 'not now');
  });
  internet.route('10.0.0.9', 80, hookPort);

  let shopStatus = 200;
  const shopPort = await listen(closing, (_request, response) => {
    response.writeHead(shopStatus, { connection: 'close' }).end('<h1>the shop</h1>');
  });
  internet.name('shop.example', SHOP_ADDRESS);
  internet.route(SHOP_ADDRESS, 80, shopPort);

  return {
    setShop(status) {
      shopStatus = status ?? shopStatus;
      internet.route(SHOP_ADDRESS, 80, status === null ? null : shopPort);
    },
    setHook(takes) {
      hookTakes = takes;
    },
    async close() {
      for (const work of closing) await work();
    },
  };
}

/** @returns the port on which it listens */
async function listen(closing: (() => unknown)[], answer: RequestListener): Promise<number> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** `t=…,v1=…` over the time and the body. */
function isSigned(signature: string, body: string): boolean {
  const [, seconds, hex] = /^t=(\d+),v1=([0-9a-f]+)$/.exec(signature) ?? [];
  return hex === createHmac('sha256', HOOK_SECRET).update(`${seconds}.${body}`).digest('hex');
}
