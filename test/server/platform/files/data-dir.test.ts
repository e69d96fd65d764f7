import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { openDataDir } from '../../../../server/platform/files/data-dir.ts';
import { tempDir } from '../../../support/temp-dir.ts';

const holder = fileURLToPath(new URL('../../../support/hold-data-dir.ts', import.meta.url));

/** A process that holds the folder, from the moment this resolves. */
async function hold(t: Parameters<typeof tempDir>[0], folder: string) {
  const child = fork(holder, [folder]);
  const ended = once(child, 'exit');
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  await once(child, 'message');
  return { child, ended };
}

t.test('makes the folder, for its owner only, and gives it back', async (t) => {
  const path = join(tempDir(t), 'a', 'b');
  const dataDir = openDataDir(path);
  t.equal(dataDir.path, path);
  t.equal(statSync(path).mode & 0o777, 0o700);
  t.equal(dataDir.socketPath, join(path, 'server.sock'));
  t.equal(readFileSync(join(path, 'server.pid'), 'utf8'), `${process.pid}\n`);
  dataDir.release();
  t.same(readdirSync(path), ['lock.db']);
  openDataDir(path).release();
});

t.test('one process at a time, and the sentence names it', async (t) => {
  const path = tempDir(t);
  const { child } = await hold(t, path);
  t.throws(() => openDataDir(path), {
    code: 'data_dir_in_use',
    message: new RegExp(`\\(process ${child.pid}\\) uses the data folder ${path}`),
    details: { pid: child.pid },
  });
});

t.test('kill -9 of the holder frees the folder', async (t) => {
  const path = tempDir(t);
  for (let round = 0; round < 3; round += 1) {
    const { child, ended } = await hold(t, path);
    child.kill('SIGKILL');
    await ended;
    t.ok(readdirSync(path).includes('server.pid'), 'what it left behind does not count');
    openDataDir(path).release();
  }
});

t.test('the same process cannot take it twice, nor lose it by trying', async (t) => {
  const path = tempDir(t);
  const dataDir = openDataDir(path);
  t.throws(() => openDataDir(path), { code: 'data_dir_in_use', details: { pid: process.pid } });
  const other = fork(holder, [path], { silent: true });
  const [code] = await once(other, 'exit');
  t.equal(code, 1, 'another process is still kept out');
  dataDir.release();
});

t.test('of many at the same time one gets it', async (t) => {
  const path = join(tempDir(t), 'new');
  const children = Array.from({ length: 5 }, () => fork(holder, [path], { silent: true }));
  const outcomes = await Promise.all(
    children.map((child) =>
      Promise.race([once(child, 'message').then(() => 'holds'), once(child, 'exit').then(() => 'refused')]),
    ),
  );
  t.same(outcomes.toSorted(), ['holds', 'refused', 'refused', 'refused', 'refused']);
  for (const child of children) child.kill('SIGKILL');
});

t.test('a folder that cannot be used', async (t) => {
  const root = tempDir(t);
  const f = (path: string, reason: RegExp) =>
    t.throws(() => openDataDir(path), { code: 'data_dir_unwritable', message: reason, details: { path } }, path);
  writeFileSync(join(root, 'file'), '');
  f(join(root, 'file'), /cannot be used: it is a file\./);
  f(join(root, 'file', 'data'), /a part of the path is a file/);
  f(join(root, 'x'.repeat(300)), /the path is too long/);
  f('/proc/vigia-data', /cannot be used: .+ Mend that, or choose another with VIGIA_DATA_DIR/);
  mkdirSync(join(root, 'locked'));
  chmodSync(join(root, 'locked'), 0o500);
  // Root writes where it likes.
  if (process.getuid?.() !== 0) f(join(root, 'locked'), /this user may not write there/);
  mkdirSync(join(root, 'junk'));
  writeFileSync(join(root, 'junk', 'lock.db'), 'x'.repeat(5000));
  f(join(root, 'junk'), /not a database/);
});

t.test('the socket address works however long the path is', async (t) => {
  async function f(path: string): Promise<void> {
    const dataDir = openDataDir(path);
    const server = createServer((socket) => socket.end('hello'));
    server.listen(dataDir.socketPath);
    await once(server, 'listening');
    t.ok(statSync(join(path, 'server.sock')).isSocket(), `a socket in the folder (${path.length} bytes)`);
    const socket = createConnection(dataDir.socketPath);
    const [answer] = await once(socket, 'data');
    t.equal(String(answer), 'hello');
    server.close();
    await once(server, 'close');
    dataDir.release();
  }
  await f(tempDir(t));
  await f(join(tempDir(t), 'x'.repeat(200)));
});
