import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { findLockOwner, lockDataDir } from '../../../agent/files/lock.ts';
import { tempDir } from '../../support/temp-dir.ts';

const holder = fileURLToPath(new URL('../../support/agent-lock-holder.ts', import.meta.url));

t.test('two agents do not share a folder; a lock whose process is gone is taken over', async (t) => {
  const dataDir = tempDir(t);
  const child = spawn(process.execPath, [holder, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  t.equal(findLockOwner(dataDir), child.pid);
  t.throws(() => lockDataDir(dataDir), {
    code: 'data_dir_in_use',
    message: new RegExp(`process ${child.pid}\\).*--data-dir`),
  });
  child.kill('SIGKILL');
  await once(child, 'close');
  t.equal(findLockOwner(dataDir), undefined);
  const unlock = lockDataDir(dataDir);
  t.equal(findLockOwner(dataDir), process.pid);
  unlock();
  t.same(readdirSync(dataDir), [], 'nothing is left behind');
});

t.test('of many that come at once, one gets a stale lock', async (t) => {
  const dataDir = tempDir(t);
  writeFileSync(join(dataDir, 'agent.lock'), JSON.stringify({ pid: 2 ** 22 + 1, start: '1' }));
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, [holder, dataDir], { stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  const outcomes = await Promise.all(
    children.map((child) =>
      Promise.race([once(child.stdout, 'data').then(() => 'locked'), once(child, 'exit').then(() => 'refused')]),
    ),
  );
  t.same(outcomes.filter((outcome) => outcome === 'locked').length, 1, outcomes.join());
  for (const child of children) child.kill('SIGKILL');
});

t.test('a lock that says nothing is stale, and so is one of a process number that was taken again', async (t) => {
  for (const content of ['', 'junk', '{"pid":-1}', JSON.stringify({ pid: process.pid, start: 'another' })]) {
    const dataDir = tempDir(t);
    writeFileSync(join(dataDir, 'agent.lock'), content);
    const unlock = lockDataDir(dataDir);
    t.equal(findLockOwner(dataDir), process.pid, content);
    unlock();
  }
});
