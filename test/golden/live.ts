import { once } from 'node:events';
import { WebSocket } from 'ws';
import { type Caller, PUBLIC_URL } from './api.ts';
import type { Tape } from './tape.ts';
import { stillness, time } from './world.ts';

/** A page that looks: every frame that it gets goes on the tape. */
export class Page {
  readonly #socket: WebSocket;

  static async open(port: number, caller: Caller, tape: Tape): Promise<Page> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/live`, {
      headers: { ...caller.headers, origin: PUBLIC_URL, 'x-forwarded-proto': 'https' },
      perMessageDeflate: false,
    });
    const at = (): string => new Date(time.now()).toISOString();
    const section = `live-${caller.name}`;
    socket.on('message', (data) => tape.add(section, { at: at(), frame: JSON.parse(String(data)) }));
    socket.on('close', (code) => tape.add(section, { at: at(), closed: code }));
    await stillness.during(once(socket, 'open'));
    return new Page(socket);
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** Looks at one device, or at rows of a list. */
  async watch(deviceId: string | null, rows: readonly string[] = []): Promise<void> {
    this.#socket.send(JSON.stringify({ type: 'watch', deviceId, rows }));
    await stillness.settle();
  }

  async close(): Promise<void> {
    this.#socket.close();
    await stillness.settle();
  }
}
