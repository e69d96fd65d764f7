import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import t from 'tap';
import { withLock } from '../../scripts/lib/lock.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';

const name = `test-${process.pid}`;
const path = inRoot('dist', `.${name}.lock`);
const NO_SUCH_PID = 2 ** 30;

mkdirSync(inRoot('dist'), { recursive: true });
t.afterEach(() => rmSync(path, { force: true }));

t.test('one after the other, and nothing is left', async (t) => {
  const log: string[] = [];
  const step = (id: string) =>
    withLock(name, async () => {
      log.push(`${id} in`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`${id} out`);
    });
  await Promise.all([step('a'), step('b')]);
  const [first, second] = log[0] === 'a in' ? ['a', 'b'] : ['b', 'a'];
  t.same(log, [`${first} in`, `${first} out`, `${second} in`, `${second} out`]);
  t.notOk(existsSync(path));
});

t.test('an action that fails gives the lock back', async (t) => {
  await t.rejects(
    withLock(name, async () => {
      throw new Error('no');
    }),
    { message: 'no' },
  );
  t.notOk(existsSync(path));
});

t.test('a lock whose holder is gone is taken away', async (t) => {
  writeFileSync(path, JSON.stringify({ pid: NO_SUCH_PID, host: hostname() }));
  t.equal(await withLock(name, async () => 'ran'), 'ran', 'by pid on this host');
  writeFileSync(path, JSON.stringify({ pid: 1, host: 'elsewhere' }));
  utimesSync(path, 0, 0);
  t.equal(await withLock(name, async () => 'ran'), 'ran', 'by heartbeat elsewhere');
});

t.test('a held lock is waited for until the deadline', async (t) => {
  writeFileSync(path, JSON.stringify({ pid: process.pid, host: hostname() }));
  await t.rejects(
    withLock(name, async () => 'ran', { deadlineMs: 1 }),
    { message: /another process has held .* stop it or delete the file/ },
  );
  t.ok(existsSync(path), 'it stays with its holder');
});
