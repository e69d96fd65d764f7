import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { cleanMachine } from '../support/clean-machine.ts';
import { startServer } from '../support/story.ts';
import { tamperingRelay } from '../support/tampering-relay.ts';
import { until } from '../support/until.ts';

/**
 * The service under a real systemd. Root alone may boot one; for everybody else stands what systemd says of the unit.
 */

t.test('systemd knows every line of the unit and finds it hardened', async (t) => {
  const unit = fileURLToPath(new URL('../../deploy/vigia-agent.service', import.meta.url));
  const { stderr: faults } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });
  const known = /^vigia-agent\.service: Command \/opt\/vigia-agent\/node is not executable/;
  t.same(
    faults.split('\n').filter((line) => line !== '' && !known.test(line)),
    [],
  );
  // Exposure times ten: 21 when this was written. The network and /proc, which it is there to measure, make up the most of it.
  const judge = ['security', '--offline=yes', '--no-pager', '--threshold=25', unit];
  const { status, stdout } = spawnSync('systemd-analyze', judge, { encoding: 'utf8' });
  t.equal(status, 0, stdout);
});

const asRoot = process.getuid?.() === 0 ? t.test.bind(t) : () => undefined;

asRoot('the service', async (t) => {
  const server = await startServer(t, { selfSigned: true, reportInterval: '500ms' });
  const machine = await cleanMachine(t, { systemd: true });
  const before = await machine.files();
  const { installCommand, removeCommand } = await server.newToken('server');
  const show = async (property: string) =>
    (await machine.expect(`systemctl show --value --property=${property} vigia-agent`)).trim();
  const dropIn = '/etc/systemd/system/vigia-agent.service.d';
  let deviceId = '';

  t.test('that cannot start leaves an enrolled machine, and says where to look', async (t) => {
    await machine.expect(`mkdir ${dropIn} && printf '[Service]\\nExecStartPre=/bin/false\\n' >${dropIn}/broken.conf`);
    const { code, stderr } = await machine.run(installCommand);
    t.equal(code, 30, stderr);
    t.match(stderr, /^vigia: The agent is installed and enrolled, but its service does not run: .+ journalctl -u/);
    await machine.expect(`systemctl stop vigia-agent && rm -r ${dropIn}`);
  });

  t.test('is started by a second try with the same line', async (t) => {
    const output = await machine.expect(installCommand);
    t.match(output, 'is enrolled with');
    t.match(output, 'The agent runs as the service vigia-agent and is connected.');
    t.same(
      [await show('ActiveState'), await show('UnitFileState'), await show('NRestarts')],
      ['active', 'enabled', '0'],
    );
    const [device] = (await server.get('/api/v1/devices')).items;
    deviceId = device.id;
    await server.untilDevice(deviceId, 'is up', ({ state }) => state === 'up');
  });

  t.test('may do nothing but measure, and measures all the same', async (t) => {
    const pid = await show('MainPID');
    const status = await machine.expect(`cat /proc/${pid}/status`);
    t.match(status, /^CapPrm:\t0+\nCapEff:\t0+\nCapBnd:\t0+\nCapAmb:\t0+\nNoNewPrivs:\t1\nSeccomp:\t2$/m);
    t.equal((await machine.expect(`stat -c %U /proc/${pid}`)).trim(), 'vigia-agent');
    for (const place of ['/opt/vigia-agent', '/etc', '/tmp', '/root', '/home']) {
      const { stderr } = await machine.run(`nsenter --target ${pid} --mount touch ${place}/x`);
      t.match(stderr, 'Read-only file system', place);
    }
    const device = await server.untilDevice(deviceId, 'has an inventory', ({ inventory }) => inventory !== null);
    t.match(device.inventory?.document, { hostname: 'clean-machine', platform: 'linux' });
    t.ok(device.fileSystems.length > 0, 'sees the file systems');
    t.ok(
      device.fileSystems.every(({ readOnly }) => !readOnly),
      'and that they are not read-only',
    );
    t.ok((device.latest.find(({ metric }) => metric === 'host.processes')?.value ?? 0) > 1, 'sees all processes');
    t.ok(
      device.latest.some(({ metric }) => metric.startsWith('net.rxBytes[')),
      'sees the interfaces',
    );
  });

  t.test('comes back when it is killed', async (t) => {
    const pid = await show('MainPID');
    await machine.expect('systemctl kill --signal=KILL vigia-agent');
    t.ok(await until('another process', async () => !['0', pid].includes(await show('MainPID'))));
    await server.untilDevice(deviceId, 'is up', ({ state }) => state === 'up');
  });

  t.test('stays at the old version if the new one does not run', async (t) => {
    await machine.expect(`mkdir ${dropIn} && touch /opt/vigia-agent/old-version`);
    // Root must not follow where the agent's own user leads.
    await machine.expect('ln -s /root/led-astray /var/lib/vigia-agent/upgrade');
    const condition = '[Service]\\nExecStartPre=/usr/bin/test -e /opt/vigia-agent/old-version\\n';
    await machine.expect(`printf '${condition}' >${dropIn}/old-only.conf`);
    const { code, stderr } = await machine.run(installCommand);
    t.equal(code, 30, stderr);
    t.match(stderr, /^vigia: The new version does not run, so the one before was put back: /);
    await machine.expect('test ! -e /root/led-astray');
    t.same([await show('ActiveState'), await show('UnitFileState')], ['active', 'enabled']);
    await machine.expect(`test -e /opt/vigia-agent/old-version && rm -r ${dropIn} && systemctl daemon-reload`);
  });

  t.test('is gone after the other line, with all that was its own', async (t) => {
    t.match(await machine.expect(removeCommand), 'The agent is gone');
    t.same(await machine.files(), before);
    t.equal(await show('LoadState'), 'not-found');
    t.same(await server.incidents(deviceId), [], 'nothing of all this was an incident');
  });
});

asRoot('a service that does not reach its server', async (t) => {
  const server = await startServer(t, { selfSigned: true });
  // It hands everything through until the machine has enrolled, and no WebSocket then.
  const relay = await tamperingRelay(t, { address: server.address, dataDir: server.dataDir, path: '' });
  const machine = await cleanMachine(t, { systemd: true });
  const { installCommand } = await server.newToken('server');
  const line = installCommand.replaceAll(server.address, relay);
  const { code, stderr } = await machine.run(line.replace('| $', '| sed s/CONNECT_SECONDS=45/CONNECT_SECONDS=3/ | $'));
  t.equal(code, 31, stderr);
  t.match(
    stderr,
    /^vigia: The agent is installed, enrolled and runs, but is not connected after 3 s: .+ journalctl -u/,
  );
});
