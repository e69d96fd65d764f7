import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import { Value } from 'typebox/value';
import { type WebSocket, WebSocketServer } from 'ws';
import { LiveClientMessage } from '../../../protocol/api/view.ts';
import { addressGroup } from '../../platform/fairness/address-group.ts';
import { QuietLog } from '../../platform/fairness/quiet-log.ts';
import { asSender } from '../../platform/fairness/sender.ts';
import { sessionPrincipal } from '../../platform/http/auth.ts';
import { readSessionCookie } from '../../platform/http/cookie.ts';
import type { AddRoutes } from '../../platform/http/http.ts';
import type { Origins } from '../../platform/http/origin.ts';
import type { Principal } from '../../platform/http/principal.ts';
import { refuseUpgrade, type UpgradeHandler, type UpgradeRouter } from '../../platform/http/upgrade.ts';
import type { Sessions } from '../../platform/security/sessions.ts';
import type { LivePort } from './port.ts';
import { Tally } from './tally.ts';

/** Room for the ids of all rows that a page may look at. */
const MAX_FRAME_BYTES = 16_384;
/** A browser that is so far behind is better served by a fresh start: it reloads the overview when it reconnects. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
const MAX_CONNECTIONS = 2000;
/** Of one login, open or being looked up: a browser with many tabs. */
const MAX_OF_SESSION = 24;
/** Of one person on several machines. */
const MAX_OF_PERSON = 64;
/** Requests whose session is being looked up: nobody without one gets further, so this bounds what strangers can cost. */
const MAX_PENDING = 256;
const MAX_PENDING_OF_ADDRESS = 32;
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

interface LiveContext {
  readonly sessions: Sessions;
  readonly origins: Origins;
  readonly live: LivePort;
  readonly logger: FastifyBaseLogger;
  readonly addressOf: (request: IncomingMessage) => string;
}

interface Connection {
  readonly socket: WebSocket;
  readonly sessionId: string;
  isAlive: boolean;
  messages: number;
}

export interface LiveRouteNeeds extends Omit<LiveContext, 'origins'> {
  readonly upgrades: UpgradeRouter;
  /** Told how many browsers are there. */
  readonly watchFigure?: (figure: { readonly name: string; readonly help: string; read(): number }) => void;
}

/** Adds `/live`, which ends with the server. */
export function liveRoute({ upgrades, watchFigure, ...rest }: LiveRouteNeeds): AddRoutes {
  return (http, { origins }) => {
    const connections = createLiveConnections({ ...rest, origins });
    watchFigure?.({
      name: 'vigia_live_connections',
      help: 'Browsers with a live connection.',
      read: () => connections.count,
    });
    upgrades.set('/live', connections.handle);
    http.addHook('preClose', async () => connections.close());
  };
}

/**
 * Takes WebSockets at `/live`: from our own pages only (exact Origin), with a valid session, which is watched as long as the
 * socket is open.
 */
export function createLiveConnections({ sessions, origins, live, logger, addressOf }: LiveContext): LiveConnections {
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MAX_FRAME_BYTES });
  const connections = new Set<Connection>();
  const refusals = new QuietLog((fields, message) => logger.info(fields, message));
  const failures = new QuietLog((fields, message) => logger.error(fields, message));
  const pending = new Tally();
  /** By what the cookie says, open or being looked up. */
  const ofSession = new Tally();
  const ofPerson = new Tally();

  async function take(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { origin, cookie } = request.headers;
    if (origin === undefined || !origins.allows(origin)) return refuseUpgrade(socket, 'origin_refused');
    const address = addressGroup(addressOf(request));
    const login = readSessionCookie(cookie) ?? '';
    const isFull =
      connections.size + pending.total >= MAX_CONNECTIONS ||
      pending.total >= MAX_PENDING ||
      pending.of(address) >= MAX_PENDING_OF_ADDRESS;
    if (isFull || ofSession.of(login) >= MAX_OF_SESSION) return tooMany(socket, address);
    ofSession.add(login);
    socket.once('close', () => ofSession.remove(login));
    pending.add(address);
    const look = (): ReturnType<typeof sessionPrincipal> => sessionPrincipal(cookie, sessions);
    const principal = await asSender(`address ${address}`, look).finally(() => pending.remove(address));
    if (principal === null) return refuseUpgrade(socket, 'unauthenticated');
    if (ofPerson.of(principal.id) >= MAX_OF_PERSON) return tooMany(socket, address);
    server.handleUpgrade(request, socket, head, (webSocket) => open(webSocket, principal, principal.sessionId));
  }

  function tooMany(socket: Duplex, address: string): void {
    const sentence = 'Too many pages are open. Close some, or retry in a moment.';
    refusals.note({ address }, 'a live connection was refused: too many are open');
    refuseUpgrade(socket, 'too_many_connections', sentence);
  }

  function open(socket: WebSocket, { id, scope }: Principal, sessionId: string): void {
    const connection: Connection = { socket, sessionId, isAlive: true, messages: 0 };
    ofPerson.add(id);
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
      ofPerson.remove(id);
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
        failures.note({ err: error }, 'A live connection could not be opened.');
        refuseUpgrade(socket, 'unavailable');
      });
    },
    get count() {
      return connections.size;
    },
    close() {
      clearInterval(pinging);
      clearInterval(checking);
      refusals.close();
      failures.close();
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
