import type { Test } from 'tap';
import type { ContractTerms } from '../../protocol/api/contract.ts';
import { ChangeSet } from '../../server/core/incidents/change-set.ts';
import { takeProof } from '../../server/domain/presence.ts';
import { everyClient } from '../../server/domain/scope.ts';
import { startHttp, type TestServer } from './http.ts';
import { addTenant, type Tenant } from './store.ts';

export const MIN = 60_000;
export const HOUR = 60 * MIN;
export const DAY = 24 * HOUR;
/** Noon on the 31st: this month is nearly over. */
export const NOW = Date.UTC(2026, 9, 31, 12);
export const MONTH = Date.UTC(2026, 9, 1);

/** A machine that reports, as of `at`. */
const proof = (at: number, bootId: string, bootedAt: number) => ({
  at,
  bootId,
  bootMs: at - bootedAt,
  monotonicMs: at - bootedAt,
});

export interface World {
  readonly server: TestServer;
  readonly tenant: Tenant;
  readonly headers: Record<string, string>;
  get(path: string): Promise<Awaited<ReturnType<TestServer['request']>>>;
}

/**
 * A server with one device since two months: 10 min down on the 5th, one hour on the 10th of which nobody can say anything
 * (its boot clock disagrees), up until now.
 */
export async function world(t: Test): Promise<World> {
  const server = await startHttp(t);
  server.clock.nowMs = NOW;
  const tenant = await addTenant(server.store, 'Acme');
  const { store, availability } = server;
  await store.db
    .updateTable('device')
    .set({ enrolled_at: MONTH - 30 * DAY })
    .where('id', '=', tenant.device.id)
    .execute();
  const entry = await availability.book.entry(everyClient, tenant.device.id);
  const [fifth, tenth] = [MONTH + 4 * DAY, MONTH + 9 * DAY];
  for (const one of [
    proof(MONTH - 30 * DAY, 'a', MONTH - 31 * DAY),
    proof(fifth, 'a', MONTH - 31 * DAY),
    proof(fifth + 11 * MIN, 'b', fifth + 10 * MIN),
    proof(tenth, 'b', fifth + 10 * MIN),
    proof(tenth + HOUR, 'b', fifth + 10 * MIN + 30 * MIN),
    proof(NOW, 'b', fifth + 10 * MIN + 30 * MIN),
  ]) {
    const changes = new ChangeSet();
    changes.addLedger(entry.record, takeProof(entry.record.memory.presence, one));
    if (!changes.hasWrites) continue;
    await store.commit(changes.statements(store, 1, NOW));
    availability.book.take(changes);
  }
  const headers = await server.loggedIn('technician');
  return { server, tenant, headers, get: (path) => server.request('GET', `/api/v1${path}`, { headers }) };
}

export async function contract(
  t: Test,
  { server, tenant }: World,
  change: (terms: ContractTerms) => ContractTerms,
): Promise<void> {
  const headers = await server.loggedIn('admin');
  const presets = await server.request('GET', '/api/v1/contract-presets', { headers });
  const terms = presets.body.items[0].terms as ContractTerms;
  const body = change({ ...terms, startsOn: '2026-01-01', endsOn: null });
  const put = await server.request('PUT', `/api/v1/clients/${tenant.client.id}/contract`, { headers, body });
  t.equal(put.status, 200, put.text.slice(0, 200));
}
