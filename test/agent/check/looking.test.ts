import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { resolveFor } from '../../../agent/check/own-address.ts';
import { runProcess } from '../../../agent/check/process.ts';
import { createRunner } from '../../../agent/check/run-check.ts';
import { runUnit } from '../../../agent/check/unit.ts';
import { POLICY_FILE } from '../../../agent/policy.ts';
import { tempDir } from '../../support/temp-dir.ts';

const signal = AbortSignal.timeout(60_000);

t.test('a process is found by its name', async (t) => {
  const proc = tempDir(t);
  const add = (pid: number, comm: string, state: string, exe?: string) => {
    mkdirSync(join(proc, String(pid)));
    writeFileSync(join(proc, String(pid), 'comm'), `${comm}\n`);
    writeFileSync(join(proc, String(pid), 'stat'), `${pid} (${comm}) ${state} 1 1`);
    if (exe) symlinkSync(exe, join(proc, String(pid), 'exe'));
  };
  add(1, 'nginx', 'S');
  add(2, 'postgres', 'Z');
  add(3, 'a-very-long-pro', 'S', '/opt/a-very-long-program');
  add(4, 'another-very-lo', 'S');
  t.match(await runProcess('nginx', proc), { up: true, reason: 'ok' });
  t.match(await runProcess('nginx2', proc), { up: false, reason: 'not_running' });
  t.match(await runProcess('postgres', proc), { up: false, reason: 'not_running' }, 'a zombie serves nobody');
  t.match(await runProcess('a-very-long-program', proc), { up: true });
  t.match(await runProcess('a-very-long-process', proc), { up: false, reason: 'not_running' });
  t.match(await runProcess('another-very-long', proc), { up: true }, 'as far as its name can be seen');
  t.match(await runProcess('nginx', join(proc, 'nowhere')), { up: null, reason: 'not_found' }, 'no way to look');
  t.match(await runProcess('n', tempDir(t)), { up: null, reason: 'not_found' });
});

t.test('a real process runs until it does not', { skip: process.platform !== 'linux' }, async (t) => {
  const child = spawn('/bin/sleep', ['60'], { stdio: 'ignore' });
  t.teardown(() => child.kill('SIGKILL'));
  t.match(await runProcess('sleep'), { up: true });
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
