import { setImmediate as breathe } from 'node:timers/promises';
import type { AvailabilityReport, AvailabilityRow } from '../../../protocol/api/availability.ts';
import { inScope, onlyClient, type Scope } from '../../domain/scope.ts';
import type { ServiceSource } from '../../domain/sla/sources.ts';
import { zoneAt } from '../../domain/sla/zones.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Agreements } from './agreements.ts';
import { type BookEntry, factsOf, type LedgerBook } from './ledger-book.ts';
import { Measuring } from './measuring.ts';
import type { AvailabilityPort, AvailabilityQuery } from './port.ts';
import { deviceRow, type Group, groupRow, type Member, serviceRow } from './rows.ts';
import { iso } from './views.ts';
import { wantedPeriod } from './wanted-period.ts';

export interface AvailabilityReportNeeds {
  readonly fleet: Fleet;
  readonly book: LedgerBook;
  readonly agreements: Agreements;
  readonly services: () => ServiceSource | null;
  readonly now: () => number;
}

/** After so many devices others get their turn. */
const BREATHE_AFTER = 500;

/** The figures of many over one period, a row each. */
export function createAvailabilityReport(needs: AvailabilityReportNeeds): AvailabilityPort['report'] {
  const { fleet, book, agreements, services, now } = needs;

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

  return report;
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
