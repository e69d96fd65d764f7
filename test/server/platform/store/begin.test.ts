import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { mock } from 'node:test';
import { CompiledQuery, Kysely } from 'kysely';
import t from 'tap';
import { SentenceError } from '../../../../protocol/error.ts';
import { chainKeyOf } from '../../../../server/platform/store/audit/chain.ts';
import { workerDialect } from '../../../../server/platform/store/dialect.ts';
import { Mutex } from '../../../../server/platform/store/mutex.ts';
import type { Outcome, Work } from '../../../../server/platform/store/worker.ts';
import { WorkerClient } from '../../../../server/platform/store/worker-client.ts';
import { tempDir } from '../../../support/temp-dir.ts';

const done: Outcome = { rows: [], changes: 0, insertId: 0 };

/** The thread of the database over a real one, in order; while it is `stuck`, who asks gives up before it answers. */
function slowThread(database: DatabaseSync) {
  const thread = { isStuck: false, asked: [] as string[] };
  const perform = (work: Work): Outcome => {
    thread.asked.push(work.kind === 'query' ? work.sql : work.kind);
    if (work.kind === 'query') database.exec(work.sql);
    if (work.kind === 'commit') database.exec('COMMIT');
    if (work.kind === 'rollback' && database.isTransaction) database.exec('ROLLBACK');
    return done;
  };
  const request = async (work: Work): Promise<Outcome> => {
    const { isStuck } = thread;
    // It works off what it is sent, one after another, whether anybody still waits for it or not.
    const answer = perform(work);
    if (isStuck) throw new SentenceError('unavailable', 'The database did not answer.', { cause: 'deadline' });
    return answer;
  };
  return { thread, request, close: async () => undefined };
}

t.test('a begin that was given up and begins later leaves nobody in a transaction', async (t) => {
  const database = new DatabaseSync(':memory:');
  t.teardown(() => database.close());
  database.exec('CREATE TABLE kept (number INTEGER)');
  const { thread, ...worker } = slowThread(database);
  const db = new Kysely<{ kept: { number: number } }>({ dialect: workerDialect(worker, new Mutex(1_000, 10)) });
  const add = (number: number) =>
    db.transaction().execute((within) => within.executeQuery(CompiledQuery.raw(`INSERT INTO kept VALUES (${number})`)));

  thread.isStuck = true;
  await t.rejects(add(1), { code: 'unavailable' });
  thread.isStuck = false;
  t.notOk(database.isTransaction);
  await t.resolves(add(2), 'the next one can begin');
  t.notOk(database.isTransaction, 'and is committed');
  t.same(
    database
      .prepare('SELECT number FROM kept')
      .all()
      .map(({ number }) => number),
    [2],
  );
});

t.test('a commit is waited for, however long its disk takes: nobody is refused what is written later', async (t) => {
  const path = join(tempDir(t), 'state.db');
  const worker = await WorkerClient.open(
    { path, chainKey: chainKeyOf(new Uint8Array(32)), migrations: [] },
    () => undefined,
  );
  t.teardown(() => worker.close());
  const ask = (sql: string) => worker.request({ kind: 'query', sql, parameters: [] });
  await ask('BEGIN IMMEDIATE');
  await ask("INSERT INTO setting VALUES ('a', '1')");
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  // The thread is at this while the deadline of all that was asked passes.
  const slow = ask(
    'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500000) SELECT max(i) FROM n',
  );
  const committed = worker.request({ kind: 'commit' });
  mock.timers.tick(60_000);
  await t.rejects(slow, { code: 'unavailable', details: { cause: 'deadline' } });
  await t.resolves(committed);
  mock.timers.reset();
  t.match(await ask("SELECT * FROM setting WHERE key = 'a'"), { rows: [{}] });
});
