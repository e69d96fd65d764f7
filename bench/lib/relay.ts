import { once } from 'node:events';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';

/** Passes bytes between an agent and a server, counts them, and can be closed as if the network were gone. */
export class Relay {
  bytesFromAgent = 0;
  bytesToAgent = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Listens on loopback and passes everything on to this port. */
  static async open(port: number): Promise<Relay> {
    const server = createServer();
    const relay = new Relay(server);
    server.on('connection', (near) => relay.#join(near, dial({ host: '127.0.0.1', port })));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return relay;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the relay does not listen');
    return address.port;
  }

  /** Ends all connections and refuses new ones. */
  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(near: Socket, far: Socket): void {
    near.on('data', (chunk) => {
      this.bytesFromAgent += chunk.length;
    });
    far.on('data', (chunk) => {
      this.bytesToAgent += chunk.length;
    });
    near.pipe(far);
    far.pipe(near);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.setNoDelay(true);
      this.#sockets.add(one);
      // An end of either side is seen by the other; nothing is to be said about it here.
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }
}
