import { sql } from 'kysely';
import t from 'tap';
import type { Store } from '../../../../server/platform/store/store.ts';
import { tempStore } from '../../../support/store.ts';

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
  const entry = { actor: 'server', action: 'start', subject: '' };
  await Promise.all(Array.from({ length: 20 }, () => store.audit.append(entry)));
  t.match(await store.audit.verify(), { ok: true, entries: 20 });
});

t.test('more entries than one batch of the reader', async (t) => {
  const store = await tempStore(t);
  await store.transaction(async (handle) => {
    for (let index = 0; index < 1001; index += 1)
      await handle.audit.append({ actor: 'a', action: 'b', subject: `${index}` });
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
    t.same(await store.audit.verify(), { ok: false, brokenAtId }, what);
  }
  await f('changed detail', `UPDATE audit SET detail_json = '{"uses":9}' WHERE id = 3`, 3);
  await f('changed actor', `UPDATE audit SET actor = 'user-2' WHERE id = 1`, 1);
  await f('changed time', 'UPDATE audit SET at = at + 1 WHERE id = 5', 5);
  await f('removed from the middle', 'DELETE FROM audit WHERE id = 2', 3);
  await f('removed from the start', 'DELETE FROM audit WHERE id = 1', 2);
  await f('removed and renumbered', 'DELETE FROM audit WHERE id = 4; ', 5);
  await f('changed hash', `UPDATE audit SET hash = zeroblob(32) WHERE id = 4`, 4);
});
