import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import type { AcceptSocket } from '../server/edge/gateway/message-socket.ts';
import { acceptOwn } from '../server/edge/gateway/own-socket.ts';
import { acceptByLibrary } from '../test/support/ws-socket.ts';
import { type Figures, readFlags } from './lib/options.ts';
import { round } from './lib/process-figures.ts';
import { say } from './lib/say.ts';

/** What a report of fifty metrics has on the wire, and what is sent back for every tenth. */
const MESSAGE_BYTES = 72;
const ANSWERED = 10;
const ANSWER = Buffer.alloc(16, 1);

/**
 * What a message costs the thread that reads it, by our own framing and by the library's, in turns: the other end is in a thread of
 * its own, whose time does not count.
 */
export async function run(args: readonly string[]): Promise<Figures> {
  const flags = readFlags(args, ['sockets', 'messages', 'rounds']);
  const load = { sockets: flags.count('sockets', 200), messages: flags.count('messages', 500) };
  const rounds: { ownUs: number; libraryUs: number }[] = [];
  for (let nth = -1; nth < flags.count('rounds', 7); nth += 1) {
    const one = { ownUs: await measure(acceptOwn, load), libraryUs: await measure(acceptByLibrary, load) };
    if (nth < 0) continue;
    say(JSON.stringify(one));
    rounds.push(one);
  }
  const median = (pick: (one: (typeof rounds)[number]) => number): number =>
    round(rounds.map(pick).toSorted((a, b) => a - b)[rounds.length >> 1] ?? Number.NaN, 2);
  return {
    ...load,
    ownUsPerMessage: median(({ ownUs }) => ownUs),
    libraryUsPerMessage: median(({ libraryUs }) => libraryUs),
    ownToLibrary: median(({ ownUs, libraryUs }) => ownUs / libraryUs),
  };
}

/** Microseconds of the processor a message, of this thread alone. */
async function measure(accept: AcceptSocket, { sockets, messages }: Load): Promise<number> {
  const all = sockets * messages;
  let taken = 0;
  let finished = (): void => undefined;
  const done = new Promise<void>((resolve) => {
    finished = resolve;
  });
  const server = createServer();
  server.on('upgrade', (request, socket, head) => {
    const accepted = accept(request, socket, head, { subprotocol: 'vigia', maxMessageBytes: 1_024 });
    accepted?.listen({
      onMessage: () => {
        taken += 1;
        if (taken % ANSWERED === 0) accepted.send(ANSWER);
        if (taken === all) finished();
      },
      // At the end the other ends vanish.
      onFault: (cause) => {
        if (taken < all) throw cause;
      },
      onClose: () => undefined,
    });
  });
  const peers = await connect(server, { sockets, messages });
  const before = process.threadCpuUsage();
  peers.postMessage('go');
  await done;
  const { user, system } = process.threadCpuUsage(before);
  await peers.terminate();
  server.closeAllConnections();
  server.close();
  return (user + system) / all;
}

interface Load {
  readonly sockets: number;
  readonly messages: number;
}

async function connect(server: Server, load: Load): Promise<Worker> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const worker = new Worker(new URL('./lib/socket-peers.ts', import.meta.url), {
    workerData: { ...load, port, messageBytes: MESSAGE_BYTES },
  });
  worker.on('error', (cause) => {
    throw cause;
  });
  await once(worker, 'message');
  return worker;
}
