import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { defaultSettings } from '../../server/domain/settings.ts';
import { freePort } from '../support/free-port.ts';
import { startHttpReceiver } from '../support/http-receiver.ts';
import { readOnlyMount } from '../support/mount.ts';
import { makeToken } from '../support/offline-token.ts';
import { startServerChild } from '../support/server-child.ts';
import { startSimAgent } from '../support/sim-agent.ts';
import { tempDir } from '../support/temp-dir.ts';
import { ask, lookAround, makePeople } from '../support/troubled-server.ts';
import { until } from '../support/until.ts';

/**
 * The file system of the data folder is read-only when the server starts, as after a disk error: it comes up to be read, says
 * what is wrong, tells it once, and changes nothing.
 */
const patience = { deadlineMs: 120_000 };
const says = /file system of the data folder is read-only/;

t.setTimeout(900_000);

const rights = 'stopped, and now of another user,';

for (const end of ['killed', 'killed without its index of the log', 'stopped', rights] as const) {
  t.test(`the folder of a server that was ${end} is read-only at the next start`, async (t) => {
    const dataDir = tempDir(t);
    const token = await makeToken(dataDir);
    const key = await makePeople(dataDir);
    const bearer = { authorization: `Bearer ${key}` };
    const receiver = await startHttpReceiver(t, { port: await freePort() });
    const told = () => receiver.received.filter(({ body }) => JSON.parse(body || '{}').kind === 'server.trouble');
    const presence = { ...defaultSettings.presence, tellAfterMs: 3_000 };
    const options = {
      dataDir,
      port: await freePort(),
      settings: { presence },
      environment: { VIGIA_NOTIFY_PRIVATE: '1' },
    };
    const before = await startServerChild(options);
    t.teardown(() => before.process.exitCode ?? before.kill());
    const target = { kind: 'webhook', url: `${receiver.url}/hook`, secret: null };
    const wanted = { name: 'Hook', clientId: null, minPriority: 'high', clocks: false, target };
    t.equal((await ask(before.address, 'POST', '/api/v1/receivers', wanted, bearer)).status, 201);
    const agent = await startSimAgent({
      server: before.address,
      token,
      name: 'sim',
      intervalMs: 500,
      patience: 0.05,
      machine: { availableBytes: () => 50 * 1024 ** 3 },
    });
    t.teardown(() => agent.stop());
    const isUp = async (address: string): Promise<boolean> => {
      const { text } = await ask(address, 'GET', '/api/v1/overview', undefined, bearer);
      return text.includes('"sim"');
    };
    await until('the agent', () => isUp(before.address), patience);
    if (end === 'stopped' || end === rights) await before.stop();
    else await before.kill();
    // As of a server that kept it in memory, on a disk that was full.
    if (end !== 'killed')
      for (const name of ['state.db', 'series.db']) rmSync(join(dataDir, `${name}-shm`), { force: true });
    const left = contentOf(dataDir);

    if (end === rights) setRights(dataDir, 0o500, 0o400);
    t.teardown(() => setRights(dataDir, 0o700, 0o600));
    const server = await startServerChild(options, (command) =>
      end === rights ? withoutOverride(command) : readOnlyMount(dataDir, command),
    );
    t.teardown(() => server.kill());
    t.ok(await isUp(server.address), 'what is known is shown');
    await lookAround(t, server.address, key, says);
    await until('the message about the server', () => told().length > 0, patience);
    t.match(JSON.parse(told()[0]?.body ?? '{}'), { priority: 'high', sentence: says });
    const rounds = agent.rounds();
    await until('some more rounds', () => agent.rounds() > rounds + 10, patience);
    await lookAround(t, server.address, key, says);
    t.equal(told().length, 1, 'one message');
    await server.stop();
    t.same(contentOf(dataDir), left, 'nothing was changed');

    setRights(dataDir, 0o700, 0o600);
    const after = await startServerChild(options);
    t.teardown(() => after.kill());
    await until('readiness', async () => (await ask(after.address, 'GET', '/readyz')).status === 200, patience);
    t.equal((await ask(after.address, 'POST', '/api/v1/clients', { name: 'Globex' }, bearer)).status, 201);
  });
}

/** Of the folder, and of the files in it. */
function setRights(folder: string, ofFolder: number, ofFiles: number): void {
  chmodSync(folder, 0o700);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isFile()) chmodSync(join(folder, entry.name), ofFiles);
  }
  chmodSync(folder, ofFolder);
}

/** Root is held to the rights of files like everybody else. */
function withoutOverride(command: readonly string[]): readonly string[] {
  const bound = '-dac_override,-dac_read_search';
  return process.getuid?.() === 0 ? ['setpriv', `--inh-caps=${bound}`, `--bounding-set=${bound}`, ...command] : command;
}

/** By name; the index of the log is no content. */
function contentOf(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => !name.endsWith('-shm') && !name.endsWith('.sock'));
  return Object.fromEntries(
    names.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  );
}
