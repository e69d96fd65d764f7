import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import type { Test } from 'tap';

/** The network between agents and their server: connections pass through it until the test cuts them. */
export class Relay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Where the connections lead to; null while the network is cut. */
  #target: URL | null = null;

  readonly #delayMs: number;

  /** Listens on a free port and leads to `target`, a way of so many ms in each direction; it ends with the test. */
  static async start(t: Pick<Test, 'teardown'>, target: string, { delayMs = 0 } = {}): Promise<Relay> {
    const relay = new Relay(delayMs);
    relay.mend(target);
    relay.#server.listen(0, '127.0.0.1');
    await once(relay.#server, 'listening');
    t.teardown(() => {
      relay.#server.close();
      relay.cut();
    });
    return relay;
  }

  private constructor(delayMs: number) {
    this.#delayMs = delayMs;
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
      if (this.#delayMs === 0) socket.pipe(other);
      else socket.pipe(slowWay(this.#delayMs)).pipe(other);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        // What is still on its way arrives.
        if (this.#delayMs === 0) other.destroy();
        else setTimeout(() => other.destroy(), 2 * this.#delayMs).unref();
      });
    }
  }
}

/** What is passed on by timers of one length keeps its order. */
function slowWay(delayMs: number): Transform {
  return new Transform({
    transform(chunk, _encoding, taken) {
      setTimeout(() => this.push(chunk), delayMs);
      taken();
    },
    flush: (ended) => void setTimeout(ended, delayMs),
  });
}
