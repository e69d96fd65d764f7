import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { freePort } from '../support/free-port.ts';
import { makeToken } from '../support/offline-token.ts';
import { startServerChild } from '../support/server-child.ts';
import { startSimAgent } from '../support/sim-agent.ts';
import { storedReports } from '../support/stored-reports.ts';
import { startServer } from '../support/story.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

/**
 * A start that fails after it has evaluated a part of what the last process left: it must not save how far it came, nor that
 * it was awake, or the next start would take a server that saw nothing for one that saw everything.
 */

/** What tells the next start up to where the journal was evaluated, and until when the server saw. */
function savedIn(dataDir: string): unknown[] {
  using database = new DatabaseSync(join(dataDir, 'state.db'), { readOnly: true });
  const ours = "SELECT * FROM setting WHERE key IN ('journal.cursor', 'server.aliveAt') ORDER BY key";
  return database.prepare(ours).all();
}

/** The line of the log behind which a start has evaluated the journal, and in front of what it does next. */
const isReplayed = ({ msg }: Record<string, unknown>): boolean => String(msg).startsWith('replayed');

/** A data folder as kill -9 leaves it: reports in the journal that nobody evaluated for good. */
async function makeKilled(t: Test): Promise<string> {
  const dataDir = tempDir(t);
  const token = await makeToken(dataDir);
  const server = await startServerChild({ dataDir, port: await freePort() });
  t.teardown(() => server.kill());
  const machine = { availableBytes: () => 50 * 1024 ** 3 };
  const agent = await startSimAgent({ server: server.address, token, name: 'sim', intervalMs: 200, machine });
  await until('twenty reports', () => {
    return (storedReports(join(dataDir, 'series.db')).get(agent.deviceId)?.length ?? 0) >= 20;
  });
  await server.kill();
  await agent.stop();
  return dataDir;
}

t.test('a start that fails in the middle leaves the next one all that it has to know', async (t) => {
  const dataDir = await makeKilled(t);
  const before = savedIn(dataDir);
  let evaluated: unknown;
  const onLog = (line: Record<string, unknown>) => {
    if (!isReplayed(line)) return;
    evaluated = line.batches;
    throw new Error('the log cannot be written');
  };
  await t.rejects(startServer(t, { dataDir, onLog }), { message: 'the log cannot be written' });
  t.ok(Number(evaluated) > 0, 'the journal was evaluated before it failed');
  t.same(savedIn(dataDir), before);

  const server = await startServer(t, { dataDir });
  t.equal(server.log.find(isReplayed)?.batches, evaluated, 'the next one evaluates the same again');
  await server.app.stop();
  t.notSame(savedIn(dataDir), before, 'and saves that it did');
});
