import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import t from 'tap';
import { VigiaError } from '../../../../protocol/error.ts';
import { everyClient } from '../../../../server/domain/scope.ts';
import { openStore } from '../../../../server/platform/store/store.ts';
import { addTenant, incidentRow, tempStore } from '../../../support/store.ts';
import { tempDir } from '../../../support/temp-dir.ts';

t.test('what was written is there after closing and opening again', async (t) => {
  const path = join(tempDir(t), 'vigia.db');
  const first = await openStore({ path, clock: Date.now });
  await first.settings.set('cursor', { at: 7 });
  const { device } = await addTenant(first, 'Acme');
  await first.close();

  t.equal(statSync(path).mode & 0o777, 0o600, 'only its owner may read the database');
  const second = await openStore({ path, clock: Date.now });
  t.teardown(() => second.close());
  t.same(await second.settings.get('cursor'), { at: 7 });
  t.equal(await second.settings.get('never set'), undefined);
  t.same(await second.scoped(everyClient).devices.get(device.id), device);
});

t.test('the database is in WAL mode, synchronous FULL, with foreign keys', async (t) => {
  const store = await tempStore(t);
  const pragma = async (name: string) =>
    Object.values((await sql.raw(`PRAGMA ${name}`).execute(store.db)).rows[0] as object)[0];
  t.equal(await pragma('journal_mode'), 'wal');
  t.equal(await pragma('synchronous'), 2);
  t.equal(await pragma('foreign_keys'), 1);
  t.equal(await pragma('busy_timeout'), 5000);
});

t.test('commit writes all of its statements or none', async (t) => {
  const store = await tempStore(t);
  const tenant = await addTenant(store, 'Acme');
  const { incidents } = store.scoped(everyClient);
  const incident = incidentRow(tenant);

  await store.commit([store.settings.setStatement('cursor', 1), incidents.saveStatement(incident)]);
  t.same(await incidents.get(incident.id), incident);

  const second = incidentRow(tenant, { object: '/var' });
  await t.rejects(
    store.commit([store.settings.setStatement('cursor', 2), incidents.saveStatement(second)]),
    { code: 'conflict', details: { constraint: 'unique', columns: 'incident.key' } },
    'a second unresolved incident of the same key is refused by the database itself',
  );
  t.equal(await store.settings.get('cursor'), 1, 'the statement before the failing one was rolled back');
  t.equal(await incidents.get(second.id), null);

  await store.commit([
    incidents.saveStatement({ ...incident, state: 'resolved', resolved_at: 3_000 }),
    incidents.saveStatement(second),
  ]);
  t.same(
    (await incidents.byKey(incident.key, 10)).map((row) => row.state).toSorted(),
    ['open', 'resolved'],
    'after the first was resolved the key may open again, in the same commit',
  );
});

t.test('statements of a commit may not tie two clients together', async (t) => {
  const store = await tempStore(t);
  const acme = await addTenant(store, 'Acme');
  const bolt = await addTenant(store, 'Bolt');
  const statement = store.scoped(everyClient).incidents.saveStatement(incidentRow(acme, { device_id: bolt.device.id }));
  await t.rejects(store.commit([statement]), { code: 'conflict', details: { constraint: 'foreign_key' } });
});

t.test('a transaction rolls back when its work throws', async (t) => {
  const store = await tempStore(t);
  await t.rejects(
    store.transaction(async (handle) => {
      await handle.settings.set('a', 1);
      await handle.scoped(everyClient).clients.create('Acme');
      throw new Error('no');
    }),
    /^no$/,
  );
  t.equal(await store.settings.get('a'), undefined);
  t.same(await store.scoped(everyClient).clients.all(), []);
  t.equal(await store.transaction(async (handle) => handle.users.count()), 0, 'and the connection is free again');
});

t.test('other queries and commits wait for a transaction and do not become part of it', async (t) => {
  const store = await tempStore(t);
  const order: string[] = [];
  const started = Promise.withResolvers<void>();
  const transaction = store.transaction(async (handle) => {
    await handle.settings.set('a', 1);
    order.push('inside');
    started.resolve();
    await handle.settings.set('a', 2);
    order.push('end');
  });
  await started.promise;
  const read = store.settings.get('a').then((value) => order.push(`read ${value}`));
  const commit = store.commit([store.settings.setStatement('a', 3)]).then(() => order.push('commit'));
  await Promise.all([transaction, read, commit]);
  t.same(order.slice(0, 2), ['inside', 'end']);
  t.same(order.includes('read 1'), false, 'nobody reads what is not committed');
  t.equal(await store.settings.get('a'), 3);
});

t.test('after closing, everything says unavailable', async (t) => {
  const store = await tempStore(t);
  const pending = store.settings.set('a', 1);
  await store.close();
  await t.resolves(pending, 'what was under way is finished');
  await t.rejects(store.settings.get('a'), { code: 'unavailable', details: { cause: 'closed' } });
  await t.rejects(store.commit([]), { code: 'unavailable' });
  await t.resolves(store.close(), 'closing twice is harmless');
});

t.test('a fault of ours names its statement', async (t) => {
  const store = await tempStore(t);
  const error = await sql
    .raw('SELECT nonsense')
    .execute(store.db)
    .then(
      () => t.fail('must throw'),
      (thrown: Error) => thrown,
    );
  t.match(error, { message: /no such column: nonsense in: SELECT nonsense/ });
  t.notOk(error instanceof VigiaError);
});

t.test('the WAL is folded into the database on close', async (t) => {
  const path = join(tempDir(t), 'vigia.db');
  const store = await openStore({ path, clock: Date.now });
  await store.settings.set('marker', 'folded-in');
  await store.close();
  t.ok(readFileSync(path).includes('folded-in'));
});
