import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { encodeMessage, opcodes } from '../../protocol/socket/message.ts';

/** The other ends of `bench/sockets.ts`: they connect, say so, and send when they are told to, each a message at a time. */

interface Work {
  readonly port: number;
  readonly sockets: number;
  readonly messages: number;
  readonly messageBytes: number;
}

const { port, sockets, messages, messageBytes } = workerData as Work;
const request =
  'GET /agent HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: vigia\r\n\r\n';
const message = encodeMessage(opcodes.binary, Buffer.alloc(messageBytes, 7));
/** So many are on their way together, as where thousands of agents report in a second. */
const PAUSE_MS = 4;

async function open(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.write(request);
  await once(socket, 'data');
  socket.on('error', () => undefined).resume();
  return socket.setNoDelay(true);
}

const all = await Promise.all(Array.from({ length: sockets }, open));
parentPort?.on('message', async () => {
  for (let nth = 0; nth < messages; nth += 1) {
    for (const socket of all) socket.write(message);
    await sleep(PAUSE_MS);
  }
});
parentPort?.postMessage('open');
