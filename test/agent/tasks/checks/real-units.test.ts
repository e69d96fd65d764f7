import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runUnit } from '../../../../agent/tasks/checks/unit.ts';
import { cleanMachine } from '../../../support/clean-machine.ts';
import { tempDir } from '../../../support/temp-dir.ts';

t.test('whoever asks this machine is told whether it has a manager, and what that says', async (t) => {
  const isBooted = existsSync('/run/systemd/system');
  t.match(await runUnit('vigia-no-such-unit', 60_000), { up: isBooted ? false : null, reason: 'not_found' });
  // All services run in this one.
  t.match(await runUnit('system.slice', 60_000), isBooted ? { up: true, reason: 'ok' } : { up: null });
});

/** Only root may boot a systemd of its own. */
const asRoot = process.getuid?.() === 0 ? t.test.bind(t) : () => undefined;

const units = {
  'rests.socket': '[Socket]\nListenStream=/run/rests.sock\nAccept=no',
  'rests.service': '[Service]\nExecStart=/bin/sleep infinity',
  'deaf.socket': '[Socket]\nListenStream=/run/deaf.sock',
  'deaf.service': '[Service]\nExecStart=/bin/sleep infinity',
  'each.socket': '[Socket]\nListenStream=/run/each.sock',
  'each.service': '[Service]\nExecStart=/bin/false',
  'timed.timer': '[Timer]\nOnActiveSec=1d',
  'timed.service': '[Service]\nType=oneshot\nExecStart=/bin/true',
  'done.service': '[Service]\nType=oneshot\nExecStart=/bin/true',
  'kept.service': '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true',
  'works.service': '[Service]\nType=oneshot\nExecStart=/bin/sleep infinity',
  'broke.service': '[Service]\nType=oneshot\nExecStart=/bin/false',
  'asleep.service': '[Service]\nType=oneshot\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target',
  'booted.service': '[Service]\nType=oneshot\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target',
  'runs.service': '[Service]\nExecStart=/bin/sleep infinity',
  'stopped.service': '[Service]\nExecStart=/bin/sleep infinity',
};

asRoot('what the systemd of a machine says of its units', async (t) => {
  const machine = await cleanMachine(t, { systemd: true });
  for (const [name, text] of Object.entries(units)) {
    await machine.expect(`printf '%b' '${text.replaceAll('\n', '\\n')}\\n' > /etc/systemd/system/${name}`);
  }
  await machine.expect('systemctl enable asleep booted');
  await machine.expect('systemctl start rests.socket each.socket timed.timer done booted kept runs stopped');
  await machine.expect('systemctl stop stopped; systemctl start --no-block works; systemctl start broke || true');
  const systemctl = join(tempDir(t), 'systemctl');
  writeFileSync(systemctl, `#!/bin/sh\nexec ${machine.command('/bin/systemctl "$@"')}\n`);
  chmodSync(systemctl, 0o755);

  const f = async (name: string, up: boolean, reason: string) =>
    t.match(await runUnit(name, 20_000, { systemctl, isBooted: true }), { up, reason }, name);
  await f('runs', true, 'ok');
  await f('stopped', false, 'not_running');
  await f('rests', true, 'ok');
  await f('rests.socket', true, 'ok');
  await f('deaf', false, 'not_running');
  await f('timed', true, 'ok');
  await f('done', true, 'ok');
  await f('kept', true, 'ok');
  await f('works', true, 'ok');
  await f('broke', false, 'not_running');
  await f('booted', true, 'ok');
  await f('asleep', false, 'not_running');
  await f('nowhere', false, 'not_found');

  await machine.expect('systemctl start rests');
  await f('rests', true, 'ok');
  await machine.expect('systemctl stop rests.socket rests');
  await f('rests', false, 'not_running');
  await machine.expect('systemctl start each || true');
  await f('each', false, 'not_running');
});
