import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import { WebSocketServer } from 'ws';
import { VigiaError } from '../../../protocol/error.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { addressGroup } from '../../platform/fairness/address-group.ts';
import { QuietLog } from '../../platform/fairness/quiet-log.ts';
import { asSender } from '../../platform/fairness/sender.ts';
import { sessionPrincipal } from '../../platform/http/auth.ts';
import { readSessionCookie } from '../../platform/http/cookie.ts';
import type { AddRoutes } from '../../platform/http/http.ts';
import type { Origins } from '../../platform/http/origin.ts';
import { refuseUpgrade, type UpgradeHandler, type UpgradeRouter } from '../../platform/http/upgrade.ts';
import type { Sessions } from '../../platform/security/sessions.ts';
import { createOpenSockets } from './open-sockets.ts';
import type { LivePort } from './port.ts';
import { Tally } from './tally.ts';

/** Room for the ids of all rows that a page may look at. */
const MAX_FRAME_BYTES = 16_384;
const MAX_CONNECTIONS = 2000;
/** Of one login, open or being looked up: a browser with many tabs. */
const MAX_OF_SESSION = 24;
/** Of one person on several machines. */
const MAX_OF_PERSON = 64;
/** Requests whose session is being looked up: nobody without one gets further, so this bounds what strangers can cost. */
const MAX_PENDING = 256;
const MAX_PENDING_OF_ADDRESS = 32;

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
  const sockets = createOpenSockets({ sessions, live, logger });
  const refusals = new QuietLog((fields, message) => logger.info(fields, message));
  const failures = new QuietLog((fields, message) => logger.error(fields, message));
  const pending = new Tally();
  /** By what the cookie says, open or being looked up. */
  const ofSession = new Tally();

  async function admit(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { origin, cookie } = request.headers;
    if (origin === undefined || !origins.allows(origin)) return refuseUpgrade(socket, new VigiaError('origin_refused'));
    const address = addressGroup(addressOf(request));
    const login = readSessionCookie(cookie) ?? '';
    const isFull =
      sockets.count + pending.total >= MAX_CONNECTIONS ||
      pending.total >= MAX_PENDING ||
      pending.of(address) >= MAX_PENDING_OF_ADDRESS;
    if (isFull || ofSession.of(login) >= MAX_OF_SESSION) return tooMany(socket, address);
    ofSession.add(login);
    socket.once('close', () => ofSession.remove(login));
    pending.add(address);
    const look = (): ReturnType<typeof sessionPrincipal> => sessionPrincipal(cookie, sessions);
    const principal = await asSender(`address ${address}`, look).finally(() => pending.remove(address));
    if (principal === null) return refuseUpgrade(socket, new VigiaError('unauthenticated'));
    if (sockets.of(principal.id) >= MAX_OF_PERSON) return tooMany(socket, address);
    server.handleUpgrade(request, socket, head, (webSocket) => sockets.open(webSocket, principal, principal.sessionId));
  }

  function tooMany(socket: Duplex, address: string): void {
    refusals.note({ address }, 'a live connection was refused: too many are open');
    refuseUpgrade(socket, refused('too_many_connections', said('refused.pages')));
  }

  return {
    handle: (request, socket, head) => {
      admit(request, socket, head).catch((error: unknown) => {
        failures.note({ err: error }, 'A live connection could not be opened.');
        refuseUpgrade(socket, new VigiaError('unavailable'));
      });
    },
    get count() {
      return sockets.count;
    },
    close() {
      refusals.close();
      failures.close();
      sockets.close();
    },
  };
}
