import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { isAlive } from '../../../../../agent/tasks/recovery/runs/process-start.ts';
import { parseRecord, readRuns } from '../../../../../agent/tasks/recovery/runs/record.ts';
import { tempDir } from '../../../../support/temp-dir.ts';
import { until } from '../../../../support/until.ts';

const child = fileURLToPath(new URL('../../../../../agent/tasks/recovery/child.ts', import.meta.url));

function machine(t: Test) {
  const folder = tempDir(t);
  const config = join(folder, 'recovery.json');
  const source = { name: 'files', tool: 'restic', repository: '/none' };
  writeFileSync(config, JSON.stringify({ stateDir: folder, sources: [source] }));
  const runs = join(folder, 'runs', 'files');
  const env = { ...process.env, VIGIA_RECOVERY_FILE: config };
  const arguments_ = (name: string, command: readonly string[]) => [child, 'backup', name, '--', ...command];
  return {
    folder,
    runs,
    run: (command: readonly string[], { name = 'files', input = '' } = {}) =>
      spawnSync(process.execPath, arguments_(name, command), {
        env,
        input,
        encoding: 'utf8',
        cwd: folder,
        timeout: 120_000,
      }),
    start: (command: readonly string[]): ChildProcess => {
      const started = spawn(process.execPath, arguments_('files', command), { env, stdio: 'ignore' });
      t.teardown(() => started.kill('SIGKILL'));
      return started;
    },
    read: () => readRuns(runs, isAlive),
  };
}

t.test('a command runs as it does without', async (t) => {
  const { run, read, folder } = machine(t);
  const before = Date.now();
  const { status, stdout, stderr } = run(['sh', '-c', 'cat; pwd; echo "$0 $1" >&2; exit 3', 'a b', '--'], {
    input: 'in\0put',
  });
  t.same([status, stdout, stderr], [3, `in\0put${folder}\n`, 'a b --\n']);
  const [one, ...more] = await read();
  t.same(more, []);
  t.match(one, { from: 'wrapper', state: 'ended', exitCode: 3, signal: null });
  t.ok(
    one !== undefined &&
      one.startedAt >= before &&
      (one.endedAt ?? 0) >= one.startedAt &&
      (one.endedAt ?? 0) <= Date.now(),
  );
  t.equal(run(['true']).status, 0);
  t.equal(run([join(folder, 'none')]).status, 127);
  t.same(
    (await read()).map(({ exitCode }) => exitCode),
    [127, 0, 3],
    'newest first',
  );
});

t.test('a signal ends both, and is known', async (t) => {
  const { run, start, read } = machine(t);
  t.equal(run(['sh', '-c', 'kill -KILL $$']).signal, 'SIGKILL', 'whoever waits sees what ended the command');
  t.match(await read(), [{ state: 'ended', exitCode: null, signal: 'SIGKILL' }]);
  const wrapper = start(['sleep', '1000']);
  await until('it is written down', async () => (await read())[0]?.state === 'running');
  wrapper.kill('SIGTERM');
  await until('it is over', async () => (await read())[0]?.state === 'ended');
  t.match((await read())[0], { exitCode: null, signal: 'SIGTERM' });
});

t.test('a run of which nobody saw the end is known as such', async (t) => {
  const { start, read } = machine(t);
  const wrapper = start(['cat', '/dev/zero']);
  await until('it is written down', async () => (await read())[0]?.state === 'running');
  const [pid = ''] = readFileSync(`/proc/${wrapper.pid}/task/${wrapper.pid}/children`, 'utf8').split(' ');
  wrapper.kill('SIGKILL');
  await until('it is gone', () => wrapper.signalCode !== null);
  t.match(await read(), [{ state: 'cut_off', endedAt: null, exitCode: null, signal: null }]);
  if (pid !== '') process.kill(Number(pid), 'SIGKILL');
});

t.test('what cannot be written down is told, and runs all the same', async (t) => {
  const { run, read, folder, runs } = machine(t);
  const other = run(['echo', 'done'], { name: 'other' });
  t.same([other.status, other.stdout], [0, 'done\n']);
  t.match(other.stderr, /names no source other; its run is not written down\.\n$/);
  writeFileSync(join(folder, 'runs'), 'no folder');
  const blocked = run(['echo', 'done']);
  t.same([blocked.status, blocked.stdout], [0, 'done\n']);
  t.match(
    blocked.stderr,
    /^vigia-agent: The run is not written down \(ENOTDIR\)\. If this user is to make the backup, run as root: install -d -o \d+ .+\n$/,
  );
  t.same(await read(), []);
  for (const args of [[], ['files'], ['files', 'true'], ['../x', '--', 'true'], ['files', '--']]) {
    const { status, stderr } = spawnSync(process.execPath, [child, 'backup', ...args], { encoding: 'utf8' });
    t.match([status, stderr], [2, /Usage: vigia-agent backup NAME -- COMMAND/], args.join(' '));
  }
  t.throws(() => readdirSync(runs), { code: 'ENOTDIR' });
});

t.test('the newest fifty are kept', async (t) => {
  const { run, read, runs } = machine(t);
  mkdirSync(runs, { recursive: true });
  const record = { startedAt: 5, pid: 1, startTicks: 1, bootId: 'x', endedAt: 9, exitCode: 0, signal: null };
  for (let n = 0; n < 60; n += 1)
    writeFileSync(join(runs, `${String(n).padStart(16, '0')}-1.json`), JSON.stringify({ ...record, startedAt: n }));
  t.equal(run(['true']).status, 0);
  t.equal(readdirSync(runs).length, 50);
  const starts = (await read()).map(({ startedAt }) => startedAt);
  t.same(starts.slice(1, 3), [59, 58]);
});

t.test('a folder that may be another user’s is read with care', async (t) => {
  const { read, runs, folder } = machine(t);
  mkdirSync(runs, { recursive: true });
  const name = (n: number) => join(runs, `${String(n).padStart(16, '0')}-1.json`);
  const good = { startedAt: 5, pid: 1, startTicks: 1, bootId: 'x', endedAt: 9, exitCode: 0, signal: null };
  writeFileSync(join(folder, 'target'), JSON.stringify(good));
  symlinkSync(join(folder, 'target'), name(1));
  spawnSync('mkfifo', [name(2)]);
  mkdirSync(name(3));
  writeFileSync(name(4), JSON.stringify(good).padEnd(2_000));
  writeFileSync(name(5), '{"startedAt"');
  writeFileSync(name(6), JSON.stringify({ ...good, signal: 'rm -rf' }));
  writeFileSync(join(runs, 'README'), JSON.stringify(good));
  t.same(await read(), []);
  writeFileSync(name(7), JSON.stringify(good));
  t.equal((await read()).length, 1);
  for (const wrong of [{ startedAt: '5' }, { pid: -1 }, { endedAt: 1e99 }, { exitCode: 256 }, { bootId: null }])
    t.equal(parseRecord(JSON.stringify({ ...good, ...wrong })), null, JSON.stringify(wrong));
  chmodSync(folder, 0o755);
});
