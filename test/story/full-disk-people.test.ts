import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { defaultSettings } from '../../server/domain/settings.ts';
import { freePort } from '../support/free-port.ts';
import { startHttpReceiver } from '../support/http-receiver.ts';
import { smallDisk } from '../support/mount.ts';
import { makeToken } from '../support/offline-token.ts';
import { startServerChild } from '../support/server-child.ts';
import { startSimAgent } from '../support/sim-agent.ts';
import { tempDir } from '../support/temp-dir.ts';
import { ask as askServer, lookAround as lookAroundServer, makePeople } from '../support/troubled-server.ts';
import { until } from '../support/until.ts';

/**
 * The disk of the server is full to the last byte, and stays so over a restart: whoever is to mend that gets in and reads
 * everything, is refused what would have to be written, and was told before he looked.
 */
const patience = { deadlineMs: 120_000 };

t.setTimeout(900_000);

t.test('a full disk: everybody reads, logs in and is told; nothing that must be written is taken', async (t) => {
  const prepared = tempDir(t);
  const token = await makeToken(prepared);
  const key = await makePeople(prepared);
  const disk = smallDisk(t);
  const dataDir = join(disk.mountpoint, 'vigia-data');
  const receiver = await startHttpReceiver(t, { port: await freePort() });
  const came = (path: string) => receiver.received.filter((one) => one.path === path);
  const warned = () => came('/hook').filter(({ body }) => JSON.parse(body).kind === 'server.trouble');
  const presence = { ...defaultSettings.presence, tellAfterMs: 3_000 };
  const environment = { VIGIA_HEARTBEAT_URL: `${receiver.url}/heartbeat/secret`, VIGIA_NOTIFY_PRIVATE: '1' };
  const options = { dataDir, port: await freePort(), settings: { presence }, environment };
  const copied = ['sh', '-c', 'cp -a "$1" "$2" && shift 2 && exec "$@"', 'sh', prepared, dataDir];
  let server = await startServerChild(options, (command) => disk.wrap([...copied, ...command]));
  t.teardown(() => server.kill());
  const ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    askServer(server.address, method, path, body, headers);
  const bearer = { authorization: `Bearer ${key}` };
  const machine = { availableBytes: () => 50 * 1024 ** 3 };
  const agent = await startSimAgent({
    server: server.address,
    token,
    name: 'sim',
    intervalMs: 500,
    patience: 0.05,
    machine,
  });
  t.teardown(() => agent.stop());
  const hook = { kind: 'webhook', url: `${receiver.url}/hook`, secret: null };
  const wanted = { name: 'Hook', clientId: null, minPriority: 'high', clocks: false, target: hook };
  t.equal((await ask('POST', '/api/v1/receivers', wanted, bearer)).status, 201);
  await until('the first heartbeat', () => came('/heartbeat/secret').length > 0);
  await until('readiness', async () => (await ask('GET', '/readyz')).status === 200);

  const inside = () => join(`/proc/${server.process.pid}/root`, dataDir);
  fill(join(inside(), 'filler'));
  await until('the server to notice', async () => (await ask('GET', '/readyz')).status === 503, patience);
  fill(join(inside(), 'filler'));

  const lookAround = () =>
    lookAroundServer(t, server.address, key, /disk of the data folder is full|cannot store reports/);
  await lookAround();
  await until('the message about the server', () => warned().length > 0, patience);
  t.match(JSON.parse(warned()[0]?.body ?? '{}'), { priority: 'high', sentence: /full|cannot/ });
  const beats = came('/heartbeat/secret').length;
  const heldFrom = Date.now();
  // An identity was noted once a minute: reading must go on after that, too.
  await until('more than a minute', () => Date.now() - heldFrom > 65_000, patience);
  await lookAround();
  t.equal(came('/heartbeat/secret').length, beats, 'the heartbeat has stopped');
  t.equal(warned().length, 1, 'one message, not one a minute');

  await server.kill();
  server = await startServerChild(options, (command) => disk.wrap(command));
  fill(join(inside(), 'filler'));
  await until('the server to notice again', async () => (await ask('GET', '/readyz')).status === 503, patience);
  await lookAround();
  await until('the message after the restart', () => warned().length === 2, patience);
  t.equal(came('/heartbeat/secret').length <= beats + 1, true, 'the heartbeat does not go on');

  await server.stop();
  server = await startServerChild(options, (command) => disk.wrap(command));
  t.equal((await ask('GET', '/api/v1/overview', undefined, bearer)).status, 200, 'also after a polite end');

  rmSync(join(inside(), 'filler'));
  await until('readiness', async () => (await ask('GET', '/readyz')).status === 200, patience);
  const beatsBefore = came('/heartbeat/secret').length;
  await until('the heartbeat', () => came('/heartbeat/secret').length > beatsBefore, patience);
  t.equal((await ask('POST', '/api/v1/clients', { name: 'Globex' }, bearer)).status, 201);
});

/** Takes every byte that is left. */
function fill(path: string): void {
  const file = openSync(path, 'a');
  try {
    for (const size of [1 << 20, 4096, 1]) {
      try {
        for (;;) writeSync(file, Buffer.alloc(size));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    closeSync(file);
  }
}
