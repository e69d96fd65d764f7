import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Test } from 'tap';

/** The network between agents and their server: connections pass through it until the test cuts them. */
export class Relay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Where the connections lead to; null while the network is cut. */
  #target: URL | null = null;

  /** Listens on a free port and leads to `target`; it ends with the test. */
  static async start(t: Pick<Test, 'teardown'>, target: string): Promise<Relay> {
    const relay = new Relay();
    relay.mend(target);
    relay.#server.listen(0, '127.0.0.1');
    await once(relay.#server, 'listening');
    t.teardown(() => {
      relay.#server.close();
      relay.cut();
    });
    return relay;
  }

  private constructor() {
    this.#server = createServer((near) => this.#pass(near));
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Breaks every connection and refuses new ones. */
  cut(): void {
    this.#target = null;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(target: string): void {
    this.#target = new URL(target);
  }

  #pass(near: Socket): void {
    if (this.#target === null) {
      near.destroy();
      return;
    }
    const far = connect(Number(this.#target.port), this.#target.hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.pipe(other);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  }
}
