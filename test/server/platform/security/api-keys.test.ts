import t from 'tap';
import { everyClient, ofClients } from '../../../../server/domain/scope.ts';
import { createApiKeys, scopeOfKey } from '../../../../server/platform/security/api-keys.ts';
import { createLastUse } from '../../../../server/platform/security/last-use.ts';
import { addTenant, tempStore } from '../../../support/store.ts';

t.test('made, verified, noted, revoked', async (t) => {
  const clock = { nowMs: 1_800_000_000_000 };
  const store = await tempStore(t, clock);
  const { useStatement } = store.scoped(everyClient).apiKeys;
  const lastUse = createLastUse({ store, statement: useStatement, logger: { warn: () => t.fail('not written') } });
  t.teardown(() => lastUse.close());
  const keys = createApiKeys(store, () => clock.nowMs, lastUse);
  const { row, key } = await keys.create(store.scoped(everyClient), {
    name: 'grafana',
    role: 'metrics',
    clientId: null,
    createdBy: 'u',
  });
  t.match(key, /^vigk_[\w-]{43}$/);
  t.notOk(JSON.stringify(row).includes(key));
  t.match(await keys.verify(key), { id: row.id, role: 'metrics' });

  const used = async () => (await store.scoped(everyClient).apiKeys.get(row.id))!.last_used_at;
  t.equal(await used(), null, 'to read is not to write');
  await lastUse.flush();
  t.equal(await used(), clock.nowMs);
  clock.nowMs += 59_999;
  await keys.verify(key);
  await lastUse.flush();
  t.equal(await used(), clock.nowMs);

  const f = async (given: string) => t.equal(await keys.verify(given), null, given);
  await f('');
  await f('vigk_');
  await f(key.slice(5));
  await f(`${key}A`);
  await f(`vigk_${'A'.repeat(43)}`);
  await store.scoped(everyClient).apiKeys.revoke(row.id);
  await f(key);
});

t.test('the scope of a key is never wider than that of its maker', async (t) => {
  const store = await tempStore(t);
  const acme = await addTenant(store, 'Acme');
  const bolt = await addTenant(store, 'Bolt');
  const keys = createApiKeys(store, Date.now);
  const mine = ofClients(acme.client.id);
  const fields = { name: 'k', role: 'viewer', createdBy: 'u' } as const;
  const { row } = await keys.create(store.scoped(mine), { ...fields, clientId: acme.client.id });
  t.same(scopeOfKey(row), mine);
  await t.rejects(keys.create(store.scoped(mine), { ...fields, clientId: bolt.client.id }), { code: 'not_found' });
  await t.rejects(keys.create(store.scoped(mine), { ...fields, clientId: null }), { code: 'forbidden' });
  await t.rejects(keys.create(store.scoped(everyClient), { ...fields, clientId: 'nobody' }), { code: 'not_found' });
  t.same(scopeOfKey((await keys.create(store.scoped(everyClient), { ...fields, clientId: null })).row), everyClient);
});

t.test('a key with an end ends', async (t) => {
  const clock = { nowMs: 1_800_000_000_000 };
  const store = await tempStore(t, clock);
  const keys = createApiKeys(store, () => clock.nowMs);
  const fields = { name: 'k', role: 'viewer', clientId: null, createdBy: 'u' } as const;
  const { row, key } = await keys.create(store.scoped(everyClient), { ...fields, expiresInMs: 60_000 });
  t.equal(row.expires_at, clock.nowMs + 60_000);
  clock.nowMs += 59_999;
  t.ok(await keys.verify(key));
  clock.nowMs += 1;
  t.equal(await keys.verify(key), null);
  const { key: endless } = await keys.create(store.scoped(everyClient), fields);
  clock.nowMs += 100 * 366 * 86_400_000;
  t.ok(await keys.verify(endless));
});
