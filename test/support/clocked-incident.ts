import type { ContractTerms } from '../../protocol/api/contract.ts';
import type { Priority } from '../../protocol/api/view.ts';
import { said } from '../../protocol/said/said.ts';
import { toRecord } from '../../server/core/incidents/rows.ts';
import { everyClient } from '../../server/domain/scope.ts';
import { markOnSite, pause, startClock } from '../../server/domain/sla/clock.ts';
import type { ResponseClock } from '../../server/domain/sla/response-clock.ts';
import { tierTerms } from '../../server/domain/sla/tiers.ts';
import type { TestServer } from './http.ts';
import { incidentView } from './ports.ts';
import { incidentRow, type Tenant } from './store.ts';

/** Open around the clock, so that a clock runs whenever a test looks. */
export function openTerms(over: Partial<ContractTerms> = {}): ContractTerms {
  const terms = tierTerms('premium', { timeZone: 'UTC', startsOn: '2026-01-01' });
  const weekly = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '00:00', to: '24:00' }));
  const emergency = { minutes: 15, aroundTheClock: true, onSiteMinutes: 120 };
  return { ...terms, emergency, calendar: { ...terms.calendar, weekly }, ...over };
}

/** An incident with a clock under a real contract, in the store, in memory and on the screen. */
export async function clockedIncident(
  server: TestServer,
  { client, site, device, token }: Tenant,
  id: string,
  kind: 'running' | 'paused' | 'emergency' | 'on-site' = 'running',
): Promise<string> {
  const headers = await server.keyed('admin');
  const put = await server.request('PUT', `/api/v1/clients/${client.id}/contract`, { headers, body: openTerms() });
  const at = server.clock.nowMs;
  const priority: Priority = kind === 'emergency' || kind === 'on-site' ? 'emergency' : 'high';
  const version: number = put.body.current.version;
  const under = { version, terms: openTerms(), siteId: site.id, until: Number.POSITIVE_INFINITY };
  const computing = { at, priority, under, cause: said('clock.cause', { why: 'opened' }) };
  const running = startClock({ ...computing, startedAt: at, reportedAt: null, previous: null });
  const clocks: Record<typeof kind, () => ResponseClock> = {
    running: () => running,
    emergency: () => running,
    paused: () => pause(running, 'Ann', 'no access', computing),
    'on-site': () => markOnSite(running, at, 120),
  };
  const row = incidentRow(
    { client, site, device, token },
    {
      id,
      key: id,
      priority,
      opened_at: at,
      evidence_json: '{"metrics":[],"threshold":null}',
      clock_json: JSON.stringify(clocks[kind]()),
    },
  );
  await server.store.commit([server.store.scoped(everyClient).incidents.saveStatement(row)]);
  server.book.put(toRecord(row));
  server.book.keep();
  server.ports.openIncidents.set(id, incidentView({ id, clientId: client.id, priority }));
  return id;
}
