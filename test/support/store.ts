import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Test } from 'tap';
import { typed } from '../../protocol/said/said.ts';
import { everyClient } from '../../server/domain/scope.ts';
import { openStore, type Store } from '../../server/platform/store/store.ts';
import type { Row } from '../../server/platform/store/tables.ts';
import { tempDir } from './temp-dir.ts';

/** A clock that stands until the test moves it. */
export interface TestClock {
  nowMs: number;
}

/** A store on a new file, closed after the test. */
export async function tempStore(
  t: Pick<Test, 'teardown'>,
  clock: TestClock = { nowMs: 1_800_000_000_000 },
): Promise<Store> {
  const path = join(tempDir(t), 'vigia.db');
  const store = await openStore({ path, clock: () => clock.nowMs });
  t.teardown(() => store.close());
  return store;
}

export interface Tenant {
  readonly client: Row<'client'>;
  readonly site: Row<'site'>;
  readonly token: Row<'enrolment_token'>;
  readonly device: Row<'device'>;
}

/** A client with a site, a token and a device. */
export async function addTenant(store: Store, name: string): Promise<Tenant> {
  const all = store.scoped(everyClient);
  const client = await all.clients.create(name);
  const site = await all.sites.create(client.id, 'Main');
  const token = await all.tokens.insert({
    id: randomUUID(),
    secret_hash: randomBytes(32),
    client_id: client.id,
    site_id: site.id,
    kind: 'server',
    uses_left: 5,
    expires_at: 4_102_444_800_000,
    created_at: client.created_at,
    created_by: 'test',
    revoked_at: null,
  });
  const device = await all.devices.insert({
    clientId: client.id,
    siteId: site.id,
    tokenId: token.id,
    kind: 'server',
    publicKey: randomBytes(32),
    machineId: 'machine',
    hostname: `${name.toLowerCase()}-srv`,
    os: 'linux',
    agentVersion: '0.1.0',
  });
  return { client, site, token, device };
}

export function incidentRow(tenant: Tenant, changes: Partial<Row<'incident'>> = {}): Row<'incident'> {
  return {
    id: randomUUID(),
    key: `${tenant.client.id}/${tenant.device.id}/disk_space`,
    client_id: tenant.client.id,
    site_id: tenant.site.id,
    device_id: tenant.device.id,
    rule: 'disk_space',
    object: '/',
    priority: 'high',
    state: 'open',
    said_json: JSON.stringify(typed('Disk / has 1 GB left.')),
    evidence_json: '{}',
    onset_at: 1_000,
    opened_at: 2_000,
    acknowledged_at: null,
    acknowledged_by: null,
    assignee_id: null,
    resolved_at: null,
    reopened_count: 0,
    updated_at: 2_000,
    source: 'rule',
    service_id: null,
    parent_id: null,
    suppressed_by: null,
    clock_json: null,
    taken_at: null,
    responded_at: null,
    responded_by: null,
    on_site_at: null,
    on_site_by: null,
    recovered: 0,
    flap_json: null,
    outage_json: null,
    ...changes,
  };
}
