import type { FastifyInstance } from 'fastify';
import type { MaintenanceInput, MaintenanceOccurrence, MaintenanceWindow } from '../../protocol/api/maintenance.ts';
import type { IncidentProposal, PersonReport, PersonReportInput } from '../../protocol/api/person-report.ts';
import type { Receiver, ReceiverInput, ReceiverTest } from '../../protocol/api/receiver.ts';
import type { Check, CheckInput, Service, ServiceInput } from '../../protocol/api/service.ts';
import type { Device, IncidentDetail, IncidentEvent, Overview, Priority } from '../../protocol/api/view.ts';
import { SentenceError, VigiaError } from '../../protocol/error.ts';
import { said, typed } from '../../protocol/said/said.ts';
import { remoteUrl } from '../../server/domain/remote-url.ts';
import { markOnSite, pause, recompute, resume } from '../../server/domain/sla/clock.ts';
import { withTimes } from '../../server/domain/sla/known-times.ts';
import { checkMaintenance, nextOccurrence, occurrences, type Span } from '../../server/domain/sla/maintenance.ts';
import { judgeWindow, type WindowVersion } from '../../server/domain/sla/notice.ts';
import type { ResponseClock } from '../../server/domain/sla/response-clock.ts';
import type { FakeWorld } from './fake-api.ts';
import { DAY_MS, explain, type FakeDesk, type FakeWindow, giveClock, keepClock } from './fake-desk.ts';

interface WithId {
  Params: { id: string };
}
type Body<T> = { Body: T };

const NOTICE_MS = DAY_MS;
const iso = (ms: number) => new Date(ms).toISOString();

/** The part of the API that a desk works with, over {@link FakeDesk}. */
export function addDeskRoutes(app: FastifyInstance, world: FakeWorld, desk: FakeDesk): void {
  addClockRoutes(app, world, desk);
  addReportRoutes(app, world, desk);
  addMaintenanceRoutes(app, world, desk);
  addServiceRoutes(app, world, desk);
  addReceiverRoutes(app, desk);
  app.patch<WithId & Body<Partial<Device>>>('/api/v1/devices/:id', ({ params, body }) => {
    const device = { ...found(world.devices, params.id, 'device'), ...body };
    const template = device.remoteUrl ?? world.clients.find(({ id }) => id === device.clientId)?.remoteUrl;
    const site = world.sites.find(({ id }) => id === device.siteId)?.slug ?? '';
    const { hostname, name, slug, clientId: client } = device;
    const fields = { hostname: hostname ?? '', name, device: slug, client, site };
    device.remoteLink = template ? remoteUrl(template, fields) : null;
    world.devices.set(device.id, device);
    world.push({ devices: [device] });
    return device;
  });
}

/** What the overview says of the desk. */
export function deskOverview(
  desk: FakeDesk,
  nowMs: number,
): Pick<Overview, 'services' | 'maintenance' | 'budgets' | 'ahead'> {
  return {
    services: [...desk.services.values()],
    maintenance: planned(desk, nowMs, nowMs + DAY_MS),
    budgets: desk.budgets,
    ahead: desk.ahead,
  };
}

function found<T>(map: ReadonlyMap<string, T>, id: string, what: string): T {
  const item = map.get(id);
  if (item === undefined) throw new SentenceError('not_found', `There is no such ${what}.`);
  return item;
}

function tell(world: FakeWorld, incident: IncidentDetail, kind: IncidentEvent['kind'], text: string): IncidentDetail {
  const at = iso(world.nowMs());
  const next = {
    ...incident,
    updatedAt: at,
    events: [
      ...incident.events,
      { id: incident.events.length + 20, at, kind, by: world.user.name, text, said: typed(text) },
    ],
  };
  world.incidents.set(next.id, next);
  const { events, evidence, similar, children, reports, siteCard, remoteUrl, ...row } = next;
  world.push({ incidents: [row] });
  return next;
}

function addClockRoutes(app: FastifyInstance, world: FakeWorld, desk: FakeDesk): void {
  type Computing = Parameters<typeof resume>[1];
  const change = (
    id: string,
    text: string,
    work: (clock: ResponseClock, computing: Computing) => ResponseClock,
    priority?: Priority,
  ) => {
    const incident = { ...found(world.incidents, id, 'incident') };
    const [clock, under] = [desk.clocks.get(id), desk.terms.get(incident.clientId)];
    if (!clock || !under) throw new SentenceError('conflict', 'This incident has no response clock.');
    if (priority) incident.priority = priority;
    keepClock(
      desk,
      incident,
      work(clock, { at: world.nowMs(), priority: incident.priority, under, cause: typed(`${text}.`) }),
    );
    return tell(world, incident, 'clock', text);
  };
  app.get<WithId>('/api/v1/incidents/:id/clock', ({ params }) => {
    const explanation = explain(desk, found(world.incidents, params.id, 'incident'), world.nowMs());
    if (!explanation) throw new SentenceError('not_found', 'This incident has no response clock.');
    return explanation;
  });
  const at = '/api/v1/incidents/:id';
  app.post<WithId & Body<{ reason: string }>>(`${at}/clock/pause`, ({ params, body }) =>
    change(params.id, `Paused: ${body.reason}`, (clock, computing) =>
      pause(clock, world.user.name, body.reason, computing),
    ),
  );
  app.post<WithId>(`${at}/clock/resume`, ({ params }) => change(params.id, 'Resumed', resume));
  app.post<WithId & Body<{ priority: Priority; why: string }>>(`${at}/priority`, ({ params, body }) =>
    change(params.id, `Priority ${body.priority}: ${body.why}`, recompute, body.priority),
  );
  app.post<WithId>(`${at}/on-site`, ({ params }) => {
    const { clientId } = found(world.incidents, params.id, 'incident');
    const minutes = desk.terms.get(clientId)?.terms.emergency.onSiteMinutes ?? null;
    if (minutes === null) throw new SentenceError('conflict', 'The contract promises nothing on site.');
    return change(params.id, 'Cannot be solved remotely', (clock, computing) =>
      markOnSite(clock, computing.at, minutes),
    );
  });
  const reached = (id: string, end: 'responded' | 'on_site', text: string) => {
    const incident = found(world.incidents, id, 'incident');
    const [now, by] = [iso(world.nowMs()), world.user.name];
    const next = {
      ...incident,
      state: 'acknowledged' as const,
      acknowledgedAt: incident.acknowledgedAt ?? now,
      acknowledgedBy: incident.acknowledgedBy ?? by,
      respondedAt: incident.respondedAt ?? now,
      respondedBy: incident.respondedBy ?? by,
      ...(end === 'on_site' ? { onSiteAt: now, onSiteBy: by } : {}),
    };
    const [clock, under] = [desk.clocks.get(id), desk.terms.get(incident.clientId)];
    if (clock && under) {
      const ms = (at: string | null | undefined) => (at ? Date.parse(at) : null);
      const times = {
        acknowledgedAt: ms(next.acknowledgedAt),
        respondedAt: ms(next.respondedAt),
        onSiteAt: ms(end === 'on_site' ? now : incident.onSiteAt),
        restoredAt: null,
      };
      keepClock(
        desk,
        next,
        withTimes(clock, times, { at: world.nowMs(), priority: next.priority, under, cause: typed('') }),
      );
    }
    return tell(world, next, end, text);
  };
  app.post<WithId & Body<{ text: string }>>(`${at}/respond`, ({ params, body }) =>
    reached(params.id, 'responded', body.text),
  );
  app.post<WithId>(`${at}/on-site/arrived`, ({ params }) => reached(params.id, 'on_site', ''));
}

function addReportRoutes(app: FastifyInstance, world: FakeWorld, desk: FakeDesk): void {
  const leadTo = (incident: IncidentDetail, reportedAt: string) =>
    incident.source === 'person' ? 0 : Date.parse(reportedAt) - Date.parse(incident.openedAt);
  const link = (report: PersonReport, incidentId: string): PersonReport => {
    const incident = found(world.incidents, incidentId, 'incident');
    const linked = { ...report, incidentId, leadMs: leadTo(incident, report.reportedAt) };
    desk.reports.splice(
      desk.reports.findIndex(({ id }) => id === report.id),
      1,
      linked,
    );
    tell(
      world,
      { ...incident, reports: [...incident.reports, linked] },
      'report',
      `${report.reporter}: ${report.text}`,
    );
    return linked;
  };
  app.get<{ Querystring: { client?: string } }>('/api/v1/person-reports', ({ query }) => ({
    items: desk.reports
      .filter(({ clientId }) => query.client === undefined || clientId === query.client)
      .sort((a, b) => (a.reportedAt < b.reportedAt ? 1 : -1)),
    next: null,
  }));
  app.post<Body<PersonReportInput>>('/api/v1/person-reports/propose', ({ body }) => ({ items: propose(world, body) }));
  app.post<Body<PersonReportInput>>('/api/v1/person-reports', ({ body }) => {
    const { priority = 'medium', reportedAt = iso(world.nowMs()), ...said } = body;
    const report: PersonReport = {
      ...said,
      id: `p${desk.reports.length + 1}`,
      reportedAt,
      via: 'technician',
      leadMs: null,
    };
    desk.reports.push(report);
    return link(report, body.incidentId ?? incidentFor(world, desk, report, priority).id);
  });
  app.post<WithId & Body<{ incidentId: string }>>('/api/v1/person-reports/:id/link', ({ params, body }) => {
    const report = desk.reports.find(({ id }) => id === params.id);
    if (!report) throw new SentenceError('not_found', 'There is no such report.');
    return link(report, body.incidentId);
  });
}

function propose(world: FakeWorld, asked: PersonReportInput): IncidentProposal[] {
  return [...world.incidents.values()]
    .filter(({ state, clientId, parentId }) => state !== 'resolved' && clientId === asked.clientId && parentId === null)
    .map((incident) => {
      const reasons = [
        ...(asked.serviceId !== null && incident.serviceId === asked.serviceId ? ['The same service'] : []),
        ...(asked.deviceId !== null && incident.deviceId === asked.deviceId ? ['The same machine'] : []),
        ...(asked.siteId !== null && incident.siteId === asked.siteId ? ['The same site'] : []),
      ];
      return {
        incidentId: incident.id,
        sentence: incident.sentence,
        said: incident.said,
        openedAt: incident.openedAt,
        why: `${reasons[0] ?? 'The same client'}, raised`,
        whySaid: typed(`${reasons[0] ?? 'The same client'}, raised`),
        score: reasons.length + (incident.priority === 'emergency' ? 0.5 : 0),
      };
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, 4);
}

function incidentFor(world: FakeWorld, desk: FakeDesk, report: PersonReport, priority: Priority): IncidentDetail {
  const like = [...world.incidents.values()][0];
  if (!like) throw new SentenceError('conflict', 'The made-up fleet has no incident to copy.');
  const incident: IncidentDetail = {
    ...like,
    id: `p-${report.id}`,
    rule: 'person',
    source: 'person',
    priority,
    state: 'open',
    clientId: report.clientId,
    siteId: report.siteId,
    deviceId: report.deviceId,
    serviceId: report.serviceId,
    sentence: `Reported by ${report.reporter}: “${report.text}”`,
    said: typed(`Reported by ${report.reporter}: “${report.text}”`),
    onsetAt: report.reportedAt,
    openedAt: report.reportedAt,
    acknowledgedAt: null,
    acknowledgedBy: null,
    assigneeId: null,
    assigneeName: null,
    resolvedAt: null,
    evidence: null,
    similar: [],
    children: [],
    reports: [],
    siteCard: null,
    remoteUrl: null,
    parentId: null,
    suppressedBy: null,
    events: [],
  };
  giveClock(desk, incident, Date.parse(report.reportedAt));
  world.incidents.set(incident.id, incident);
  return incident;
}

function addMaintenanceRoutes(app: FastifyInstance, world: FakeWorld, desk: FakeDesk): void {
  const view = (window: FakeWindow) => windowView(window, world.nowMs());
  const isOf = (client: string | undefined) => (item: { readonly clientId: string }) =>
    client === undefined || item.clientId === client;
  app.get<{ Querystring: { client?: string } }>('/api/v1/maintenance', ({ query }) => ({
    items: [...desk.windows.values()].map(view).filter(isOf(query.client)),
    next: null,
  }));
  app.get<{ Querystring: { from: string; to: string; client?: string } }>(
    '/api/v1/maintenance/occurrences',
    ({ query }) => ({
      items: planned(desk, Date.parse(query.from), Date.parse(query.to)).filter(isOf(query.client)),
    }),
  );
  app.post<Body<MaintenanceInput>>('/api/v1/maintenance/preview', ({ body }) => {
    const now = world.nowMs();
    const warnings = checkMaintenance(body, now);
    const versions = [{ since: now, until: Infinity, by: world.user.name, input: body }];
    return { occurrences: next(body, now, 8).map((span) => occurrence('new', versions, span)), warnings };
  });
  app.post<Body<MaintenanceInput>>('/api/v1/maintenance', ({ body }) => {
    checkMaintenance(body, world.nowMs());
    const window: FakeWindow = {
      id: `w${desk.windows.size + 1}`,
      createdBy: world.user.name,
      cancelledAtMs: null,
      versions: [{ since: world.nowMs(), until: Infinity, by: world.user.name, input: body }],
    };
    desk.windows.set(window.id, window);
    return view(window);
  });
  app.put<WithId & Body<MaintenanceInput>>('/api/v1/maintenance/:id', ({ params, body }) => {
    const window = found(desk.windows, params.id, 'window');
    const last = window.versions.pop();
    if (last) window.versions.push({ ...last, until: world.nowMs() });
    window.versions.push({ since: world.nowMs(), until: Infinity, by: world.user.name, input: body });
    return view(window);
  });
  app.delete<WithId>('/api/v1/maintenance/:id', ({ params }, reply) => {
    const window = found(desk.windows, params.id, 'window');
    window.cancelledAtMs = world.nowMs();
    const last = window.versions.pop();
    if (last) window.versions.push({ ...last, until: world.nowMs() });
    return reply.code(204).send();
  });
}

function next(input: MaintenanceInput, fromMs: number, most: number): Span[] {
  const spans: Span[] = occurrences(input, fromMs, fromMs + 1);
  for (let at = fromMs; spans.length < most; ) {
    const span = nextOccurrence(input, at);
    if (!span) break;
    spans.push(span);
    at = span.start;
  }
  return spans;
}

function occurrence(windowId: string, versions: readonly WindowVersion[], span: Span): MaintenanceOccurrence {
  return { windowId, from: iso(span.start), to: iso(span.end), ...judgeWindow(versions, span, () => NOTICE_MS) };
}

const standing = (window: FakeWindow) => window.versions.at(-1)?.input;

function planned(desk: FakeDesk, fromMs: number, toMs: number): Overview['maintenance'] {
  return [...desk.windows.values()].flatMap((window) => {
    const input = standing(window);
    if (!input || window.cancelledAtMs !== null) return [];
    return occurrences(input, fromMs, toMs).map((span) => ({
      ...occurrence(window.id, window.versions, span),
      title: input.title,
      clientId: input.clientId,
    }));
  });
}

function windowView(window: FakeWindow, now: number): MaintenanceWindow {
  const input = standing(window);
  const first = window.versions[0];
  if (!input || !first) throw new VigiaError('not_found');
  const isOver = window.cancelledAtMs !== null;
  const [running] = isOver ? [] : occurrences(input, now, now + 1);
  const following = isOver ? null : nextOccurrence(input, now);
  return {
    ...input,
    id: window.id,
    createdAt: iso(first.since),
    createdBy: window.createdBy,
    cancelledAt: window.cancelledAtMs === null ? null : iso(window.cancelledAtMs),
    running: running ? occurrence(window.id, window.versions, running) : null,
    next: following ? occurrence(window.id, window.versions, following) : null,
    edits: window.versions.slice(1).map((version, index) => {
      const before = window.versions[index]?.input ?? input;
      return {
        at: iso(version.since),
        by: version.by,
        afterStart: (nextOccurrence(before, 0)?.start ?? Infinity) <= version.since,
        before,
      };
    }),
    warnings: [],
  };
}

function addServiceRoutes(app: FastifyInstance, world: FakeWorld, desk: FakeDesk): void {
  const list = (map: ReadonlyMap<string, unknown>) => () => ({ items: [...map.values()], next: null });
  const service = (id: string, input: ServiceInput): Service => {
    const made: Service = {
      ...input,
      id,
      slug: id,
      state: 'unknown',
      sentence: 'Not judged yet.',
      said: typed('Not judged yet.'),
      since: iso(world.nowMs()),
      warnings:
        input.deviceIds.length + input.checkIds.length === 0
          ? ['The service is made of nothing: it stays unknown.']
          : [],
    };
    desk.services.set(id, made);
    world.push({ services: [made] });
    return made;
  };
  const check = (id: string, input: CheckInput): Check => {
    const made: Check = {
      ...input,
      id,
      state: 'unknown',
      sentence: 'It has not run yet.',
      said: said('check.never-ran'),
      lastRunAt: null,
      durationMs: null,
      httpStatus: null,
      certificateEndsAt: null,
    };
    desk.checks.set(id, made);
    return made;
  };
  app.get('/api/v1/services', list(desk.services));
  app.post<Body<ServiceInput>>('/api/v1/services', ({ body }) => service(`v${desk.services.size + 1}`, body));
  app.put<WithId & Body<ServiceInput>>('/api/v1/services/:id', ({ params, body }) => service(params.id, body));
  app.delete<WithId>('/api/v1/services/:id', ({ params }, reply) => {
    desk.services.delete(params.id);
    return reply.code(204).send();
  });
  app.get('/api/v1/checks', list(desk.checks));
  app.post<Body<CheckInput>>('/api/v1/checks', ({ body }) => check(`k${desk.checks.size + 1}`, body));
  app.put<WithId & Body<CheckInput>>('/api/v1/checks/:id', ({ params, body }) => check(params.id, body));
  app.delete<WithId>('/api/v1/checks/:id', ({ params }, reply) => {
    desk.checks.delete(params.id);
    return reply.code(204).send();
  });
}

function addReceiverRoutes(app: FastifyInstance, desk: FakeDesk): void {
  const secrets = ['password', 'secret', 'token', 'botToken'];
  const keep = (id: string, { target, ...input }: ReceiverInput): Receiver => {
    const before = desk.receivers.get(id);
    const shown = Object.fromEntries(Object.entries(target).filter(([name]) => !secrets.includes(name)));
    const receiver: Receiver = {
      ...input,
      id,
      target: shown,
      hasSecret: before?.hasSecret || Object.keys(target).some((name) => secrets.includes(name)),
      lastDeliveredAt: before?.lastDeliveredAt ?? null,
      waiting: before?.waiting ?? 0,
      lastError: before?.lastError ?? null,
      lastErrorSaid: before?.lastErrorSaid ?? null,
    };
    desk.receivers.set(id, receiver);
    return receiver;
  };
  app.get('/api/v1/receivers', () => ({ items: [...desk.receivers.values()], next: null }));
  app.post<Body<ReceiverInput>>('/api/v1/receivers', ({ body }) => keep(`r${desk.receivers.size + 1}`, body));
  app.put<WithId & Body<ReceiverInput>>('/api/v1/receivers/:id', ({ params, body }) => keep(params.id, body));
  app.delete<WithId>('/api/v1/receivers/:id', ({ params }, reply) => {
    desk.receivers.delete(params.id);
    return reply.code(204).send();
  });
  app.post<WithId>('/api/v1/receivers/:id/test', ({ params }) => {
    const { lastError } = found(desk.receivers, params.id, 'receiver');
    if (lastError) return answered(false, '451 4.3.0 Mailbox temporarily unavailable', 1840);
    return answered(true, '200 OK, message kTg3Wq', 84);
  });
}

function answered(ok: boolean, answer: string, tookMs: number): ReceiverTest {
  return { ok, answer, said: said('program', { text: answer }), tookMs };
}
