import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { type App, createApp } from '../../server/app.ts';
import { readConfig } from '../../server/config.ts';
import { freePort } from '../support/free-port.ts';
import { makeToken } from '../support/offline-token.ts';
import { startServerChild } from '../support/server-child.ts';
import { startSimAgent } from '../support/sim-agent.ts';
import { storedReports } from '../support/stored-reports.ts';
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

interface Start {
  readonly app: App;
  /** Batches of the journal that it evaluated. */
  readonly replayed: number[];
}

/** @param onReplayed called when the journal was evaluated and what follows was not done */
async function start(dataDir: string, onReplayed: () => void = () => undefined): Promise<Start> {
  const replayed: number[] = [];
  const write = (line: string) => {
    const { msg, batches } = JSON.parse(line) as { msg: string; batches?: number };
    if (!msg.startsWith('replayed') || batches === undefined) return;
    replayed.push(batches);
    onReplayed();
  };
  const app = await createApp({
    config: readConfig({ VIGIA_DATA_DIR: dataDir, VIGIA_PORT: '0' }),
    logger: pino({ level: 'info' }, { write }),
    version: '0.1.0',
    onFatal: (cause) => {
      throw cause;
    },
  });
  return { app, replayed };
}

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
  const batches: number[] = [];
  const failing = start(dataDir, () => {
    batches.push(1);
    throw new Error('the log cannot be written');
  });
  await t.rejects(failing, { message: 'the log cannot be written' });
  t.equal(batches.length, 1, 'the journal was evaluated before it failed');
  t.same(savedIn(dataDir), before);

  const { app, replayed } = await start(dataDir);
  t.teardown(() => app.stop());
  t.equal(replayed.length, 1, 'the next one evaluates the same again');
  await app.start();
  await app.stop();
  t.notSame(savedIn(dataDir), before, 'and saves that it did');
});
