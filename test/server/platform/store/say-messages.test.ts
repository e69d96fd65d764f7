import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { said, typed } from '../../../../protocol/said/said.ts';
import { chainKeyOf } from '../../../../server/platform/store/audit/chain.ts';
import { initial } from '../../../../server/platform/store/migrations/0001-initial.ts';
import { sla } from '../../../../server/platform/store/migrations/0002-sla.ts';
import { openDatabase } from '../../../../server/platform/store/open-database.ts';
import { tempDir } from '../../../support/temp-dir.ts';

t.test('what waited to be told, and why it was not, becomes facts', async (t) => {
  const path = join(tempDir(t), 'vigia.db');
  const old = new DatabaseSync(path);
  old.exec(
    `${initial}; ${sla}; PRAGMA user_version = 2; INSERT INTO client (id, slug, name, created_at) VALUES ('c', 'acme', 'Acme', 1);`,
  );
  const insert = old.prepare(
    "INSERT INTO outbox (client_id, idempotency_key, kind, payload_json, created_at, due_at, last_error) VALUES ('c', ?, ?, ?, 1, 1, ?)",
  );
  const reminded = { incidentId: 'i', said: said('over', { rule: 'r' }), note: 'Open for 13 min' };
  insert.run(
    'a',
    'fleet.unseen',
    '{"title":"Workstations out of sight","sentence":"One has not been seen.","at":1}',
    null,
  );
  insert.run('b', 'maintenance.summary', '{"title":"Update","sentence":"It ended."}', 'The message cannot be read.');
  insert.run('c', 'incident.reminded', JSON.stringify(reminded), 'Something else');
  insert.run('d', 'incident.raised', 'no json', null);
  const deliver = old.prepare(
    'INSERT INTO delivery (outbox_id, receiver_id, is_digest, is_urgent, first_due_at, due_at, last_error) VALUES (1, ?, 0, 0, 1, 1, ?)',
  );
  deliver.run('r1', 'The receiver was removed.');
  deliver.run('r2', null);
  old.close();

  const database = openDatabase(path, chainKeyOf(randomBytes(32)));
  t.teardown(() => database.close());
  const rows = database.prepare('SELECT payload_json, last_error_json FROM outbox ORDER BY id').all();
  t.same(
    rows.slice(0, 3).map((row) => JSON.parse(String(row.payload_json))),
    [
      { at: 1, said: typed('One has not been seen.'), titleSaid: said('unseen.title') },
      { title: 'Update', said: typed('It ended.') },
      { incidentId: 'i', said: said('over', { rule: 'r' }), noteSaid: typed('Open for 13 min') },
    ],
  );
  t.equal(rows[3]?.payload_json, 'no json');
  t.same(
    rows.map(({ last_error_json: json }) => json && JSON.parse(String(json))),
    [null, said('delivery.unreadable'), typed('Something else'), null],
  );
  const deliveries = database.prepare('SELECT last_error_json FROM delivery ORDER BY id').all();
  t.same(
    deliveries.map(({ last_error_json: json }) => json && JSON.parse(String(json))),
    [said('delivery.removed'), null],
  );
});
