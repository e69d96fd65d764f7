import type { AddressInfo } from 'node:net';
import fastifyStatic from '@fastify/static';
import Fastify from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import type {
  DeviceSummary,
  LiveServerMessage,
  Overview,
  ServerHealth,
  Storage,
  User,
} from '../../protocol/api/view.ts';
import { errorCodes, VigiaError } from '../../protocol/error.ts';
import { addContractRoutes } from './fake-contracts.ts';
import { DESK_NOW_MS, emptyDesk, type FakeDesk } from './fake-desk.ts';
import { addDeskRoutes, deskOverview } from './fake-desk-routes.ts';
import { makeDesk } from './fake-desk-story.ts';
import { type FakeFleet, makeFleet } from './fake-fleet.ts';
import { addRecoveryRoutes } from './fake-recovery.ts';
import { addActionRoutes, addReadRoutes } from './fake-routes.ts';
import { addSlaRoutes } from './fake-sla.ts';

export interface FakeOptions {
  /** The built dashboard. */
  readonly dashboard: string;
  readonly signedIn?: boolean;
  readonly firstRun?: boolean;
  readonly devices?: number;
  readonly nowMs?: number;
  /** A whole working afternoon with clocks, services, maintenance and reports; at {@link DESK_NOW_MS} unless said. */
  readonly desk?: boolean;
}

type Changes = Extract<LiveServerMessage, { type: 'changes' }>;

/** What the routes share and tests change. */
export interface FakeWorld extends FakeFleet {
  session: User | null;
  firstRun: boolean;
  health: ServerHealth;
  storage: Storage;
  readonly nowMs: () => number;
  /** A longer range of measurements is refused. */
  maxSeriesMs: number;
  readonly push: (changes: Omit<Changes, 'type'>) => void;
}

export interface FakeApi {
  readonly url: string;
  readonly world: FakeWorld;
  readonly desk: FakeDesk;
  /** Sends to every page that listens, as the server would. */
  readonly send: (message: LiveServerMessage) => void;
  /** Which device the newest page watches. */
  readonly watched: () => string | null;
  /** Cuts every live connection and refuses new ones until called with false. */
  readonly blind: (on: boolean) => void;
  readonly close: () => Promise<void>;
}

/** The header the real server sends: nothing inline runs. */
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Serves the built dashboard and plays the API and `/live` in front of a made-up fleet, on a free port of loopback. */
export async function startFakeApi(options: FakeOptions): Promise<FakeApi> {
  const offsetMs = (options.nowMs ?? (options.desk ? DESK_NOW_MS : Date.now())) - Date.now();
  const nowMs = () => Date.now() + offsetMs;
  const fleet = makeFleet(nowMs(), options.devices);
  const desk = options.desk ? makeDesk(fleet, nowMs()) : emptyDesk();
  const sockets = new Set<WebSocket>();
  let isBlind = false;
  let watched: string | null = null;
  const send = (message: LiveServerMessage) => {
    for (const socket of sockets) socket.send(JSON.stringify(message));
  };
  const world: FakeWorld = {
    ...fleet,
    session: (options.signedIn ?? true) ? fleet.user : null,
    firstRun: options.firstRun ?? false,
    health: health(fleet, nowMs()),
    storage: storage(nowMs()),
    nowMs,
    maxSeriesMs: Number.POSITIVE_INFINITY,
    push: (changes) => send({ type: 'changes', ...changes }),
  };

  const app = Fastify({ forceCloseConnections: true });
  app.addHook('onRequest', async (_, reply) => {
    reply.header('content-security-policy', CSP);
  });
  app.setErrorHandler((error, _, reply) => {
    const { code, message } = error instanceof VigiaError ? error : { code: 'internal', message: String(error) };
    const status =
      code === 'not_found' ? 404 : code === 'unauthenticated' || code === 'credentials_invalid' ? 401 : 400;
    reply.code(status).send({ error: { code, message } });
  });
  await app.register(fastifyStatic, { root: options.dashboard, wildcard: false });
  app.setNotFoundHandler((request, reply) => {
    if (request.url.startsWith('/api/'))
      return reply.code(404).send({ error: { code: 'not_found', message: errorCodes.not_found } });
    return reply.sendFile('index.html');
  });
  app.addHook('onRequest', async (request) => {
    const isPublic =
      !request.url.startsWith('/api/v1/') || /^\/api\/v1\/(session|first-run|password-reset)/.test(request.url);
    if (!isPublic && !world.session) throw new VigiaError('unauthenticated');
  });
  app.get('/api/v1/overview', () => ({ ...overview(world), ...deskOverview(desk, nowMs()) }));
  addReadRoutes(app, world);
  addSlaRoutes(app, world, desk.services);
  addContractRoutes(app, world);
  addActionRoutes(app, world);
  addDeskRoutes(app, world, desk);
  addRecoveryRoutes(app, world);

  const live = new WebSocketServer({ noServer: true });
  app.server.on('upgrade', (request, socket, head) => {
    if (isBlind || request.url !== '/live' || !world.session) return socket.destroy();
    live.handleUpgrade(request, socket, head, (connection) => {
      sockets.add(connection);
      connection.on('close', () => sockets.delete(connection));
      connection.on('message', (data) => {
        watched = (JSON.parse(String(data)) as { deviceId: string | null }).deviceId;
      });
    });
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    world,
    desk,
    send,
    watched: () => watched,
    blind: (on) => {
      isBlind = on;
      if (on) for (const socket of sockets) socket.terminate();
    },
    close: async () => {
      for (const socket of sockets) socket.terminate();
      await app.close();
    },
  };
}

function health(fleet: FakeFleet, nowMs: number): ServerHealth {
  return {
    version: '0.1.0',
    now: new Date(nowMs).toISOString(),
    startedAt: new Date(nowMs - 11 * 86_400_000).toISOString(),
    judgingFrom: new Date(nowMs - 11 * 86_400_000 + 90_000).toISOString(),
    timeZone: 'America/Costa_Rica',
    reportIntervalMs: { server: 10_000, workstation: 60_000 },
    agentsConnected: [...fleet.devices.values()].filter((device) => device.state === 'up').length,
    warnings: [],
    warningsSaid: [],
  };
}

function storage(nowMs: number): Storage {
  const before = (days: number): string => new Date(nowMs - days * 86_400_000).toISOString();
  return {
    fileBytes: 6 * 2 ** 30,
    freeBytes: 80 * 2 ** 20,
    journalBytes: 5 * 2 ** 20,
    resolutions: [
      { resolution: 'raw', retentionMs: 14 * 86_400_000, bytes: 4 * 2 ** 30, from: before(14) },
      { resolution: 'fiveMinute', retentionMs: 396 * 86_400_000, bytes: 1.5 * 2 ** 30, from: before(211) },
      { resolution: 'hour', retentionMs: 1_826 * 86_400_000, bytes: 160 * 2 ** 20, from: before(211) },
    ],
    damaged: [],
    damagedCount: 0,
    lost: [],
    lostCount: 0,
  };
}

function overview(world: FakeWorld): Omit<Overview, keyof ReturnType<typeof deskOverview>> {
  return {
    user: world.user,
    server: { ...world.health, now: new Date(world.nowMs()).toISOString() },
    clients: world.clients,
    sites: world.sites,
    users: world.users,
    devices: [...world.devices.values()].map(summary),
    incidents: [...world.incidents.values()].map(
      ({ events, evidence, similar, children, reports, siteCard, remoteUrl, ...incident }) => incident,
    ),
  };
}

function summary({
  hostname,
  enrolledAt,
  bootId,
  clockOffsetMs,
  reportIntervalMs,
  fileSystems,
  latest,
  processes,
  onboarding,
  inventory,
  remoteUrl,
  remoteLink,
  expectedHours,
  ...rest
}: ReturnType<FakeFleet['devices']['get']> & object): DeviceSummary {
  return rest;
}
