import t from 'tap';
import type { NewEnrolmentToken } from '../../protocol/api/view.ts';
import { cleanMachine } from '../support/clean-machine.ts';
import { startServer } from '../support/story.ts';
import { AgentProcess } from '../support/story-agent.ts';

t.test('one line installs an agent where no systemd runs, another removes it', async (t) => {
  const server = await startServer(t, { selfSigned: true, reportInterval: '500ms' });
  const machine = await cleanMachine(t);
  const before = await machine.files();
  const { installCommand, removeCommand }: NewEnrolmentToken = await server.newToken('server');
  t.match(installCommand, `(curl -fsSL -k --pinnedpubkey sha256//`);

  t.test('without systemd it says so, and what to do', async (t) => {
    const { code, stdout, stderr } = await machine.run(installCommand);
    t.equal(code, 6);
    t.equal(stdout, '');
    t.match(stderr, /^vigia: systemd does not run here\. In a container or a chroot add --no-service: [^\n]+\n$/);
    t.same(await machine.files(), before);
  });

  const startLine = (output: string) => /^ {2}(setpriv .*)$/m.exec(output)?.[1] ?? '';
  let start = '';

  t.test('it installs, enrols and tells how to run the agent', async (t) => {
    const output = await machine.expect(`${installCommand} --no-service`);
    t.match(output, /^vigia: Downloading \d\d MB from https:\/\/127\.0\.0\.1:\d+ \.\.\.$/m);
    t.match(output, /^vigia: Enrolled with https:\/\/127\.0\.0\.1:\d+ as a server of Acme, Main office\.$/m);
    start = startLine(output);
    const unit = await machine.expect('cat /opt/vigia-agent/vigia-agent.service');
    t.ok(start.endsWith(/^ExecStart=(.*)$/m.exec(unit)?.[1] ?? 'none'), 'as the unit would');
    const listing = await machine.expect(
      'stat -c "%A %U %n" /var/lib/vigia-agent /var/lib/vigia-agent/* /opt/vigia-agent/*',
    );
    t.same(listing.trimEnd().split('\n'), [
      'drwx------ vigia-agent /var/lib/vigia-agent',
      '-rw------- vigia-agent /var/lib/vigia-agent/enrolment.json',
      '-rw------- vigia-agent /var/lib/vigia-agent/identity.key',
      '-rw------- vigia-agent /var/lib/vigia-agent/policy.json',
      '-rw-r--r-- root /opt/vigia-agent/agent.sh',
      '-rw-r--r-- root /opt/vigia-agent/inventory-child.mjs',
      '-rwxr-xr-x root /opt/vigia-agent/node',
      '-rw-r--r-- root /opt/vigia-agent/recovery-child.mjs',
      '-rwxr-xr-x root /opt/vigia-agent/vigia-agent',
      '-rw-r--r-- root /opt/vigia-agent/vigia-agent.mjs',
      '-rw-r--r-- root /opt/vigia-agent/vigia-agent.service',
      '-rw-r--r-- root /opt/vigia-agent/vigia-recovery.path',
      '-rw-r--r-- root /opt/vigia-agent/vigia-recovery.service',
    ]);
  });

  let deviceId = '';
  const storyEnd = t.teardown.bind(t);

  t.test('the agent runs with its own user and is up', async (t) => {
    const [device] = (await server.get('/api/v1/devices')).items;
    t.match(device, { name: 'clean-machine', state: 'pending' });
    deviceId = device.id;
    const agent = new AgentProcess(machine.start(start));
    storyEnd(() => agent.stop('SIGKILL'));
    await agent.untilSays('"msg":"connected"');
    await server.untilDevice(deviceId, 'is up', ({ state }) => state === 'up');
    const owners = await machine.expect('stat -c %U /proc/[0-9]*/exe | sort -u');
    t.match(owners, 'vigia-agent');
  });

  t.test('again: it upgrades and keeps the identity, although the token is used up', async (t) => {
    const key = await machine.expect('cat /var/lib/vigia-agent/identity.key');
    await machine.expect('rm /opt/vigia-agent/inventory-child.mjs && echo old >/opt/vigia-agent/vigia-agent.mjs');
    const output = await machine.expect(`${installCommand} --no-service`);
    t.match(output, 'is enrolled with');
    t.equal(startLine(output), start);
    t.equal(await machine.expect('cat /var/lib/vigia-agent/identity.key'), key);
    t.equal((await machine.expect('cat /opt/vigia-agent/*.mjs')).length > 300_000, true, 'both files are whole again');
    t.equal((await server.get('/api/v1/devices')).items.length, 1);
  });

  t.test('removal leaves nothing, even of a running agent', async (t) => {
    const output = await machine.expect(removeCommand);
    t.match(output, 'The agent is gone from this machine.');
    t.same(await machine.files(), before);
    const left = await server.untilDevice(deviceId, 'said goodbye', ({ state }) => state === 'expected');
    t.match(left.stateReason, /service stop/);
  });

  t.test('again: there is nothing to remove', async (t) => {
    t.equal(await machine.expect(removeCommand), 'vigia: There is no agent on this machine.\n');
    t.same(await machine.files(), before);
  });

  t.test('half of it, from the copy on the machine itself', async (t) => {
    await machine.expect(
      'useradd --system --user-group vigia-agent && mkdir -p /opt/vigia-agent /opt/.vigia-agent.x1y2z3',
    );
    await machine.expect(installCommand.replace(/\) \| .*/, ') > /opt/vigia-agent/agent.sh'));
    t.match(await machine.expect('sh /opt/vigia-agent/agent.sh remove'), 'is gone');
    t.same(await machine.files(), before);
  });
});
