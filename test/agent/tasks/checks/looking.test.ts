import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { resolveFor } from '../../../../agent/tasks/checks/own-address.ts';
import { createRunProcess } from '../../../../agent/tasks/checks/process.ts';
import { createRunner } from '../../../../agent/tasks/checks/run-check.ts';
import { runUnit } from '../../../../agent/tasks/checks/unit.ts';
import { POLICY_FILE } from '../../../../agent/tasks/policy.ts';
import { tempDir } from '../../../support/temp-dir.ts';

const signal = AbortSignal.timeout(60_000);

interface Shown {
  readonly comm: string;
  readonly state?: string;
  readonly exe?: string;
  readonly args?: readonly string[];
}

function procWith(t: Test, ...processes: readonly Shown[]): string {
  const proc = tempDir(t);
  for (const [index, { comm, state = 'S', exe, args }] of processes.entries()) {
    const folder = join(proc, String(index + 1));
    mkdirSync(folder);
    writeFileSync(join(folder, 'comm'), `${comm}\n`);
    writeFileSync(join(folder, 'stat'), `${index + 1} (${comm}) ${state} 1 1${' 7'.repeat(30)}`);
    if (args) writeFileSync(join(folder, 'cmdline'), `${args.join('\0')}\0`);
    if (exe) symlinkSync(exe, join(folder, 'exe'));
  }
  return proc;
}

const runProcess = (name: string, proc?: string) => createRunProcess()(name, proc);
const up = { up: true, reason: 'ok' };
const down = { up: false, reason: 'not_running' };

t.test('a process is found by its name', async (t) => {
  const proc = procWith(
    t,
    { comm: 'nginx' },
    { comm: 'postgres', state: 'Z' },
    { comm: 'a-very-long-pro', exe: '/opt/a-very-long-program' },
    { comm: 'another-very-lo' },
  );
  t.match(await runProcess('nginx', proc), up);
  t.match(await runProcess('nginx2', proc), down);
  t.match(await runProcess('ngin', proc), down, 'a longer name is no match');
  t.match(await runProcess('postgres', proc), down, 'a zombie serves nobody');
  t.match(await runProcess('a-very-long-program', proc), up);
  t.match(await runProcess('a-very-long-process', proc), down);
  t.match(await runProcess('a-very-long-pro', proc), down, 'its name is longer than what was kept of it');
  t.match(await runProcess('another-very-long', proc), up, 'as far as its name can be seen');
  t.match(await runProcess('nginx', join(proc, 'nowhere')), { up: null, reason: 'not_found' }, 'no way to look');
  t.match(await runProcess('n', tempDir(t)), { up: null, reason: 'not_found' });
});

t.test('what a person would type', async (t) => {
  const f = async (name: string, shown: Shown, want: object) =>
    t.match(await runProcess(name, procWith(t, { comm: 'init' }, shown)), want, `${name}: ${JSON.stringify(shown)}`);
  const node = { comm: 'node-MainThread', exe: '/usr/bin/node', args: ['node', '/srv/api/server.mjs'] };
  await f('node', node, up);
  await f('server.mjs', node, up);
  await f('/srv/api/server.mjs', node, up);
  await f('/usr/bin/node', node, up);
  await f('node-MainThread', node, up);
  await f('server', node, down);
  await f('api', node, down);
  await f('nod', node, down);
  const { exe: _, ...others } = node;
  await f('node', others, up);
  await f('server.mjs', others, up);
  const backup = { comm: 'backup.sh', args: ['/bin/sh', '/opt/backup.sh', '--all'] };
  await f('backup.sh', backup, up);
  await f('sh', backup, up);
  await f('backup', backup, down);
  await f('worker.py', { comm: 'python3', args: ['/usr/bin/python3.12', '-u', '/app/worker.py'] }, up);
  await f('app.jar', { comm: 'java', args: ['java', '-Xmx1g', '-jar', '/opt/app.jar'] }, up);
  await f('nginx', { comm: 'vim', args: ['vim', 'nginx'] }, down);
  await f('nginx', { comm: 'nginx', args: ['nginx: master process /usr/sbin/nginx'] }, up);
  await f(
    'containerd-shim-runc-v2',
    { comm: 'containerd-shim', args: ['/usr/bin/containerd-shim-runc-v2', '-id'] },
    up,
  );
  await f('containerd-shim', { comm: 'containerd-shim', args: ['/usr/bin/containerd-shim-runc-v2', '-id'] }, down);
  await f(
    'unattended-upgrade-shutdown',
    { comm: 'unattended-upgr', args: ['python3', '/usr/share/unattended-upgrade-shutdown'] },
    up,
  );
  await f('old', { comm: 'renamed', exe: '/opt/old (deleted)' }, up);
  await f('bash', { comm: 'bash', args: ['-bash'] }, up);
  await f('node', { comm: 'node_exporter', exe: '/usr/bin/node_exporter', args: ['node_exporter'] }, down);
  await f('kworker', { comm: 'kworker/0:1', args: [''] }, down);
});

t.test('where others are hidden, what is not seen is unknown', async (t) => {
  const hidden = procWith(t, { comm: 'init' }, { comm: 'mine' });
  renameSync(join(hidden, '1'), join(hidden, '4711'));
  t.match(await runProcess('nginx', hidden), down, 'without a word of hidepid');
  mkdirSync(join(hidden, 'self'));
  const mounts = (options: string) =>
    writeFileSync(join(hidden, 'self/mountinfo'), `45 43 0:21 / /proc rw - proc proc rw,${options}\n`);
  for (const value of ['2', 'invisible', 'ptraceable', '4']) {
    mounts(`gid=0,hidepid=${value}`);
    t.match(await runProcess('nginx', hidden), { up: null, reason: 'not_permitted' }, value);
    t.match(await runProcess('mine', hidden), up, 'what is seen is there');
  }
  for (const value of ['0', 'off']) {
    mounts(`hidepid=${value}`);
    t.match(await runProcess('nginx', hidden), down, value);
  }
});

// Only root may mount what hides the others.
const asRoot = process.getuid?.() === 0 ? t.test.bind(t) : () => undefined;

asRoot('the real hidepid, seen by a stranger', async (t) => {
  const child = spawn('/bin/sleep', ['60'], { stdio: 'ignore' });
  t.teardown(() => child.kill('SIGKILL'));
  const source = fileURLToPath(new URL('../../../support/look-for-process.ts', import.meta.url));
  for (const [hidepid, want] of [
    ['0', { up: true }],
    ['1', { up: null, reason: 'not_permitted' }],
    ['2', { up: null, reason: 'not_permitted' }],
  ] as const) {
    const script = `mount -t proc -o hidepid=${hidepid} proc /proc && exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"`;
    const command = ['--mount', 'sh', '-c', script, 'sh', process.execPath, source, 'sleep'];
    const { stdout } = await promisify(execFile)('unshare', command, { timeout: 300_000 });
    t.match(JSON.parse(stdout), want, `hidepid=${hidepid}`);
  }
});

const onLinux = process.platform === 'linux' ? t.test.bind(t) : () => undefined;

onLinux('a real process runs until it does not', async (t) => {
  const name = `vigia-${process.pid}-sleeper`;
  const program = join(tempDir(t), name);
  copyFileSync('/bin/sleep', program);
  const child = spawn(program, ['60'], { stdio: 'ignore' });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  const run = createRunProcess();
  t.match(await run(name), up, 'longer than the fifteen bytes that the kernel keeps');
  t.match(await run(name), up, 'and once more');
  t.match(await run(name.slice(0, 15)), down, 'what is kept of it is not its name');
  child.kill('SIGKILL');
  await once(child, 'exit');
  t.match(await run(name), down);
});

t.test('a unit is what its manager says', async (t) => {
  const dir = tempDir(t);
  const systemctl = join(dir, 'systemctl');
  const says = (body: string) => {
    writeFileSync(systemctl, `#!/bin/sh\n${body}\n`);
    chmodSync(systemctl, 0o755);
  };
  const ask = (name = 'mssql-server', timeoutMs = 5_000) => runUnit(name, timeoutMs, { systemctl, isBooted: true });
  says('test -z "$HOME" && test "$4" = mssql-server.service && printf "LoadState=loaded\\nActiveState=active\\n"');
  t.match(await ask(), { up: true, reason: 'ok' }, 'asked without an environment, by its full name');
  for (const [active, up] of [
    ['reloading', true],
    ['activating', false],
    ['inactive', false],
    ['failed', false],
  ] as const) {
    says(`printf "ActiveState=${active}\\nLoadState=loaded\\n"`);
    t.match(await ask(), { up, reason: up ? 'ok' : 'not_running' }, active);
  }
  says('printf "LoadState=not-found\\nActiveState=inactive\\n"');
  t.match(await ask(), { up: false, reason: 'not_found' });
  says('exit 1');
  t.match(await ask(), { up: null, reason: 'failed' });
  const unit = (properties: Record<string, string>) =>
    Object.entries({ LoadState: 'loaded', ...properties })
      .map(([key, value]) => `${key}=${value}\\n`)
      .join('');
  const f = async (properties: Record<string, string>, want: object, starter = '') => {
    says(`case "$*" in *mssql*) printf "${unit(properties)}";; *) printf "${starter}";; esac`);
    t.match(await ask(), want, JSON.stringify(properties));
  };
  const ended = { ActiveState: 'inactive', SubState: 'dead', Result: 'success' };
  const ran = { ExecMainExitTimestampMonotonic: '77' };
  await f({ ...ended, ...ran, Type: 'oneshot' }, { up: true });
  const untold = { ...ended, Type: 'oneshot', ExecMainExitTimestampMonotonic: '0' };
  await f({ ...untold, WantedBy: 'multi-user.target' }, { up: false });
  // What nobody wants is forgotten once it has ended well.
  await f(untold, { up: true });
  await f({ ...ended, ...ran, Type: 'simple' }, { up: false });
  await f({ ...ended, ...ran, Type: 'oneshot', ActiveState: 'failed', Result: 'exit-code' }, { up: false });
  await f({ ...ran, Type: 'oneshot', ActiveState: 'activating', SubState: 'start' }, { up: true });
  await f({ ...ran, Type: 'oneshot', ActiveState: 'activating', SubState: 'auto-restart' }, { up: false });
  const bySocket = { ...ended, Type: 'simple', TriggeredBy: 'mssql.socket' };
  const listens = unit({ ActiveState: 'active', SubState: 'listening' });
  const closed = unit({ ActiveState: 'inactive', SubState: 'dead' });
  says(`case "$*" in *server*) printf "${unit(bySocket)}";; *mssql.socket) printf "${listens}";; esac`);
  t.match(await ask(), { up: true, reason: 'ok' }, 'its socket listens');
  says(`case "$*" in *server*) printf "${unit(bySocket)}";; *) printf "${closed}";; esac`);
  t.match(await ask(), { up: false, reason: 'not_running' }, 'its socket does not');
  const two = { ...bySocket, TriggeredBy: 'a.socket b.timer' };
  says(`case "$*" in *server*) printf "${unit(two)}";; *"a.socket b.timer") printf "${closed}\\n${listens}";; esac`);
  t.match(await ask(), { up: true, reason: 'ok' }, 'one of several does');
  says(
    `case "$*" in *server*) printf "${unit({ ...bySocket, ActiveState: 'failed' })}";; *) printf "${listens}";; esac`,
  );
  t.match(await ask(), { up: false, reason: 'not_running' }, 'it has failed, whatever listens');
  says('exec sleep 30');
  t.match(await ask('x', 200), { up: null, reason: 'timeout' });
  says('touch "$0.ran"; printf "LoadState=not-found\\n"');
  t.match(await ask('a.service; touch /tmp/x'), { up: false, reason: 'not_found' }, 'no shell looks at a name');
  const nothing = { up: null, reason: 'not_found' };
  t.match(await runUnit('x', 1_000, { systemctl: undefined, isBooted: true }), nothing);
  t.match(await runUnit('x', 1_000, { systemctl, isBooted: false }), nothing, 'a container without systemd');
});

t.test('without the policy an agent looks at its own machine only', async (t) => {
  const own = Object.values(networkInterfaces()).flat()[0]?.address ?? '127.0.0.1';
  const alone = resolveFor(() => false);
  for (const host of ['127.0.0.1', '127.9.9.9', '::1', 'localhost', own]) {
    t.ok(Array.isArray(await alone(host, signal)), host);
  }
  t.equal(await alone('192.0.2.1', signal), 'not_permitted');
  t.equal(await alone('169.254.169.254', signal), 'address_refused');
  t.ok(Array.isArray(await resolveFor(() => true)('192.0.2.1', signal)));
});

t.test('the policy is read anew for each run', async (t) => {
  const dataDir = tempDir(t);
  const run = createRunner(dataDir);
  const check = {
    id: 'c1',
    target: { kind: 'tcp', host: '192.0.2.1', port: 1 },
    intervalMs: 5_000,
    timeoutMs: 50,
  } as const;
  t.match(await run(check), { up: null, reason: 'not_permitted' });
  writeFileSync(join(dataDir, POLICY_FILE), '{"allow":["check-network"]}');
  t.not((await run(check)).reason, 'not_permitted');
});
