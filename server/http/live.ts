import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import { Value } from 'typebox/value';
import { type WebSocket, WebSocketServer } from 'ws';
import { LiveClientMessage } from '../../protocol/view.ts';
import { sessionPrincipal } from './auth.ts';
import type { RouteContext } from './context.ts';
import type { Principal } from './principal.ts';
import { refuseUpgrade, type UpgradeHandler } from './upgrade.ts';

/** Room for the ids of all rows that a page may look at. */
const MAX_FRAME_BYTES = 16_384;
/** A browser that is so far behind is better served by a fresh start: it reloads the overview when it reconnects. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
const MAX_CONNECTIONS = 2000;
/** Requests whose session is being looked up: nobody without one gets further, so this bounds what strangers can cost. */
const MAX_PENDING = 64;
const PING_EVERY_MS = 20_000;
const CHECK_SESSIONS_EVERY_MS = 2000;
/** What a page may say between two pings; a person cannot open devices, or scroll past a screen of them, faster. */
const MAX_MESSAGES_PER_PING = 200;

/** Close codes of /live, for the page to tell apart; 4401 means: log in again. */
export const liveCloseCodes = { sessionEnded: 4401, badMessage: 4400, stopping: 1001 } as const;

/** The browsers' live connections. */
export interface LiveConnections {
  readonly handle: UpgradeHandler;
  readonly count: number;
  /** Says goodbye to all and stops. */
  close(): void;
}

type LiveContext = Pick<RouteContext, 'sessions' | 'origins' | 'live'> & { readonly logger: FastifyBaseLogger };

interface Connection {
  readonly socket: WebSocket;
  readonly sessionId: string;
  isAlive: boolean;
  messages: number;
}

/**
 * Takes WebSockets at `/live`: from our own pages only (exact Origin), with a valid session, which is watched as long as the
 * socket is open.
 */
export function createLiveConnections({ sessions, origins, live, logger }: LiveContext): LiveConnections {
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MAX_FRAME_BYTES });
  const connections = new Set<Connection>();
  let pending = 0;

  async function take(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { origin, cookie } = request.headers;
    if (origin === undefined || !origins.allows(origin)) return refuseUpgrade(socket, 'origin_refused');
    if (connections.size >= MAX_CONNECTIONS || pending >= MAX_PENDING) {
      return refuseUpgrade(
        socket,
        'too_many_connections',
        'Too many pages are open. Close some, or retry in a moment.',
      );
    }
    pending += 1;
    const principal = await sessionPrincipal(cookie, sessions).finally(() => {
      pending -= 1;
    });
    if (principal === null) return refuseUpgrade(socket, 'unauthenticated');
    server.handleUpgrade(request, socket, head, (webSocket) => open(webSocket, principal, principal.sessionId));
  }

  function open(socket: WebSocket, { scope }: Principal, sessionId: string): void {
    const connection: Connection = { socket, sessionId, isAlive: true, messages: 0 };
    const subscription = live.subscribe(scope, (message) => {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.terminate();
      else socket.send(JSON.stringify(message));
    });
    connections.add(connection);
    socket.on('pong', () => {
      connection.isAlive = true;
    });
    socket.on('message', (data, isBinary) => {
      connection.messages += 1;
      const message = isBinary || connection.messages > MAX_MESSAGES_PER_PING ? null : parse(data.toString());
      if (message === null) end(connection, liveCloseCodes.badMessage);
      else subscription.watch(message);
    });
    socket.on('error', (error) => logger.debug({ err: error }, 'A live connection failed.'));
    socket.on('close', () => {
      connections.delete(connection);
      subscription.close();
    });
  }

  /** A peer that does not answer the close is cut at the next ping. */
  function end(connection: Connection, code: number): void {
    connection.isAlive = false;
    connection.socket.close(code);
  }

  const pinging = setInterval(() => {
    for (const connection of connections) {
      if (!connection.isAlive) {
        connection.socket.terminate();
        continue;
      }
      connection.isAlive = false;
      connection.messages = 0;
      connection.socket.ping();
    }
  }, PING_EVERY_MS);

  let isChecking = false;
  async function checkSessions(): Promise<void> {
    if (isChecking) return;
    isChecking = true;
    try {
      for (const sessionId of new Set([...connections].map((connection) => connection.sessionId))) {
        if (await sessions.stillValid(sessionId)) continue;
        for (const connection of connections) {
          if (connection.sessionId === sessionId) end(connection, liveCloseCodes.sessionEnded);
        }
      }
    } catch (error) {
      // The store is busy or stopping; the next round asks again.
      logger.warn({ err: error }, 'Sessions of live connections could not be checked.');
    } finally {
      isChecking = false;
    }
  }
  const checking = setInterval(() => void checkSessions(), CHECK_SESSIONS_EVERY_MS);

  return {
    handle: (request, socket, head) => {
      take(request, socket, head).catch((error: unknown) => {
        logger.error({ err: error }, 'A live connection could not be opened.');
        refuseUpgrade(socket, 'unavailable');
      });
    },
    get count() {
      return connections.size;
    },
    close() {
      clearInterval(pinging);
      clearInterval(checking);
      for (const { socket } of connections) {
        socket.close(liveCloseCodes.stopping);
        setTimeout(() => socket.terminate(), 1000).unref();
      }
    },
  };
}

function parse(text: string): LiveClientMessage | null {
  try {
    const message: unknown = JSON.parse(text);
    return Value.Check(LiveClientMessage, message) ? message : null;
  } catch {
    return null; // not JSON
  }
}
