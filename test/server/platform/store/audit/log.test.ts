import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import t from 'tap';
import { GENESIS, unkeyedHashOf } from '../../../../../server/platform/store/audit/chain.ts';
import { initial } from '../../../../../server/platform/store/migrations/0001-initial.ts';
import { sla } from '../../../../../server/platform/store/migrations/0002-sla.ts';
import { people } from '../../../../../server/platform/store/migrations/0003-people.ts';
import { fourTimes } from '../../../../../server/platform/store/migrations/0004-four-times.ts';
import { flapping } from '../../../../../server/platform/store/migrations/0009-flapping.ts';
import { historyLoss } from '../../../../../server/platform/store/migrations/0010-history-loss.ts';
import { twins } from '../../../../../server/platform/store/migrations/0011-twins.ts';
import { openStore, type Store } from '../../../../../server/platform/store/store.ts';
import { tempStore } from '../../../../support/store.ts';
import { tempDir } from '../../../../support/temp-dir.ts';

async function chain(t: Parameters<typeof tempStore>[0]): Promise<Store> {
  const store = await tempStore(t);
  for (let index = 1; index <= 5; index += 1) {
    await store.audit.append({
      actor: 'user-1',
      action: 'token.create',
      subject: `t${index}`,
      detail: { uses: index },
    });
  }
  return store;
}

t.test('an untouched chain verifies', async (t) => {
  const store = await chain(t);
  t.match(await store.audit.verify(), { ok: true, entries: 5 });
  t.match(await (await tempStore(t)).audit.verify(), { ok: true, entries: 0 }, 'so does an empty one');
});

t.test('entries written at the same time form one chain', async (t) => {
  const store = await tempStore(t);
  const entry = { actor: 'server', action: 'client.change', subject: '' } as const;
  await Promise.all(Array.from({ length: 20 }, () => store.audit.append(entry)));
  t.match(await store.audit.verify(), { ok: true, entries: 20 });
});

t.test('more entries than one batch of the reader', async (t) => {
  const store = await tempStore(t);
  await store.transaction(async (handle) => {
    for (let index = 0; index < 1001; index += 1)
      await handle.audit.append({ actor: 'a', action: 'client.change', subject: `${index}` });
  });
  t.match(await store.audit.verify(), { ok: true, entries: 1001 });
});

t.test('the database refuses to change or delete an entry', async (t) => {
  const store = await chain(t);
  await t.rejects(store.db.updateTable('audit').set({ actor: 'nobody' }).execute(), /append-only/);
  await t.rejects(store.db.deleteFrom('audit').execute(), /append-only/);
});

t.test('tampering that goes around that shows at the first wrong entry', async (t) => {
  async function f(what: string, tamper: string, brokenAtId: number): Promise<void> {
    const store = await chain(t);
    await sql`DROP TRIGGER audit_is_never_changed`.execute(store.db);
    await sql`DROP TRIGGER audit_is_never_deleted`.execute(store.db);
    await sql.raw(tamper).execute(store.db);
    t.match(await store.audit.verify(), { ok: false, brokenAtId }, what);
  }
  await f('changed detail', `UPDATE audit SET detail_json = '{"uses":9}' WHERE id = 3`, 3);
  await f('changed actor', `UPDATE audit SET actor = 'user-2' WHERE id = 1`, 1);
  await f('changed time', 'UPDATE audit SET at = at + 1 WHERE id = 5', 5);
  await f('removed from the middle', 'DELETE FROM audit WHERE id = 2', 3);
  await f('removed from the start', 'DELETE FROM audit WHERE id = 1', 2);
  await f('removed and renumbered', 'DELETE FROM audit WHERE id = 4; ', 5);
  await f('changed hash', `UPDATE audit SET hash = zeroblob(32) WHERE id = 4`, 4);
});

t.test('a row is written with what it tells of, or neither is', async (t) => {
  const store = await tempStore(t);
  const entry = { actor: 'u', action: 'client.change', subject: 'a' } as const;
  await store.commit([store.settings.setStatement('a', 1), store.audit.appendStatement(entry)]);
  const twice = [store.settings.setStatement('a', 2), store.audit.appendStatement(entry)];
  const refused = sql`INSERT INTO site (id) VALUES ('no client')`.compile(store.db);
  await t.rejects(store.commit([...twice, refused]));
  t.equal(await store.settings.get('a'), 1);
  t.match(await store.audit.verify(), { ok: true, entries: 1 });
  await store.commit([...twice, store.audit.appendStatement(entry)]);
  t.match(await store.audit.verify(), { ok: true, entries: 3 }, 'two of one transaction follow one another');
});

t.test('what was written before there was a key is sealed once, by a row that says so', async (t) => {
  const path = join(tempDir(t), 'state.db');
  const old = new DatabaseSync(path);
  old.exec(`${[initial, sla, people, fourTimes, flapping, historyLoss, twins].join(';')}; PRAGMA user_version = 7`);
  let previous_hash: Uint8Array = GENESIS;
  for (let id = 1; id <= 3; id += 1) {
    const row = { id, at: id, actor: 'u', action: 'client.change', subject: `${id}`, detail_json: '{}', previous_hash };
    const hash = unkeyedHashOf({ ...row, key_id: null });
    old.prepare('INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)').run(...Object.values(row), hash);
    previous_hash = hash;
  }
  old.close();
  for (const entries of [4, 5]) {
    const store = await openStore({ path, clock: Date.now });
    if (entries === 5) await store.audit.append({ actor: 'u', action: 'client.change', subject: '5' });
    t.match(await store.audit.verify(), { ok: true, entries, before: 3 });
    const seals = await store.db.selectFrom('audit').selectAll().where('action', '=', 'audit.seal').execute();
    t.match(seals, [{ id: 4, actor: 'server', subject: 'before', detail_json: /"entries":3/ }]);
    t.equal(seals.length, 1);
    await store.close();
  }
  const edited = new DatabaseSync(path);
  edited.exec("DROP TRIGGER audit_is_never_changed; UPDATE audit SET actor = 'nobody' WHERE id = 2");
  edited.close();
  const store = await openStore({ path, clock: Date.now });
  t.teardown(() => store.close());
  t.match(await store.audit.verify(), { ok: false, brokenAtId: 2, fault: 'changed' });
});

t.test('a new key file seals what the lost one had chained', async (t) => {
  const folder = tempDir(t);
  const options = { path: join(folder, 'state.db'), clock: Date.now };
  const first = await openStore(options);
  await first.audit.append({ actor: 'u', action: 'client.change', subject: '1' });
  await first.close();
  rmSync(join(folder, 'secret.key'));
  const store = await openStore(options);
  t.teardown(() => store.close());
  t.match(await store.audit.verify(), { ok: true, entries: 2, before: 1 });
  await sql`DROP TRIGGER audit_is_never_changed`.execute(store.db);
  await sql`UPDATE audit SET actor = 'nobody' WHERE id = 1`.execute(store.db);
  t.match(await store.audit.verify(), { ok: false, fault: 'changed' });
});
