import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { Database } from '../../../../server/series/engine/database.ts';
import { openSeries } from '../../../../server/series/open-series.ts';
import { openTestSeries } from '../../../support/open-test-series.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { at, START } from '../conformance.ts';

t.test('a file that is no database is said to be damaged, by name, with what to do', async (t) => {
  const path = join(tempDir(t), 'series.db');
  writeFileSync(path, 'x'.repeat(10_000));
  await t.rejects(openSeries({ path, now: () => START, onFatal: () => t.fail('not fatal') }), {
    code: 'database_damaged',
    message: /series\.db cannot be opened: file is not a database\. Move it .* aside and restore a backup/,
  });
});

t.test('a file of a newer format is refused, one of an earlier format is set aside', async (t) => {
  const newer = join(tempDir(t), 'series.db');
  let db = new DatabaseSync(newer);
  db.exec('CREATE TABLE raw (id INTEGER); PRAGMA user_version = 4');
  db.close();
  await t.rejects(openSeries({ path: newer, now: () => START, onFatal: () => t.fail('not fatal') }), {
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
    t.equal(await series.append([at(0)]), 42);
    await series.close();
    const { series: again } = await openTestSeries(t, { path, positionsAfter: 7 });
    t.equal(await again.append([at(1)]), 43);
    await again.close();
  }
});

t.test('what is read in a turn shares a transaction, which a change or the end of the turn ends', async (t) => {
  const db = new Database(join(tempDir(t), 'series.db'), () => undefined);
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
