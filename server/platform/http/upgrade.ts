import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { VigiaError } from '../../../protocol/error.ts';
import { pathOf, rawErrorAnswer } from './errors.ts';
import type { Origins } from './origin.ts';

/** Takes over the socket of a WebSocket request. It owns the socket from then on. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Who takes WebSockets, by exact path. May be filled until the server listens. */
export type UpgradeRouter = Map<string, UpgradeHandler>;

/** Lets the handlers take WebSockets of this server. Other paths are refused, and so are the pages of other sites everywhere. */
export function attachUpgrades(server: Server, router: UpgradeRouter, origins: Pick<Origins, 'allows'>): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Without a listener a reset during a handler's awaits would end the process.
    socket.on('error', () => socket.destroy());
    const handler = router.get(pathOf(request.url ?? ''));
    const { origin } = request.headers;
    if (handler === undefined) refuseUpgrade(socket, new VigiaError('not_found'));
    else if (origin !== undefined && !origins.allows(origin)) refuseUpgrade(socket, new VigiaError('origin_refused'));
    else handler(request, socket, head);
  });
}

/** True for requests that are WebSockets; others with an Upgrade header are served as plain requests. */
export function isWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket';
}

/** Answers with an error instead of an upgrade and ends the connection. */
export function refuseUpgrade(socket: Duplex, error: VigiaError): void {
  socket.once('finish', () => socket.destroy());
  socket.end(rawErrorAnswer(error));
}
