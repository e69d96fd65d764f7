import type { FastifyInstance } from 'fastify';
import type {
  Aggregation,
  ApiKey,
  Device,
  EnrolmentToken,
  IncidentDetail,
  NewEnrolmentToken,
} from '../../protocol/api/view.ts';
import { SentenceError, VigiaError } from '../../protocol/error.ts';
import { typed } from '../../protocol/said/said.ts';
import { installCommands } from '../../server/features/access/install-command.ts';
import type { FakeWorld } from './fake-api.ts';
import { type FleetSeriesQuery, makeFleetSeries } from './fake-fleet-series.ts';
import { makePresence, makeSeries } from './fake-history.ts';

const HOUR_MS = 3_600_000;

interface WithId {
  Params: { id: string };
}

interface SeriesQuery {
  metric: string | string[];
  from: string;
  to: string;
  step: string;
  aggregation?: Aggregation;
}

/** What a viewer may ask. */
export function addReadRoutes(app: FastifyInstance, world: FakeWorld): void {
  const device = (id: string): Device => {
    const found = world.devices.get(id);
    if (!found) throw new SentenceError('not_found', 'There is no such device, or it was retired.');
    return found;
  };
  app.get<WithId>('/api/v1/devices/:id', ({ params }) => device(params.id));
  app.get<WithId>('/api/v1/devices/:id/twins', () => ({ isUndecided: false, machines: [] }));
  app.get<WithId>('/api/v1/devices/:id/presence', ({ params }) => ({
    items: makePresence(device(params.id), world.nowMs()),
  }));
  app.get<WithId & { Querystring: SeriesQuery }>('/api/v1/devices/:id/series', ({ params, query }) => {
    const range = { fromMs: Date.parse(query.from), toMs: Date.parse(query.to), stepMs: Number(query.step) };
    if (range.toMs - range.fromMs > world.maxSeriesMs) {
      throw new SentenceError('range_too_large', 'This would read about 36,000,000 readings. Ask for at most 9 days.');
    }
    return makeSeries(device(params.id), [query.metric].flat(), range, world.nowMs(), query.aggregation);
  });
  app.get('/api/v1/storage', () => world.storage);
  app.get<{ Querystring: FleetSeriesQuery }>('/api/v1/series', ({ query }) => makeFleetSeries(world, query));
  app.get<{ Querystring: { state: string; device?: string; client?: string } }>('/api/v1/incidents', ({ query }) => ({
    items: [...world.incidents.values()].filter(
      (incident) =>
        (query.state === 'all' || (incident.state === 'resolved') === (query.state === 'resolved')) &&
        (query.device === undefined || incident.deviceId === query.device) &&
        (query.client === undefined || incident.clientId === query.client),
    ),
    next: null,
  }));
  app.get<WithId>('/api/v1/incidents/:id', ({ params }) => incidentOf(world, params.id));
}

function incidentOf(world: FakeWorld, id: string): IncidentDetail {
  const found = world.incidents.get(id);
  if (!found) throw new SentenceError('not_found', 'There is no such incident.');
  return found;
}

/** What changes something. */
export function addActionRoutes(app: FastifyInstance, world: FakeWorld): void {
  addSessionRoutes(app, world);
  addIncidentRoutes(app, world);
  addSettingsRoutes(app, world);
}

function addSessionRoutes(app: FastifyInstance, world: FakeWorld): void {
  const info = () => ({ user: world.session, firstRun: world.firstRun, version: '0.1.0' });
  app.get('/api/v1/session', info);
  app.post<{ Body: { password: string } }>('/api/v1/session', ({ body }) => {
    if (body.password !== 'correct horse battery') throw new VigiaError('credentials_invalid');
    world.session = world.user;
    return info();
  });
  app.delete('/api/v1/session', (_, reply) => {
    world.session = null;
    return reply.code(204).send();
  });
  app.post<{ Body: { token: string; name: string } }>('/api/v1/first-run', ({ body }) => {
    if (body.token !== 'one-time') throw new VigiaError('first_run_token_invalid');
    world.user.name = body.name;
    world.firstRun = false;
    world.session = world.user;
    return info();
  });
}

function addIncidentRoutes(app: FastifyInstance, world: FakeWorld): void {
  const act = (
    id: string,
    kind: IncidentDetail['events'][number]['kind'],
    text: string,
    change: Partial<IncidentDetail>,
  ) => {
    const before = incidentOf(world, id);
    const at = new Date(world.nowMs()).toISOString();
    const next = {
      ...before,
      ...change,
      updatedAt: at,
      events: [
        ...before.events,
        { id: before.events.length + 10, at, kind, by: world.user.name, text, said: typed(text) },
      ],
    };
    world.incidents.set(id, next);
    const { events, evidence, similar, ...incident } = next;
    world.push({ incidents: [incident] });
    return next;
  };
  const now = () => new Date(world.nowMs()).toISOString();
  app.post<WithId>('/api/v1/incidents/:id/acknowledge', ({ params }) =>
    act(params.id, 'acknowledged', '', {
      clock: answered(incidentOf(world, params.id).clock, now()),
      state: 'acknowledged',
      acknowledgedAt: now(),
      acknowledgedBy: world.user.name,
    }),
  );
  app.post<WithId & { Body: { userId: string | null } }>('/api/v1/incidents/:id/assign', ({ params, body }) => {
    const name = world.users.find(({ id }) => id === body.userId)?.name ?? null;
    return act(params.id, 'assigned', name ?? '', { assigneeId: body.userId, assigneeName: name });
  });
  app.post<WithId & { Body: { text: string; visible: boolean } }>('/api/v1/incidents/:id/notes', ({ params, body }) =>
    act(params.id, 'note', body.text, body.visible ? { respondedAt: now(), respondedBy: world.user.name } : {}),
  );
  app.post<WithId & { Body: { text?: string } }>('/api/v1/incidents/:id/resolve', ({ params, body }) =>
    act(params.id, 'resolved', body.text ?? '', { state: 'resolved', resolvedAt: now() }),
  );
}

function answered(clock: IncidentDetail['clock'], at: string): IncidentDetail['clock'] {
  if (clock === null || clock.respondedAt !== null) return clock;
  const outcome = clock.dueAt === null ? 'none' : at <= clock.dueAt ? 'met' : 'breached';
  return { ...clock, respondedAt: at, outcome, pausedSince: null };
}

/** Who made a key or a token, and still answers for it. */
function made(id: string, name: string) {
  return { createdBy: id, maker: { id, kind: 'person', name, isActive: true }, keeper: null } as const;
}

function addSettingsRoutes(app: FastifyInstance, world: FakeWorld): void {
  const ago = (ms: number) => new Date(world.nowMs() - ms).toISOString();
  const people = [
    world.user,
    { id: 'u-ben', email: 'ben@lookout.example', name: 'Ben Carter', role: 'technician' },
    { id: 'u-ivo', email: 'ivo@lookout.example', name: 'Ivo Marković', role: 'viewer' },
  ];
  const keys: ApiKey[] = [
    {
      id: 'k1',
      name: 'Prometheus',
      role: 'metrics',
      clientId: null,
      createdAt: ago(40 * 24 * HOUR_MS),
      ...made(world.user.id, world.user.name),
      lastUsedAt: ago(9000),
      expiresAt: ago(-50 * 24 * HOUR_MS),
    },
    {
      id: 'k2',
      name: 'Ticket robot',
      role: 'technician',
      clientId: null,
      createdAt: ago(90 * 24 * HOUR_MS),
      ...made('u-ben', 'Ben Carter'),
      lastUsedAt: null,
      expiresAt: null,
    },
    {
      id: 'k3',
      name: 'Nightly export',
      role: 'viewer',
      clientId: 'c2',
      createdAt: ago(30 * 24 * HOUR_MS),
      createdBy: 'key:k2',
      maker: { id: 'key:k2', kind: 'key', name: 'Ticket robot', isActive: true },
      keeper: null,
      lastUsedAt: ago(HOUR_MS),
      expiresAt: null,
    },
  ];
  const tokens: EnrolmentToken[] = [
    {
      id: 't1',
      clientId: 'c2',
      siteId: 's3',
      kind: 'workstation',
      usesLeft: 12,
      expiresAt: ago(-5 * 24 * HOUR_MS),
      createdAt: ago(HOUR_MS),
      ...made('u-ben', 'Ben Carter'),
      lastUsedAt: ago(3 * HOUR_MS),
    },
    {
      id: 't-robot',
      clientId: 'c2',
      siteId: 's3',
      kind: 'server',
      usesLeft: 3,
      expiresAt: ago(-5 * 24 * HOUR_MS),
      createdAt: ago(HOUR_MS),
      createdBy: 'key:k2',
      maker: { id: 'key:k2', kind: 'key', name: 'Ticket robot', isActive: true },
      keeper: null,
      lastUsedAt: null,
    },
  ];
  const reportLink = {
    id: 'c2',
    createdAt: ago(60 * 24 * HOUR_MS),
    ...made('u-ben', 'Ben Carter'),
    lastUsedAt: ago(5 * HOUR_MS),
    expiresAt: null,
  };
  app.get<WithId>('/api/v1/clients/:id/report-link', ({ params }) => ({
    link: params.id === reportLink.id ? reportLink : null,
  }));
  const list = <T extends { id: string }>(path: string, items: T[]) => {
    app.get(path, () => ({ items, next: null }));
    app.delete<WithId>(`${path}/:id`, ({ params }, reply) => {
      items.splice(
        items.findIndex(({ id }) => id === params.id),
        1,
      );
      return reply.code(204).send();
    });
  };
  app.get('/api/v1/audit-actions', () => ({
    items: [
      { action: 'client.change', words: 'Changed a client' },
      { action: 'device.retire', words: 'Retired a device' },
      { action: 'token.create', words: 'Made an enrolment token' },
    ],
  }));
  app.get<{ Querystring: Record<string, string> }>('/api/v1/audit', ({ query }) => {
    const ben = { id: 'u2', kind: 'person', name: 'Ben Carter' };
    const rows = [
      {
        row: 3,
        at: new Date(world.nowMs()).toISOString(),
        actor: ben,
        action: 'device.retire',
        words: 'Retired a device',
        object: 'gone',
        detail: {},
      },
      {
        row: 2,
        at: new Date(world.nowMs() - 3_600_000).toISOString(),
        actor: { id: 'server', kind: 'server', name: null },
        action: 'client.change',
        words: 'Changed a client',
        object: 'c-1',
        detail: { name: 'Acme' },
      },
      {
        row: 1,
        at: new Date(world.nowMs() - 90_000_000).toISOString(),
        actor: { ...ben, name: 'Ben Carter of the night shift' },
        action: 'token.create',
        words: 'Made an enrolment token',
        object: 't1',
        detail: { clientId: 'c2', siteId: 's3', kind: 'workstation', uses: 12, expiresInMs: 600_000 },
      },
    ];
    const fits = rows.filter(({ action }) => query.action === undefined || action === query.action);
    return { items: fits, next: null };
  });
  list('/api/v1/users', people);
  list('/api/v1/api-keys', keys);
  list('/api/v1/tokens', tokens);
  app.get<WithId>('/api/v1/users/:id/left-behind', ({ params }) => ({
    apiKeys: keys.filter(({ createdBy }) => createdBy === params.id),
    tokens: tokens.filter(({ createdBy }) => createdBy === params.id),
    reportLinks: [reportLink].filter(({ maker }) => maker.id === params.id),
  }));
  app.get<WithId>('/api/v1/api-keys/:id/left-behind', ({ params }) => ({
    apiKeys: keys.filter(({ createdBy }) => createdBy === `key:${params.id}`),
    tokens: tokens.filter(({ createdBy }) => createdBy === `key:${params.id}`),
    reportLinks: [],
  }));
  app.post<WithId & { Body: { keep: string[] } }>('/api/v1/api-keys/:id/revoke', ({ params, body }, reply) => {
    const isGone = ({ id, createdBy }: { id: string; createdBy?: string }): boolean =>
      id === params.id || (createdBy === `key:${params.id}` && !body.keep.includes(id));
    for (const items of [keys, tokens] as { id: string; createdBy?: string }[][])
      for (const item of items.filter(isGone)) items.splice(items.indexOf(item), 1);
    return reply.code(204).send();
  });
  app.post<WithId & { Body: { keep: string[] } }>('/api/v1/users/:id/disable', ({ params, body }, reply) => {
    const remove = <T extends { id: string; createdBy?: string }>(items: T[], gone: (item: T) => boolean) => {
      for (const item of items.filter(gone)) items.splice(items.indexOf(item), 1);
    };
    const isGone = (item: { id: string; createdBy?: string }) =>
      item.createdBy === params.id && !body.keep.includes(item.id);
    remove(keys, isGone);
    remove(tokens, isGone);
    remove(people, ({ id }) => id === params.id);
    return reply.code(204).send();
  });
  app.post('/api/v1/users/:id/reset-link', (_request, reply) =>
    reply.code(201).send({
      url: 'https://vigia.lookout.example/reset-password#token=9Xk2mT7qLr4vB1nZ8sWc5dGhJkQpYtRe3UiOaSxCvBn',
      expiresAt: ago(-24 * HOUR_MS),
    }),
  );
  app.post('/api/v1/session/password', (_request, reply) => reply.code(204).send());
  app.get('/api/v1/password-reset', () => ({ name: 'Ben Carter', email: 'ben@lookout.example' }));
  app.post('/api/v1/password-reset', () => {
    world.session = world.user;
    return { user: world.user, firstRun: false, version: '0.1.0' };
  });
  app.post<{ Body: Omit<ApiKey, 'id'> }>('/api/v1/api-keys', ({ body }) => {
    const key = {
      ...body,
      id: `k${keys.length + 1}`,
      createdAt: ago(0),
      ...made(world.user.id, world.user.name),
      lastUsedAt: null,
      expiresAt: null,
    };
    keys.push(key);
    return { ...key, key: 'vigk_9Xk2mT7qLr4vB1nZ8sWc' };
  });
  app.post<{ Body: { clientId?: string; siteId?: string; kind: 'server'; uses: number; expiresInMs: number } }>(
    '/api/v1/tokens',
    ({ body }): NewEnrolmentToken => {
      const token = 'vig1_Qm9yZGVyTGlnaHRob3VzZQ_3vXh0pYt8Jt2c5mKqL1nE7rWbD4sZ6uA9fGhTj0kPxo';
      const token2 = {
        id: 't2',
        clientId: body.clientId ?? 'c1',
        siteId: body.siteId ?? 's1',
        kind: body.kind,
        usesLeft: body.uses,
        expiresAt: ago(-body.expiresInMs),
        createdAt: ago(0),
        ...made(world.user.id, world.user.name),
        lastUsedAt: null,
      };
      tokens.push(token2);
      const server = 'https://vigia.lookout.example';
      return {
        ...token2,
        token,
        ...installCommands(server, token, null),
      };
    },
  );
}
