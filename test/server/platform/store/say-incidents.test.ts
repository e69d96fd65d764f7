import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { said, typed } from '../../../../protocol/said/said.ts';
import { chainKeyOf } from '../../../../server/platform/store/audit/chain.ts';
import { initial } from '../../../../server/platform/store/migrations/0001-initial.ts';
import { openDatabase } from '../../../../server/platform/store/open-database.ts';
import { tempDir } from '../../../support/temp-dir.ts';

t.test('old sentences become facts where the row knows their values, and stay as they were where not', async (t) => {
  const path = join(tempDir(t), 'vigia.db');
  const old = new DatabaseSync(path);
  old.exec(`${initial}; PRAGMA user_version = 1;
    INSERT INTO client VALUES ('c', 'acme', 'Acme', 1);
    INSERT INTO site VALUES ('s', 'c', 'north', 'North', 2);`);
  const hebrew = '/\u05E9\u05E8\u05EA';
  const incident = old.prepare(
    "INSERT INTO incident VALUES (?, ?, 'c', 's', NULL, 'disk.space', ?, 'high', 'open', ?, '{}', 1, 2, NULL, NULL, NULL, NULL, 0, 2)",
  );
  const event = old.prepare(
    "INSERT INTO incident_event (client_id, incident_id, at, kind, by_user, text) VALUES ('c', ?, 3, ?, ?, ?)",
  );
  const full = '/data has 1.0 GB left of 100 GB (1.0 % free, below 5.0 GB for 5 min)';
  incident.run('i1', 'k1', '/data', full);
  incident.run('i2', 'k2', hebrew, `\u2068${hebrew}\u2069 has enough space again`);
  incident.run('i3', 'k3', '/data', 'It says: "quoted" \\ and \n more');
  event.run('i1', 'opened', null, full);
  event.run('i1', 'resolved', null, '/data has enough space again');
  event.run('i1', 'resolved', null, '/other has enough space again');
  event.run('i1', 'note', 'Ann', '/data has enough space again');
  event.run('i1', 'acknowledged', 'Ann', '');
  event.run('i1', 'resolved', null, 'Contact is back');
  old.close();

  const database = openDatabase(path, chainKeyOf(randomBytes(32)));
  t.teardown(() => database.close());
  const read = (from: string) =>
    database
      .prepare(`SELECT said_json FROM ${from}`)
      .all()
      .map((row) => JSON.parse(String(row.said_json)));
  t.same(read('incident ORDER BY id'), [
    typed(full),
    said('disk.space.over', { mountpoint: hebrew }),
    typed('It says: "quoted" \\ and \n more'),
  ]);
  t.same(read('incident_event ORDER BY id'), [
    typed(full),
    said('disk.space.over', { mountpoint: '/data' }),
    typed('/other has enough space again'),
    typed('/data has enough space again'),
    said('nothing'),
    said('contact.over', { how: 'back' }),
  ]);
});
