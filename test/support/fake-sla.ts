import type { FastifyInstance } from 'fastify';
import type {
  Attestation,
  AttestationInput,
  AvailabilityFigure,
  AvailabilityReport,
  AvailabilityRow,
  Ledger,
  LedgerEntry,
  LedgerRevision,
  PeriodName,
  Strip,
  SubjectKind,
} from '../../protocol/api/availability.ts';
import type { Service } from '../../protocol/api/service.ts';
import type { Device } from '../../protocol/api/view.ts';
import { SentenceError, VigiaError } from '../../protocol/error.ts';
import { typed } from '../../protocol/said/said.ts';
import type { FakeWorld } from './fake-api.ts';
import { makePresence } from './fake-history.ts';

/** Days of the made-up provider: UTC-6 all year. */
const TIME_ZONE = 'America/Costa_Rica';
const OFFSET_MS = 6 * 3_600_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const TARGET_PPM = 999_000;

interface WithId {
  Params: { id: string };
}
type RangeQuery = { period?: PeriodName; from?: string; to?: string; format?: string };
type ReportQuery = RangeQuery & { by: SubjectKind } & Partial<Record<SubjectKind, string>>;

interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly entry: LedgerEntry;
}

interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

const iso = (atMs: number) => new Date(atMs).toISOString();

/** Availability of the made-up fleet and of services: every figure is added up from one made-up ledger a device. */
export function addSlaRoutes(app: FastifyInstance, world: FakeWorld, services: ReadonlyMap<string, Service>): void {
  const attestations: Attestation[] = [];
  const revisions = new Map<string, LedgerRevision[]>();
  const deviceOf = (id: string): Device => {
    const found = world.devices.get(id);
    if (!found) throw new SentenceError('not_found', 'There is no such device, or it was retired.');
    return found;
  };
  // The past stands still: what happened is made once, and only the newest interval goes on.
  const bornMs = world.nowMs();
  const made = new Map<string, Stretch[]>();
  const ledgerOf = (device: Device) => {
    const held = made.get(device.id) ?? stretchesOf(device, bornMs);
    made.set(device.id, held);
    const lasting = held.map((each, index) => (index === held.length - 1 ? { ...each, toMs: world.nowMs() } : each));
    return attested(lasting, attestations, device.id);
  };
  const subject = (kind: SubjectKind, id: string) => {
    if (kind === 'device') return { name: deviceOf(id).name, stretches: ledgerOf(deviceOf(id)) };
    const service = services.get(id);
    const found = service ?? (kind === 'site' ? world.sites : fakeServices(world)).find((each) => each.id === id);
    if (!found) throw new VigiaError('not_found');
    const ledgers = (service?.deviceIds.map(deviceOf) ?? membersOf(world, kind, id)).map(ledgerOf);
    return { name: found.name, stretches: kind === 'site' ? reachability(ledgers[0] ?? []) : combined(ledgers) };
  };

  app.get<{ Querystring: ReportQuery }>('/api/v1/availability', ({ query }): AvailabilityReport => {
    const range = rangeOf(query, world.nowMs());
    const measuredUntilMs = Math.min(range.toMs, world.nowMs());
    return {
      period: query.period ?? 'custom',
      from: iso(range.fromMs),
      to: iso(range.toMs),
      timeZone: TIME_ZONE,
      measuredUntil: iso(measuredUntilMs),
      items: rows(world, query, range, ledgerOf),
    };
  });
  for (const kind of ['device', 'site', 'service'] as const) {
    app.get<WithId & { Querystring: RangeQuery }>(`/api/v1/${kind}s/:id/ledger`, ({ params, query }): Ledger => {
      const asked = rangeOf(query, world.nowMs());
      const range = { fromMs: asked.fromMs, toMs: Math.min(asked.toMs, world.nowMs()) };
      const { name, stretches } = subject(kind, params.id);
      const clipped = clip(stretches, range);
      return {
        kind,
        id: params.id,
        name,
        from: iso(range.fromMs),
        to: iso(range.toMs),
        figure: figureOf(clipped, asked, isTargeted(world, kind, params.id)),
        items: clipped.map(({ entry, ...span }) => ({
          ...entry,
          from: iso(span.fromMs),
          to: iso(span.toMs),
          durationMs: span.toMs - span.fromMs,
        })),
        revisions: revisions.get(params.id) ?? [],
      };
    });
  }
  for (const kind of ['device', 'service'] as const) {
    app.get<WithId & { Querystring: { days: string } }>(`/api/v1/${kind}s/:id/strip`, ({ params, query }): Strip => {
      const { stretches } = subject(kind, params.id);
      return { timeZone: TIME_ZONE, days: stripDays(stretches, Number(query.days), world.nowMs()) };
    });
  }

  app.get<WithId>('/api/v1/devices/:id/attestations', ({ params }) => ({
    items: attestations.filter(({ deviceId }) => deviceId === params.id).reverse(),
  }));
  app.post<WithId & { Body: AttestationInput }>('/api/v1/devices/:id/attestations', ({ params, body }, reply) => {
    const device = deviceOf(params.id);
    const range = { fromMs: Date.parse(body.from), toMs: Date.parse(body.to) };
    const before = clip(ledgerOf(device), range);
    const made: Attestation = {
      id: `at${attestations.length + 1}`,
      deviceId: device.id,
      ...body,
      at: iso(world.nowMs()),
      by: world.user.name,
      withdrawnAt: null,
    };
    attestations.push(made);
    const brief = ({ fromMs, toMs, entry }: Stretch) => ({
      from: iso(fromMs),
      to: iso(toMs),
      state: entry.state,
      reason: entry.reason,
    });
    const revision = {
      at: made.at,
      by: made.by,
      why: body.why,
      said: typed(body.why),
      from: body.from,
      to: body.to,
      before: before.map(brief),
      after: clip(ledgerOf(device), range).map(brief),
    };
    revisions.set(device.id, [...(revisions.get(device.id) ?? []), revision]);
    return reply.code(201).send(made);
  });
  app.delete<WithId>('/api/v1/attestations/:id', ({ params }, reply) => {
    const index = attestations.findIndex(({ id }) => id === params.id);
    const found = attestations[index];
    if (!found) throw new VigiaError('not_found');
    attestations[index] = { ...found, withdrawnAt: iso(world.nowMs()) };
    return reply.code(204).send();
  });
}

/** Services made of the fleet's servers, where the world has none of its own. */
export function fakeServices(world: FakeWorld): { id: string; name: string; clientId: string; deviceIds: string[] }[] {
  const ofNames = (clientId: string, names: readonly string[]) =>
    [...world.devices.values()]
      .filter((device) => device.clientId === clientId && names.includes(device.name))
      .map(({ id }) => id);
  return [
    { id: 'sv1', name: 'Invoicing', clientId: 'c1', deviceIds: ofNames('c1', ['db-1', 'app-1']) },
    { id: 'sv2', name: 'Mail', clientId: 'c1', deviceIds: ofNames('c1', ['mail-1']) },
    { id: 'sv3', name: 'Medical images', clientId: 'c2', deviceIds: ofNames('c2', ['pacs-1', 'nas-1']) },
    { id: 'sv4', name: 'Reservations', clientId: 'c5', deviceIds: ofNames('c5', ['pms-1']) },
  ];
}

function membersOf(world: FakeWorld, kind: SubjectKind, id: string): Device[] {
  const all = [...world.devices.values()];
  if (kind === 'client') return all.filter(({ clientId }) => clientId === id);
  if (kind === 'site') return all.filter(({ siteId }) => siteId === id);
  if (kind === 'tag') return all.filter(({ tags }) => tags.includes(id));
  if (kind === 'device') return all.filter((device) => device.id === id);
  const wanted = fakeServices(world).find((service) => service.id === id)?.deviceIds ?? [];
  return all.filter((device) => wanted.includes(device.id));
}

const isTargeted = (world: FakeWorld, kind: SubjectKind, id: string) =>
  kind !== 'device' || world.devices.get(id)?.kind === 'server';

/** A device's made-up ledger, without what people attested. */
function stretchesOf(device: Device, nowMs: number): Stretch[] {
  const author = (reason: string) => (reason === 'maintenance' ? 'Ben Carter' : null);
  return makePresence(device, nowMs).map(({ from, to, ...interval }) => ({
    fromMs: Date.parse(from),
    toMs: Date.parse(to),
    entry: {
      from,
      to,
      durationMs: Date.parse(to) - Date.parse(from),
      ...interval,
      author: author(interval.reason),
    },
  }));
}

/** The ledger with every unknown stretch that somebody attested in its new state. */
function attested(stretches: Stretch[], attestations: readonly Attestation[], deviceId: string): Stretch[] {
  const own = attestations.filter((each) => each.deviceId === deviceId && each.withdrawnAt === null);
  return stretches.map((stretch) => {
    const said = own.find(({ from, to }) => Date.parse(from) <= stretch.fromMs && Date.parse(to) >= stretch.toMs);
    if (!said || stretch.entry.state !== 'unknown') return stretch;
    const entry = {
      ...stretch.entry,
      state: said.verdict,
      reason: 'attested',
      evidence: said.why,
      said: typed(said.why),
      author: said.by,
    };
    return { ...stretch, entry: { ...entry, revised: true } };
  });
}

/** What all of several ledgers say together: down while one is down, then unknown, excluded and up. */
function combined(ledgers: readonly Stretch[][]): Stretch[] {
  if (ledgers.length <= 1) return ledgers[0] ?? [];
  const rank = { down: 0, unknown: 1, excluded: 2, up: 3 };
  const cuts = [...new Set(ledgers.flat().flatMap(({ fromMs, toMs }) => [fromMs, toMs]))].sort((a, b) => a - b);
  const joined: Stretch[] = [];
  for (const [index, fromMs] of cuts.slice(0, -1).entries()) {
    const toMs = cuts[index + 1] ?? fromMs;
    const held = ledgers.flatMap((ledger) => ledger.filter((each) => each.fromMs <= fromMs && each.toMs >= toMs));
    const worst = held.sort((a, b) => rank[a.entry.state] - rank[b.entry.state])[0];
    const last = joined.at(-1);
    if (!worst) continue;
    if (last?.entry === worst.entry) joined[joined.length - 1] = { ...last, toMs };
    else joined.push({ fromMs, toMs, entry: worst.entry });
  }
  return joined;
}

/** A site is reached while one of its machines is: what one machine lost does not count. */
function reachability(stretches: readonly Stretch[]): Stretch[] {
  return stretches.map(({ entry, ...span }) => ({
    ...span,
    entry:
      entry.state === 'down'
        ? {
            ...entry,
            state: 'up',
            reason: 'reached',
            evidence: 'Other machines of the site reported meanwhile',
            said: typed('Other machines of the site reported meanwhile'),
          }
        : entry,
  }));
}

function clip(stretches: readonly Stretch[], { fromMs, toMs }: Range): Stretch[] {
  return stretches.flatMap((each) => {
    const span = { fromMs: Math.max(each.fromMs, fromMs), toMs: Math.min(each.toMs, toMs) };
    return span.toMs > span.fromMs ? [{ ...each, ...span }] : [];
  });
}

function rangeOf({ period = 'custom', from, to }: RangeQuery, nowMs: number): Range {
  if (from !== undefined && to !== undefined) return { fromMs: Date.parse(from), toMs: Date.parse(to) };
  const local = new Date(nowMs - OFFSET_MS);
  const month = (offset: number) => Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + offset, 1) + OFFSET_MS;
  const quarter = local.getUTCMonth() % 3;
  switch (period) {
    case 'last_month':
      return { fromMs: month(-1), toMs: month(0) };
    case 'rolling_30d':
      return { fromMs: nowMs - 30 * DAY_MS, toMs: nowMs };
    case 'this_quarter':
      return { fromMs: month(-quarter), toMs: month(3 - quarter) };
    case 'last_12_months':
      return { fromMs: month(-11), toMs: month(1) };
    default:
      return { fromMs: month(0), toMs: month(1) };
  }
}

function rows(
  world: FakeWorld,
  query: ReportQuery,
  range: Range,
  ledgerOf: (device: Device) => Stretch[],
): AvailabilityRow[] {
  const { by } = query;
  const all = [...world.devices.values()];
  const subjects = {
    client: world.clients.map(({ id, name }) => ({ id, name, clientId: id, siteId: null })),
    site: world.sites.map(({ id, name, clientId }) => ({ id, name, clientId, siteId: id })),
    device: all.map(({ id, name, clientId, siteId, tags }) => ({ id, name, clientId, siteId, tags })),
    tag: [...new Set(all.flatMap(({ tags }) => tags))].map((id) => ({ id, name: id, clientId: null, siteId: null })),
    service: fakeServices(world).map(({ id, name, clientId }) => ({ id, name, clientId, siteId: null })),
  }[by];
  return subjects
    .filter(
      (each) =>
        (query.client === undefined || each.clientId === query.client) &&
        (query.site === undefined || each.siteId === query.site) &&
        (query[by] === undefined || each.id === query[by]) &&
        (by === 'tag' || query.tag === undefined || ('tags' in each && each.tags.includes(query.tag))),
    )
    .map(({ id, name, clientId, siteId }) => {
      const members = membersOf(world, by, id);
      const looked = { fromMs: range.fromMs, toMs: Math.min(range.toMs, world.nowMs()) };
      const parts = members.map((device) => ({ device, stretches: clip(ledgerOf(device), looked) }));
      const whole =
        by === 'service' ? combined(parts.map(({ stretches }) => stretches)) : parts.flatMap((p) => p.stretches);
      const always = figureOf(
        whole,
        range,
        isTargeted(world, by, id),
        by === 'service' ? 1 : Math.max(1, members.length),
      );
      const worst = parts
        .map(({ device, stretches }) => ({ device, lo: figureOf(stretches, range, true).lo }))
        .filter(({ lo }) => lo !== null)
        .sort((a, b) => (a.lo ?? 2) - (b.lo ?? 2))[0];
      const inHours = whole.flatMap((stretch) => officeHours(stretch));
      return {
        kind: by,
        id,
        name,
        clientId,
        siteId,
        always,
        serviceHours:
          clientId === 'c4'
            ? null
            : figureOf(inHours, range, isTargeted(world, by, id), Math.max(1, members.length) * 0.28),
        members: members.length,
        worst: worst ? { deviceId: worst.device.id, name: worst.device.name, lo: worst.lo } : null,
      };
    });
}

/** The parts of a stretch on Monday to Friday, 08:00 to 17:00. */
function officeHours(stretch: Stretch): Stretch[] {
  const parts: Stretch[] = [];
  const firstDay = Math.floor((stretch.fromMs - OFFSET_MS) / DAY_MS);
  const lastDay = Math.floor((stretch.toMs - OFFSET_MS) / DAY_MS);
  for (let day = firstDay; day <= lastDay; day += 1) {
    const midnightMs = day * DAY_MS + OFFSET_MS;
    const weekday = new Date(day * DAY_MS).getUTCDay();
    if (weekday === 0 || weekday === 6) continue;
    parts.push(...clip([stretch], { fromMs: midnightMs + 8 * 60 * MINUTE_MS, toMs: midnightMs + 17 * 60 * MINUTE_MS }));
  }
  return parts;
}

/** The figure of a partition; `members` is how many periods were added up. */
function figureOf(stretches: readonly Stretch[], range: Range, isTargeted: boolean, members = 1): AvailabilityFigure {
  const sum = { upMs: 0, downMs: 0, excludedMs: 0, unknownMs: 0 };
  for (const { entry, fromMs, toMs } of stretches) sum[`${entry.state}Ms`] += toMs - fromMs;
  const { upMs, downMs, excludedMs, unknownMs } = sum;
  const s = upMs + downMs + unknownMs;
  const lo = s === 0 ? null : upMs / s;
  const hi = s === 0 ? null : (upMs + unknownMs) / s;
  const target = TARGET_PPM / 1e6;
  const down = stretches.filter(({ entry }) => entry.state === 'down');
  const longest = [...down].sort((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs))[0];
  const budgetMs = isTargeted ? Math.floor(((range.toMs - range.fromMs) * members - excludedMs) * (1 - target)) : null;
  const verdict = (): AvailabilityFigure['verdict'] => {
    if (lo === null || hi === null) return 'no_data';
    if (!isTargeted) return 'no_target';
    return lo >= target ? 'met' : hi < target ? 'breached' : 'indeterminate';
  };
  return {
    ...sum,
    ratio: upMs + downMs === 0 ? null : upMs / (upMs + downMs),
    coverage: s === 0 ? null : (upMs + downMs) / s,
    lo,
    hi,
    targetRatio: isTargeted ? target : null,
    verdict: verdict(),
    budgetMs,
    budgetLeftMs: budgetMs === null ? null : budgetMs - downMs,
    outages: down.length,
    openOutages: 0,
    mttrMs: down.length === 0 ? null : Math.round(downMs / down.length),
    mtbfMs: down.length === 0 ? null : Math.round(upMs / down.length),
    longestOutage: longest
      ? { from: iso(longest.fromMs), to: iso(longest.toMs), durationMs: longest.toMs - longest.fromMs }
      : null,
  };
}

function stripDays(stretches: readonly Stretch[], days: number, nowMs: number): Strip['days'] {
  const today = Math.floor((nowMs - OFFSET_MS) / DAY_MS);
  return Array.from({ length: days }, (_, index) => {
    const fromMs = (today - days + 1 + index) * DAY_MS + OFFSET_MS;
    const sum = { upMs: 0, downMs: 0, excludedMs: 0, unknownMs: 0 };
    for (const part of clip(stretches, { fromMs, toMs: Math.min(nowMs, fromMs + DAY_MS) }))
      sum[`${part.entry.state}Ms`] += part.toMs - part.fromMs;
    return { date: iso(fromMs - OFFSET_MS).slice(0, 10), ...sum };
  });
}
