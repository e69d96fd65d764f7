import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { chainKeyOf } from '../../../../server/platform/store/audit/chain.ts';
import { initial } from '../../../../server/platform/store/migrations/0001-initial.ts';
import { sla } from '../../../../server/platform/store/migrations/0002-sla.ts';
import { openDatabase, SCHEMA_VERSION } from '../../../../server/platform/store/open-database.ts';
import { openStore } from '../../../../server/platform/store/store.ts';
import { tempDir } from '../../../support/temp-dir.ts';

const key = chainKeyOf(randomBytes(32));

t.test('a new file gets every table of tables/', async (t) => {
  const database = openDatabase(join(tempDir(t), 'vigia.db'), key);
  t.teardown(() => database.close());
  const tables = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .all();
  const folder = new URL('../../../../server/platform/store/tables/', import.meta.url);
  const source = readdirSync(folder)
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n');
  const declared = [...source.matchAll(/^ {2}(\w+): \{/gm)].map((match) => match[1]);
  t.same(tables.map((row) => row.name).toSorted(), declared.toSorted());

  for (const table of declared) {
    const body = source.match(new RegExp(`^ {2}${table}: \\{(.*?)\\};?$|^ {2}${table}: \\{(.*?)^ {2}\\};`, 'ms'));
    const columns = [
      ...(body?.[1] ?? body?.[2] ?? '').replace(/\/\*\*.*?\*\//gs, '').matchAll(/(?:^|[;{])\s*([a-z_]+)\??:/gm),
    ].map((match) => match[1]);
    const actual = database.prepare(`PRAGMA table_info(${table})`).all();
    t.same(actual.map((row) => row.name).toSorted(), columns.toSorted(), `the columns of ${table}`);
  }
  const strict = database.prepare(
    "SELECT name FROM pragma_table_list WHERE strict = 0 AND schema = 'main' AND name NOT LIKE 'sqlite_%'",
  );
  t.same(strict.all(), [], 'every table is STRICT');
});

t.test('opening again changes nothing', async (t) => {
  const path = join(tempDir(t), 'vigia.db');
  openDatabase(path, key).close();
  const database = openDatabase(path, key);
  t.equal(database.prepare('PRAGMA user_version').get()?.user_version, SCHEMA_VERSION);
  database.close();
});

t.test('a database of version 1 keeps what it holds', async (t) => {
  const path = join(tempDir(t), 'vigia.db');
  const old = new DatabaseSync(path);
  old.exec(`${initial}; PRAGMA user_version = 1;
    INSERT INTO client VALUES ('c', 'acme', 'Acme', 1);
    INSERT INTO site VALUES ('s', 'c', 'north', 'North', 2);
    INSERT INTO incident VALUES ('i', 'c/x/disk.space//', 'c', 's', NULL, 'disk.space', '/', 'high', 'open', 'Full', '{}', 1, 2, NULL, NULL, NULL, NULL, 0, 2);
    INSERT INTO outbox (client_id, idempotency_key, kind, payload_json, created_at, due_at) VALUES ('c', 'i/0/raised', 'incident.raised', '{}', 2, 2);`);
  old.close();
  const database = openDatabase(path, key);
  t.teardown(() => database.close());
  t.match(database.prepare('SELECT * FROM client').all(), [{ id: 'c', name: 'Acme', remote_url: null }]);
  t.match(database.prepare('SELECT * FROM site').all(), [{ id: 's', card_json: '{}' }]);
  t.match(database.prepare('SELECT * FROM incident').all(), [{ id: 'i', source: 'rule', parent_id: null }]);
  t.match(database.prepare('SELECT * FROM outbox').all(), [{ idempotency_key: 'i/0/raised', delivered_at: null }]);
  t.same(database.prepare('PRAGMA foreign_key_check').all(), []);
});

t.test('a database of version 2 keeps its people, keys and tokens', async (t) => {
  const path = join(tempDir(t), 'vigia.db');
  const old = new DatabaseSync(path);
  old.exec(`${initial}; ${sla}; PRAGMA user_version = 2;
    INSERT INTO user VALUES ('u', 'ada@x.test', 'Ada', 'admin', '-', 1, NULL);
    INSERT INTO api_key VALUES ('k', x'01', 'K', 'viewer', NULL, 1, 'u', NULL, NULL);
    INSERT INTO client VALUES ('c', 'acme', 'Acme', 1, NULL, NULL);
    INSERT INTO site VALUES ('s', 'c', 'north', 'North', 2, '{}');
    INSERT INTO enrolment_token VALUES ('t', x'02', 'c', 's', 'server', 5, 9, 1, 'u', NULL);`);
  old.close();
  const database = openDatabase(path, key);
  t.teardown(() => database.close());
  t.match(database.prepare('SELECT * FROM user').all(), [{ id: 'u', email: 'ada@x.test' }]);
  t.match(database.prepare('SELECT * FROM api_key').all(), [{ id: 'k', expires_at: null, kept_by: null }]);
  t.match(database.prepare('SELECT * FROM enrolment_token').all(), [{ id: 't', last_used_at: null, kept_by: null }]);
  t.same(database.prepare('PRAGMA foreign_key_check').all(), []);
});

t.test('a database of a newer build is refused and left alone', async (t) => {
  const path = join(tempDir(t), 'vigia.db');
  const newer = new DatabaseSync(path);
  newer.exec('CREATE TABLE future (a); PRAGMA user_version = 99;');
  newer.close();
  const before = readFileSync(path);
  await t.rejects(openStore({ path, clock: Date.now }), {
    code: 'database_newer',
    message: new RegExp(`has version 99; this build of Vigia knows versions up to ${SCHEMA_VERSION}\\b`),
    details: { databaseVersion: 99, buildVersion: SCHEMA_VERSION },
  });
  t.ok(before.equals(readFileSync(path)));
});

t.test('a damaged database is refused with a sentence that says what to do', async (t) => {
  async function f(what: string, damage: (path: string) => void): Promise<void> {
    const path = join(tempDir(t), 'vigia.db');
    const database = openDatabase(path, key);
    database.exec('BEGIN');
    for (let index = 0; index < 2000; index += 1) {
      database.prepare('INSERT INTO setting VALUES (?, ?)').run(`key ${index}`, `"${'x'.repeat(200)}"`);
    }
    database.exec('COMMIT');
    database.close();
    damage(path);
    await t.rejects(
      openStore({ path, clock: Date.now }),
      { code: 'database_damaged', message: /is damaged .*restore a backup/ },
      what,
    );
  }
  await f('junk instead of a database', (path) =>
    writeFileSync(path, 'this is not a database, not at all'.repeat(100)),
  );
  await f('cut in the middle', (path) => writeFileSync(path, readFileSync(path).subarray(0, 100_000)));
  await f('pages overwritten', (path) => {
    const file = openSync(path, 'r+');
    for (let page = 40; page < 80; page += 1) writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096);
    closeSync(file);
  });
});

t.test('a path that cannot be opened is unavailable', async (t) => {
  const path = join(tempDir(t), 'vigia.db');
  mkdirSync(path);
  await t.rejects(openStore({ path, clock: Date.now }), {
    code: 'unavailable',
    message: /vigia\.db: .*unable to open/,
  });
});

t.test('the four times of old incidents are filled in as far as they are known, and their clocks stay', async (t) => {
  const path = join(tempDir(t), 'vigia.db');
  const old = new DatabaseSync(path);
  const met = '{"outcome":"met","respondedAt":5,"onSite":{"arrivedAt":6}}';
  const running = '{"outcome":"running","respondedAt":null,"onSite":null}';
  const row = (id: string, state: string, acknowledged: string, resolvedAt: string, clock: string): string =>
    `INSERT INTO incident (id, key, client_id, rule, object, priority, state, sentence, evidence_json, onset_at, opened_at, acknowledged_at, acknowledged_by, resolved_at, reopened_count, updated_at, clock_json)
     VALUES ('${id}', '${id}', 'c', 'disk.space', '/', 'high', '${state}', 'Full', '{}', 1, 2, ${acknowledged}, ${resolvedAt}, 0, 2, ${clock});`;
  const ended = (id: string, by: string): string =>
    `INSERT INTO incident_event (client_id, incident_id, at, kind, by_user, text) VALUES ('c', '${id}', 9, 'resolved', ${by}, '');`;
  old.exec(`${initial}; ${sla}; PRAGMA user_version = 2;
    INSERT INTO client (id, slug, name, created_at) VALUES ('c', 'acme', 'Acme', 1);
    ${row('person', 'resolved', "5, 'Ann'", '9', `'${met}'`)} ${ended('person', 'NULL')}
    ${row('program', 'acknowledged', "5, 'Bot'", 'NULL', `'${running}'`)}
    ${row('itself', 'resolved', 'NULL, NULL', '9', 'NULL')} ${ended('itself', 'NULL')}
    ${row('closed', 'resolved', 'NULL, NULL', '9', 'NULL')} ${ended('closed', "'Ann'")}`);
  old.close();
  const database = openDatabase(path, key);
  t.teardown(() => database.close());
  t.match(database.prepare('SELECT id, taken_at, on_site_at, recovered, clock_json FROM incident ORDER BY id').all(), [
    { id: 'closed', taken_at: null, recovered: 0 },
    { id: 'itself', taken_at: null, recovered: 1 },
    { id: 'person', taken_at: 5, on_site_at: 6, recovered: 0, clock_json: met },
    { id: 'program', taken_at: null, recovered: 0, clock_json: running },
  ]);
});

const visits = { version: SCHEMA_VERSION + 2, sql: 'CREATE TABLE visit (id TEXT PRIMARY KEY) STRICT' };
const rooms = { version: SCHEMA_VERSION + 1, sql: 'CREATE TABLE room (id TEXT PRIMARY KEY) STRICT' };

t.test('what features bring is made in the order of versions, and once', async (t) => {
  const path = join(tempDir(t), 'vigia.db');
  const note = { version: SCHEMA_VERSION + 3, sql: "INSERT INTO room VALUES ('a'); INSERT INTO visit VALUES ('b')" };
  for (const brought of [[], [rooms], [note, visits, rooms], [visits, rooms, note]]) {
    openDatabase(path, key, brought).close();
  }
  const database = openDatabase(path, key, [note, visits, rooms]);
  t.teardown(() => database.close());
  t.same(database.prepare('PRAGMA user_version').get()?.user_version, SCHEMA_VERSION + 3);
  t.match(database.prepare('SELECT id FROM room UNION ALL SELECT id FROM visit').all(), [{ id: 'a' }, { id: 'b' }]);
});

t.test('what a feature brought is newer than a build without it', async (t) => {
  const path = join(tempDir(t), 'vigia.db');
  const store = await openStore({ path, clock: Date.now, migrations: [rooms] });
  await store.close();
  await t.rejects(openStore({ path, clock: Date.now }), { code: 'database_newer' });
});

t.test('two migrations to one version are a defect, and touch nothing', async (t) => {
  const path = join(tempDir(t), 'vigia.db');
  for (const brought of [[rooms, { ...visits, version: rooms.version }], [{ ...rooms, version: 3 }]]) {
    t.throws(() => openDatabase(path, key, brought), /Two migrations lead to version/);
  }
  t.notOk(existsSync(path));
});
