import type { FastifyBaseLogger } from 'fastify';
import { Value } from 'typebox/value';
import type { WebSocket } from 'ws';
import { LiveClientMessage } from '../../../protocol/api/view.ts';
import type { Principal } from '../../platform/http/principal.ts';
import type { Sessions } from '../../platform/security/sessions.ts';
import type { LivePort } from './port.ts';
import { Tally } from './tally.ts';

/** A browser that is so far behind is better served by a fresh start: it reloads the overview when it reconnects. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
const PING_EVERY_MS = 20_000;
const CHECK_SESSIONS_EVERY_MS = 2000;
/** What a page may say between two pings; a person cannot open devices, or scroll past a screen of them, faster. */
const MAX_MESSAGES_PER_PING = 200;

/** Close codes of /live, for the page to tell apart; 4401 means: log in again. */
export const liveCloseCodes = { sessionEnded: 4401, badMessage: 4400, stopping: 1001 } as const;

interface Connection {
  readonly socket: WebSocket;
  readonly sessionId: string;
  isAlive: boolean;
  messages: number;
}

export interface OpenSocketNeeds {
  readonly sessions: Sessions;
  readonly live: LivePort;
  readonly logger: FastifyBaseLogger;
}

/** The sockets that were let in: each is open as long as its page answers and its session holds. */
export interface OpenSockets {
  readonly count: number;
  /** How many a person has open, by id. */
  of(personId: string): number;
  open(socket: WebSocket, principal: Principal, sessionId: string): void;
  /** Says goodbye to all and stops. */
  close(): void;
}

export function createOpenSockets({ sessions, live, logger }: OpenSocketNeeds): OpenSockets {
  const connections = new Set<Connection>();
  const ofPerson = new Tally();

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
    get count() {
      return connections.size;
    },
    of: (personId) => ofPerson.of(personId),
    open,
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
