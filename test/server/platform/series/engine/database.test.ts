import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { ownSeries } from '../../../../../server/app/own-series.ts';
import { openReadable } from '../../../../../server/platform/files/readable-database.ts';
import { Database } from '../../../../../server/platform/series/engine/database.ts';
import { FORMAT, nameOf } from '../../../../../server/platform/series/engine/format.ts';
import { openSeries } from '../../../../../server/platform/series/open-series.ts';
import { openTestSeries } from '../../../../support/open-test-series.ts';
import { tempDir } from '../../../../support/temp-dir.ts';
import { at, START } from '../conformance.ts';

t.test('a file that is no database is said to be damaged, by name, with what to do', async (t) => {
  const path = join(tempDir(t), 'series.db');
  writeFileSync(path, 'x'.repeat(10_000));
  await t.rejects(openSeries({ ...ownSeries, path, now: () => START, onFatal: () => t.fail('not fatal') }), {
    code: 'database_damaged',
    message: /series\.db cannot be opened: file is not a database\. Move it .* aside and restore a backup/,
  });
});

t.test('a file of a newer format is refused, one of a format that is no longer read is set aside', async (t) => {
  const newer = join(tempDir(t), 'series.db');
  let db = new DatabaseSync(newer);
  db.exec(`CREATE TABLE raw (id INTEGER); PRAGMA user_version = ${FORMAT + 1}`);
  db.close();
  await t.rejects(openSeries({ ...ownSeries, path: newer, now: () => START, onFatal: () => t.fail('not fatal') }), {
    code: 'database_newer',
  });
  for (const earlier of [
    'CREATE TABLE batch (position INTEGER); CREATE TABLE page (device_id TEXT)',
    'CREATE TABLE raw (id INTEGER); PRAGMA user_version = 2',
  ]) {
    const path = join(tempDir(t), 'series.db');
    db = new DatabaseSync(path);
    db.exec(earlier);
    db.close();
    const notes: string[] = [];
    const { series } = await openTestSeries(t, {
      path,
      onNote: (sentence) => notes.push(sentence),
      positionsAfter: 41,
    });
    t.match(notes, [/was set aside as .*series\.db\.old; series begin anew/]);
    t.ok(existsSync(`${path}.old`));
    t.match(series.origin, { position: 0, setAside: `${path}.old` });
    t.equal(await series.append([at(0)]), 42);
    await series.close();
    const { series: again } = await openTestSeries(t, { path, positionsAfter: 7 });
    t.equal(await again.append([at(1)]), 43);
    await again.close();
  }
});

t.test('what is read in a turn shares a transaction, which a change or the end of the turn ends', async (t) => {
  const db = new Database(join(tempDir(t), 'series.db'), () => undefined, openReadable);
  const { sql } = db;
  const count = () => sql.prepare('SELECT count(*) AS count FROM journal').get()?.count;
  const write = () => sql.prepare('INSERT INTO journal (data) VALUES (?)').run(new Uint8Array(1));
  for (const [nth, change] of [() => db.durable(write), () => db.background(write)].entries()) {
    db.read();
    db.read();
    t.equal(count(), nth);
    t.equal(sql.isTransaction, true);
    change();
    t.equal(sql.isTransaction, false);
    t.equal(count(), nth + 1);
  }
  db.read();
  t.equal(sql.isTransaction, true);
  await Promise.resolve();
  t.equal(sql.isTransaction, false, 'at the end of the turn');
  db.read();
  sql.close();
  await Promise.resolve();
  t.equal(sql.isOpen, false, 'nothing is to be ended in a closed database');
});

t.test('a file has a name that no other has, and that its copies share', async (t) => {
  const folder = tempDir(t);
  const paths = ['a.db', 'b.db'].map((name) => join(folder, name));
  const names = paths.map((path) => {
    const { sql } = new Database(path, () => undefined, openReadable);
    const name = nameOf(sql);
    sql.close();
    return name;
  });
  t.not(names[0], names[1]);
  const { series } = await openTestSeries(t, { path: paths[0] as string });
  t.same(series.origin, { file: names[0], position: 0, setAside: null });
  await series.append([at(0)]);
  const copy = join(folder, 'copy.db');
  await series.backup(copy);
  const { series: copied } = await openTestSeries(t, { path: copy, positionsAfter: 9 });
  t.same(copied.origin, { file: names[0], position: 1, setAside: null }, 'as it was found');
});

t.test('from when to when a device has history is told of open rows, blocks and roll-ups', async (t) => {
  const HOUR = 3_600_000;
  let now = START;
  const { series } = await openTestSeries(t, { now: () => now, retention: { raw: 48 * HOUR } });
  t.same(await series.extents(), new Map());
  await series.append([at(0), at(5, { deviceId: 'd2' })]);
  t.same(
    [...(await series.extents())],
    [
      ['d1', { fromMs: START, toMs: START }],
      ['d2', { fromMs: START + 5, toMs: START + 5 }],
    ],
  );
  for (let n = 1; n <= 300; n += 1) {
    now = START + n * 60_000;
    await series.append([at(n * 60_000)]);
  }
  // Rolled up first, removed then.
  for (const hours of [30, 100, 102]) {
    now = START + hours * HOUR;
    await series.settle();
  }
  t.equal((await series.usage()).held.raw.blocks, 0, 'raw reports are past their time');
  const { fromMs, toMs } = (await series.extents()).get('d1') ?? { fromMs: 0, toMs: 0 };
  t.equal(fromMs, START);
  t.ok(toMs >= START + 300 * 60_000 && toMs <= START + 306 * 60_000, 'to the end of the last bucket');
});
