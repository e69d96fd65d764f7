import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { Test } from 'tap';

/** A relay as large ones are: who greets with an address, a short name or `localhost` is sent away. It has no TLS. */
export interface StrictRelay {
  readonly port: number;
  /** The names by which clients greeted, in order. */
  readonly greetings: readonly string[];
  /** Mails that it took, as they came. */
  readonly mails: readonly string[];
}

const REFUSED = /^\[|^[^.]*$|^\d+(?:\.\d+){3}$|localhost|localdomain/i;

/** Starts it on an address of this machine, 127.0.0.1 unless told, until the end of the test. */
export async function startStrictRelay(
  t: Pick<Test, 'teardown'>,
  { host = '127.0.0.1', port = 0 }: { readonly host?: string; readonly port?: number } = {},
): Promise<StrictRelay> {
  const greetings: string[] = [];
  const mails: string[] = [];
  const server = createServer((socket) => {
    let received = '';
    let isMail = false;
    const say = (line: string) => socket.write(`${line}\r\n`);
    socket.setEncoding('latin1').on('error', () => undefined);
    say('220 relay.test ESMTP');
    socket.on('data', (piece) => {
      received += String(piece);
      for (;;) {
        const ending = isMail ? '\r\n.\r\n' : '\r\n';
        const end = received.indexOf(ending);
        if (end < 0) return;
        const text = received.slice(0, end);
        received = received.slice(end + ending.length);
        if (isMail) {
          isMail = false;
          mails.push(text);
          say('250 2.0.0 queued');
          continue;
        }
        const [command = '', name = ''] = text.split(' ');
        if (/^(?:EHLO|HELO)$/i.test(command)) {
          greetings.push(name);
          if (REFUSED.test(name)) return void socket.end('421 4.7.0 Try again later, closing connection. (EHLO)\r\n');
          say('250 relay.test');
        } else if (/^DATA$/i.test(command)) {
          isMail = true;
          say('354 go on');
        } else say('250 fine');
      }
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  t.teardown(() => server.close());
  return { port: (server.address() as AddressInfo).port, greetings, mails };
}
