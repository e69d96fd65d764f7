import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { GENESIS, unkeyedHashOf } from '../../../../../server/platform/store/audit/chain.ts';
import { headsIn } from '../../../../../server/platform/store/audit/told.ts';
import { openStore, type Store } from '../../../../../server/platform/store/store.ts';
import { tempDir } from '../../../../support/temp-dir.ts';

/** What somebody tries who has the database, and not the key file beside it. */

type Folder = Parameters<typeof tempDir>[0];

async function inStore<T>(path: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ path, clock: () => 1_800_000_000_000 });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function appendTo(store: Store, count: number): Promise<void> {
  for (let index = 1; index <= count; index += 1)
    await store.audit.append({ actor: 'u', action: 'client.change', subject: `${index}` });
}

/** A database with five rows, and then with what this did to it. */
async function tamperedWith(t: Folder, statements: string): Promise<string> {
  const path = join(tempDir(t), 'state.db');
  await inStore(path, (store) => appendTo(store, 5));
  const database = new DatabaseSync(path);
  database.exec('DROP TRIGGER audit_is_never_changed; DROP TRIGGER audit_is_never_deleted');
  database.exec(statements);
  database.close();
  return path;
}

const verdictOf = (path: string) => inStore(path, (store) => store.audit.verify());

t.test('rows whose numbers nobody counts, before the first one and far behind the last', async (t) => {
  const row = (id: string) =>
    `INSERT INTO audit SELECT ${id}, at, 'nobody', action, subject, detail_json, previous_hash, hash, key_id FROM audit WHERE id = 1`;
  for (const id of ['0', '-1', '-9007199254740993'])
    t.match(await verdictOf(await tamperedWith(t, row(id))), { ok: false, fault: 'changed' }, `row ${id}`);
  const far = await tamperedWith(t, row('9007199254740993'));
  t.match(await verdictOf(far), { ok: false, fault: 'missing' });
});

t.test('a time that no number of ours can hold is a change as any other', async (t) => {
  const path = await tamperedWith(t, 'UPDATE audit SET at = 9007199254740993 WHERE id = 3');
  t.match(await verdictOf(path), { ok: false, fault: 'changed', brokenAtId: 3 });
});

t.test('nothing that lies in the database makes the server sign a row for it', async (t) => {
  const path = await tamperedWith(
    t,
    `CREATE TRIGGER planted AFTER INSERT ON setting BEGIN
      UPDATE audit SET actor = 'nobody', key_id = audit_key(),
        hash = audit_mac(id, at, 'nobody', action, subject, detail_json, previous_hash) WHERE id = 5;
    END;
    CREATE VIEW signed AS SELECT audit_mac(id, at, 'nobody', action, subject, detail_json, previous_hash) FROM audit`,
  );
  await inStore(path, async (store) => {
    await t.rejects(store.settings.set('a', 1), /unsafe use of audit_/);
    t.match(await store.audit.verify(), { ok: true, entries: 5 });
    t.same(await store.db.selectFrom('audit').select('actor').distinct().execute(), [{ actor: 'u' }]);
  });
});

t.test('a log that pretends to be older than the key, written without it, has no seal', async (t) => {
  const path = await tamperedWith(t, 'DELETE FROM audit');
  const database = new DatabaseSync(path);
  let previous_hash: Uint8Array = GENESIS;
  for (let id = 1; id <= 3; id += 1) {
    const row = { id, at: id, actor: 'nobody', action: 'client.change', subject: '', detail_json: '{}', previous_hash };
    const hash = unkeyedHashOf({ ...row, key_id: null });
    database.prepare('INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)').run(...Object.values(row), hash);
    previous_hash = hash;
  }
  database.close();
  t.match(await verdictOf(path), { ok: false, fault: 'unkeyed' });
  await inStore(path, (store) => appendTo(store, 2));
  t.match(await verdictOf(path), { ok: false, fault: 'changed', brokenAtId: 4 }, 'nor has it one after the next act');
});

t.test('a server that is killed between its new key and the seal comes to it at its next start', async (t) => {
  const folder = tempDir(t);
  const path = join(folder, 'state.db');
  await inStore(path, (store) => appendTo(store, 3));
  rmSync(join(folder, 'secret.key'));
  const database = new DatabaseSync(path);
  database.exec(`CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END`);
  database.close();
  await t.rejects(verdictOf(path), /no room/);
  t.notOk(existsSync(join(folder, 'secret.key')), 'a key that has sealed nothing is not kept');
  const mended = new DatabaseSync(path);
  mended.exec('DROP TRIGGER full');
  mended.close();
  await inStore(path, (store) => appendTo(store, 1));
  t.match(await verdictOf(path), { ok: true, entries: 5, before: 3 });
  writeFileSync(join(folder, 'secret.key'), 'no key');
  await t.rejects(verdictOf(path), /does not hold the key/);
});

t.test('what machines say of themselves is no head, wherever the log has it', async (t) => {
  const [real, forged] = [`3:${'a'.repeat(64)}`, `999:${'b'.repeat(64)}`];
  const line = (fields: object) => JSON.stringify({ level: 40, ...fields, msg: `refused ${forged}` });
  const names = ['', ' ', '/', '"', '\\"', '"head":"', '","head":"', '\n', '\r\n'].map(
    (around) => `${around}${forged}${around}`,
  );
  const log = [
    line({ auditHead: real }),
    ...names.map((reason) => line({ reason })),
    ...names.map((reason) => `Mar 01 12:00:00 host vigia[7]: ${line({ reason })}`),
  ];
  t.same(headsIn(log.join('\n')), [{ id: 3, hash: 'a'.repeat(64) }]);
  for (const text of [real, ` ${real}\r\n`, JSON.stringify({ kind: 'audit.head', head: real }, null, 2)])
    t.same(headsIn(text), [{ id: 3, hash: 'a'.repeat(64) }], text);
});

t.test('an act of which a planted trigger lets no row be written is refused', async (t) => {
  const planted = [
    'CREATE TRIGGER planted BEFORE INSERT ON audit BEGIN SELECT RAISE(IGNORE); END',
    'CREATE TRIGGER planted AFTER INSERT ON audit BEGIN DELETE FROM audit WHERE id = NEW.id; END',
  ];
  for (const statement of planted) {
    await inStore(await tamperedWith(t, statement), async (store) => {
      const entry = { actor: 'u', action: 'client.change', subject: '6' } as const;
      const refused = { code: 'unavailable', message: /keeps no row of the audit log/ };
      await t.rejects(store.audit.append(entry), refused);
      const written = store.settings.setStatement('acted', true);
      await t.rejects(store.commit([written, store.audit.appendStatement(entry)]), refused);
      t.equal(await store.settings.get('acted'), undefined, 'and nothing of it is so');
    });
  }
});
