import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { startHttpReceiver } from './http-receiver.ts';
import { FAR, PORTS } from './slow-link.ts';
import { startSmtpReceiver } from './smtp-receiver.ts';

/**
 * Run with a file of `{ cert, key }`: what is at the far end of a slow link, a web server with and without TLS, one of mail, and one
 * that only lets itself be connected to. Ends by a signal.
 */

const certificate = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const forever = { teardown: () => undefined };
await startHttpReceiver(forever, { host: FAR.address, port: PORTS.web, answer: { body: 'the far shop' } });
await startHttpReceiver(forever, { host: FAR.address, port: PORTS.hook, certificate });
await startSmtpReceiver(forever, { host: FAR.address, port: PORTS.mail, certificate });
const plain = createServer((socket) => socket.on('error', () => undefined).end());
plain.listen(PORTS.tcp, FAR.address);
await once(plain, 'listening');
process.stdout.write('listening\n');
