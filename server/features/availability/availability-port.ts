import { setImmediate as breathe } from 'node:timers/promises';
import type { AvailabilityReport, AvailabilityRow, Ledger, Strip } from '../../../protocol/api/availability.ts';
import { VigiaError } from '../../../protocol/error.ts';
import { inScope, onlyClient, type Scope } from '../../domain/scope.ts';
import { bothWays } from '../../domain/sla/both-ways.ts';
import { CompactLedger } from '../../domain/sla/compact-ledger.ts';
import { figureView, type Measurement, measure, type TargetSpan } from '../../domain/sla/figure.ts';
import { daysOf } from '../../domain/sla/period.ts';
import { reachability } from '../../domain/sla/reachability.ts';
import type { ServiceSource, Stretch } from '../../domain/sla/sources.ts';
import { zoneAt } from '../../domain/sla/zones.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Agreements } from './agreements.ts';
import type { Attestations } from './attestations.ts';
import type { BudgetJudge } from './budget-judge.ts';
import { type BookEntry, factsOf, isBlamed, type LedgerBook } from './ledger-book.ts';
import { differing, Measuring, measuredOf, type ServiceEntry, type WantedPeriod } from './measuring.ts';
import type { AvailabilityPort, AvailabilityQuery, LedgerSubject, PeriodQuery } from './port.ts';
import { deviceRow, type Group, groupRow, isExpected, type Member, serviceRow } from './rows.ts';
import { entryView, iso, revisionView } from './views.ts';

export interface AvailabilityPortOptions {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly book: LedgerBook;
  readonly agreements: Agreements;
  readonly attestations: Attestations;
  readonly judge: BudgetJudge;
  readonly services: () => ServiceSource | null;
  readonly now: () => number;
}

/** After so many devices others get their turn. */
const BREATHE_AFTER = 500;
const MAX_REVISIONS = 500;
const MAX_CUSTOM_MS = 3_660 * 86_400_000;

/** Availability as the HTTP side asks for it. */
export function createAvailabilityPort(options: AvailabilityPortOptions): AvailabilityPort {
  const { store, fleet, book, agreements, attestations, judge, services, now } = options;

  async function report(scope: Scope, query: AvailabilityQuery): Promise<AvailabilityReport> {
    const at = now();
    const wanted = wantedPeriod(query);
    const pass = new Measuring(book, agreements, wanted, at);
    const items = query.by === 'service' ? await ofServices(scope, query, pass) : await devices(scope, query, pass);
    // Rows of several clients are each cut in their own zone; the head then speaks of the server's.
    const clientIds = new Set(items.map(({ clientId }) => clientId));
    const [only] = clientIds.size === 1 ? clientIds : [onlyClient(scope) ?? query.client ?? null];
    const { from, to } = pass.period(only ?? null);
    return {
      period: wanted.name,
      from: iso(from),
      to: iso(to),
      timeZone: zoneAt(agreements.zones(only ?? null), from),
      measuredUntil: iso(Math.min(to, at)),
      items,
    };
  }

  async function devices(scope: Scope, query: AvailabilityQuery, pass: Measuring): Promise<AvailabilityRow[]> {
    const members: Member[] = [];
    let count = 0;
    for (const entry of [...book.entries()].filter((one) => isWanted(one, scope, query))) {
      const { from, to } = pass.period(entry.record.info.client_id);
      if (entry.record.info.enrolled_at >= to || (entry.retiredAt !== null && entry.retiredAt <= from)) continue;
      members.push({ entry, measured: pass.device(entry) });
      count += 1;
      if (count % BREATHE_AFTER === 0) await breathe();
    }
    if (query.by === 'device') return members.map(({ entry, measured }) => deviceRow(entry, measured)).sort(byName);
    const groups = new Map<string, { group: Group; members: Member[] }>();
    for (const member of members) {
      for (const group of groupsOf(member.entry, query)) {
        const known = groups.get(group.id);
        if (known) known.members.push(member);
        else groups.set(group.id, { group, members: [member] });
      }
    }
    return [...groups.values()].map(({ group, members: all }) => groupRow(group, all, agreements)).sort(byName);
  }

  function groupsOf(entry: BookEntry, { by, tag }: AvailabilityQuery): Group[] {
    const { clientId, siteId, tags } = factsOf(entry);
    if (by === 'client') {
      const name = fleet.clients.get(clientId)?.name ?? '';
      return [{ kind: 'client', id: clientId, name, clientId, siteId: null }];
    }
    if (by === 'site') {
      return [{ kind: 'site', id: siteId, name: fleet.sites.get(siteId)?.name ?? '', clientId, siteId }];
    }
    const named = tags.filter((one) => tag === undefined || one === tag);
    return named.map((one) => ({ kind: 'tag', id: one, name: one, clientId: null, siteId: null }));
  }

  async function ofServices(scope: Scope, query: AvailabilityQuery, pass: Measuring): Promise<AvailabilityRow[]> {
    const source = services();
    const rows: AvailabilityRow[] = [];
    for (const service of source?.list() ?? []) {
      const isMine = inScope(scope, service.clientId) && (query.client ?? service.clientId) === service.clientId;
      if (!source || !isMine || (query.service ?? service.id) !== service.id) continue;
      rows.push(serviceRow(service, await pass.service(source, service)));
    }
    return rows.sort(byName);
  }

  /** Who is asked about: its stretches, targets and zone. @throws VigiaError not_found */
  async function subjectOf(scope: Scope, { kind, id }: LedgerSubject): Promise<Subject> {
    if (kind === 'device') {
      const entry = await book.entry(scope, id);
      const facts = factsOf(entry);
      return {
        name: entry.record.info.name,
        clientId: facts.clientId,
        targets: agreements.ofDevice(facts),
        isBlamed: isBlamed(entry),
        stretches: (from, to, withClauses) => book.composed(entry, from, to, entry.attestations, withClauses),
      };
    }
    if (kind === 'site') {
      const site = await store.scoped(scope).sites.get(id);
      if (!site) throw new VigiaError('not_found', 'There is no such site.');
      return {
        name: site.name,
        clientId: site.client_id,
        targets: agreements.ofSite(site.client_id),
        isBlamed: book.isAnybodyBlamed(site.client_id),
        async stretches(from, to, withClauses) {
          const here = [...book.ofClient(site.client_id)].filter((entry) => factsOf(entry).siteId === id);
          const expected = here.filter((entry) => isExpected(entry, agreements));
          const counted = expected.length > 0 ? expected : here;
          const ledgers = counted.map((entry) => book.composed(entry, from, to, entry.attestations, withClauses));
          return reachability(await Promise.all(ledgers));
        },
      };
    }
    const source = services();
    const service = source?.list().find((one: ServiceEntry) => one.id === id && inScope(scope, one.clientId));
    if (!source || !service) throw new VigiaError('not_found', 'There is no such service.');
    return {
      name: service.name,
      clientId: service.clientId,
      targets: agreements.ofService(service),
      isBlamed: book.isAnybodyBlamed(service.clientId),
      stretches: (from, to, withClauses) => source.ledger(id, from, Math.min(to, now()), withClauses),
    };
  }

  async function ledger(scope: Scope, wanted: LedgerSubject, query: PeriodQuery): Promise<Ledger> {
    const { name, clientId, targets, stretches, isBlamed: mayDiffer } = await subjectOf(scope, wanted);
    const period = new Measuring(book, agreements, wantedPeriod(query), now()).period(clientId);
    const counted = await stretches(period.from, period.to);
    const without = mayDiffer ? await stretches(period.from, period.to, false) : null;
    const items = without ? bothWays(counted, without) : counted;
    const revisions = await store
      .scoped(scope)
      .ledgerRevisions.between(wanted.id, period.from, period.to, MAX_REVISIONS);
    const device = wanted.kind === 'device' ? book.find(wanted.id) : null;
    // A device also knows what is excluded ahead, which its budget of the whole period needs.
    const measuredIn = (ledgerOf: readonly Stretch[], withClauses: boolean): Measurement => {
      const measured = device
        ? book.measured(device, period.from, period.to, withClauses)
        : measuredOf(ledgerOf, period);
      return measure(measured, period, targets);
    };
    const figure = measuredIn(counted, true);
    const other = differing(without && measuredIn(without, false), figure);
    return {
      kind: wanted.kind,
      id: wanted.id,
      name,
      from: iso(period.from),
      to: iso(period.to),
      figure: figureView(figure),
      withoutClauses: other && figureView(other),
      items: items.map(entryView),
      revisions: revisions.map(revisionView),
    };
  }

  async function strip(scope: Scope, wanted: LedgerSubject, dayCount: number): Promise<Strip> {
    const { clientId, stretches } = await subjectOf(scope, wanted);
    const at = now();
    const zones = agreements.zones(clientId);
    const days = daysOf(dayCount, zones, at);
    const all = await stretches(days[0]?.from ?? 0, days.at(-1)?.to ?? 0);
    const compact = CompactLedger.of(all);
    const [start, end] = [all[0]?.start ?? 0, all.at(-1)?.end ?? 0];
    return {
      timeZone: zoneAt(zones, at),
      days: days.map(({ date, from, to }) => {
        const { upMs, downMs, excludedMs, unknownMs } = compact.tally(Math.max(from, start), Math.min(to, end));
        return { date, upMs, downMs, excludedMs, unknownMs };
      }),
    };
  }

  return {
    report,
    ledger,
    strip,
    budgets: (scope) => judge.atRisk(scope),
    attestations: (scope, deviceId) => attestations.list(scope, deviceId),
    attest: (scope, deviceId, input, actor) => attestations.attest(scope, deviceId, input, actor),
    async attestSite(scope, siteId, input, actor) {
      const site = await store.scoped(scope).sites.get(siteId);
      if (!site) throw new VigiaError('not_found', 'There is no such site.');
      // Also those that nobody has asked about yet.
      for (const { id, site_id } of await store.scoped(scope).devices.all()) {
        if (site_id === siteId) await book.entry(scope, id);
      }
      const here = [...book.ofClient(site.client_id)].filter((entry) => factsOf(entry).siteId === siteId);
      return attestations.attestAll(scope, siteId, here, input, actor);
    },
    withdraw: (scope, id, actor) => attestations.withdraw(scope, id, actor),
  };
}

interface Subject {
  readonly name: string;
  readonly clientId: string;
  readonly targets: readonly TargetSpan[];
  /** Whether clauses of the contract may exclude something of it. */
  readonly isBlamed: boolean;
  stretches(from: number, to: number, withClauses?: boolean): Promise<readonly Stretch[]>;
}

function wantedPeriod({ period, from, to }: PeriodQuery): WantedPeriod {
  if (from === undefined || to === undefined) {
    if (period === 'custom') throw new VigiaError('validation_failed', 'A custom period needs "from" and "to".');
    return { name: period ?? 'this_month' };
  }
  if (period !== undefined && period !== 'custom') {
    throw new VigiaError('validation_failed', 'Ask for a "period" or for "from" and "to", not for both.');
  }
  if (to - from > MAX_CUSTOM_MS) throw new VigiaError('range_too_large', 'A period is ten years at most.');
  return { name: 'custom', from, to };
}

function isWanted(entry: BookEntry, scope: Scope, query: AvailabilityQuery): boolean {
  const { id, clientId, siteId, tags } = factsOf(entry);
  return (
    inScope(scope, clientId) &&
    (query.client ?? clientId) === clientId &&
    (query.site ?? siteId) === siteId &&
    (query.device ?? id) === id &&
    (query.tag === undefined || tags.includes(query.tag))
  );
}

const byName = (a: AvailabilityRow, b: AvailabilityRow): number =>
  a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1);
