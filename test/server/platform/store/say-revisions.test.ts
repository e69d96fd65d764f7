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

t.test(
  'why the ledger was revised becomes a fact where the sentence is one of ours, and stays as it was where not',
  async (t) => {
    const path = join(tempDir(t), 'vigia.db');
    const old = new DatabaseSync(path);
    old.exec(
      `${initial}; ${sla}; PRAGMA user_version = 2; INSERT INTO client (id, slug, name, created_at) VALUES ('c', 'acme', 'Acme', 1);`,
    );
    const insert = old.prepare(
      "INSERT INTO ledger_revision (client_id, subject_kind, subject_id, at, by_user, why, from_ms, to_ms, before_json, after_json) VALUES ('c', 'device', 'd', 9, ?, ?, 1, 2, '[]', '[]')",
    );
    const hebrew = '\u05D3\u05E0\u05D4';
    const rows: [string, string][] = [
      ['server', 'Evidence of the time from 2026-10-01 00:00:00 UTC to 2026-10-01 00:01:00 UTC arrived late.'],
      [
        'server',
        'The machine came back at 2026-10-01 00:02:00 UTC and its boot identity says what the time before was.',
      ],
      ['Ann', 'Ann attests that it was down (internet_line): ticket 4711\nand more'],
      [hebrew, `\u2068${hebrew}\u2069 attests that it was up: \u2068${hebrew}\u2069`],
      ['Ann', 'Ben attests that it was up: no'],
      ['Ann', 'Ann withdraws what Ben attested: no'],
    ];
    for (const row of rows) insert.run(...row);
    old.close();

    const database = openDatabase(path, chainKeyOf(randomBytes(32)));
    t.teardown(() => database.close());
    const read = database.prepare('SELECT said_json FROM ledger_revision ORDER BY id').all();
    const midnight = Date.UTC(2026, 9, 1);
    t.same(
      read.map((row) => JSON.parse(String(row.said_json))),
      [
        said('revision.late', { from: midnight, to: midnight + 60_000 }),
        said('revision.came-back', { at: midnight + 120_000 }),
        said('revision.attested', {
          by: 'Ann',
          verdict: 'down',
          responsibility: 'internet_line',
          why: 'ticket 4711\nand more',
        }),
        said('revision.attested', { by: hebrew, verdict: 'up', responsibility: 'none', why: hebrew }),
        typed('Ben attests that it was up: no'),
        typed('Ann withdraws what Ben attested: no'),
      ],
    );
    t.throws(() => database.exec("UPDATE ledger_revision SET said_json = ''"), /never changed/);
  },
);
