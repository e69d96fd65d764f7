import diagnostics from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

interface End {
  readonly socket: Socket;
  isClosed: boolean;
}

/** Every connection has both of its ends in this process: what is written here and not read there is under way. */
export class Sockets {
  readonly #clients = new Map<string, End>();
  readonly #servers = new Map<string, End>();
  readonly #connecting = new Set<Socket>();

  install(): void {
    diagnostics.subscribe('net.client.socket', (message) => this.#addClient((message as { socket: Socket }).socket));
    diagnostics.subscribe('net.server.socket', (message) => this.#addServer((message as { socket: Socket }).socket));
  }

  /** What is under way, in words, or null. */
  busy(): string | null {
    if (this.#connecting.size > 0) return 'a connection is being made';
    for (const [name, client] of this.#clients) {
      const server = this.#servers.get(name);
      if (server === undefined) {
        if (client.isClosed) this.#clients.delete(name);
        else return `nobody has taken the connection ${name}`;
      } else if (client.isClosed && server.isClosed) {
        this.#clients.delete(name);
        this.#servers.delete(name);
      } else if (client.socket.destroyed || server.socket.destroyed) return `the connection ${name} is being closed`;
      else if (isUnderWay(client.socket, server.socket) || isUnderWay(server.socket, client.socket)) {
        return `bytes are under way on the connection ${name}`;
      }
    }
    return null;
  }

  #addClient(socket: Socket): void {
    this.#connecting.add(socket);
    const end = { socket, isClosed: false };
    socket.once('connect', () => {
      this.#connecting.delete(socket);
      this.#clients.set(`${socket.localPort}-${socket.remotePort}`, end);
    });
    socket.once('close', () => {
      this.#connecting.delete(socket);
      end.isClosed = true;
    });
  }

  #addServer(socket: Socket): void {
    const end = { socket, isClosed: false };
    this.#servers.set(`${socket.remotePort}-${socket.localPort}`, end);
    socket.once('close', () => {
      end.isClosed = true;
    });
  }
}

function isUnderWay(from: Socket, to: Socket): boolean {
  if (from.bytesWritten !== to.bytesRead) return true;
  return from.writableFinished && !to.readableEnded;
}
