import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import t from 'tap';
import {
  bootIdFromTime,
  createClocks,
  isMachineIdGuessed,
  readBootId,
  readClocks,
  readMachineId,
} from '../../../agent/collect/clocks.ts';
import { fixturePath } from './fixture.ts';

t.test('this machine', async (t) => {
  const first = readClocks();
  const second = readClocks();
  for (const key of ['wallMs', 'monotonicMs', 'bootMs'] as const) {
    t.ok(Number.isSafeInteger(first[key]) && first[key] > 0, key);
    t.ok(second[key] >= first[key], `${key} does not go back`);
  }
  t.ok(Math.abs(first.bootMs - uptime() * 1000) < 60_000, 'since the boot of the machine');
  t.equal(readBootId(), readBootId());
  if (process.platform === 'linux') {
    t.ok(readBootId().startsWith(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()));
  }
  t.match(readMachineId(), /^[0-9a-f]{64}$/);
  t.equal(readMachineId(), readMachineId());
});

t.test('a container that is started again has another boot identity, and a clock that began with it', async (t) => {
  const bootId = '0d3f0b0e-5f0b-4c7e-9a51-0c5a2f0d8a11';
  const stat = readFileSync(fixturePath('container/proc/1/stat'), 'latin1');
  const startedAt = (ticks: number) => stat.replace(' 165672 ', ` ${ticks} `);
  const lxcfs = '611 600 0:45 /proc/uptime /proc/uptime rw,nosuid - fuse.lxcfs lxcfs rw\n';
  const f = (ticks: number, mountinfo: string, wantId: string, wantMs: number) => {
    const procRoot = t.testdir({
      sys: { kernel: { random: { boot_id: `${bootId}\n` } } },
      self: { mountinfo },
      1: { stat: startedAt(ticks) },
    });
    const roots = { procRoot, platform: 'linux' } as const;
    t.equal(readBootId(undefined, roots), `${bootId}${wantId}`);
    const clocks = createClocks(roots);
    const [before, seen, after] = [uptime() * 1000, clocks().bootMs, uptime() * 1000];
    t.ok(seen >= Math.round(before) - wantMs && seen <= Math.round(after) - wantMs, `${seen} ms of ${before}`);
  };
  const elsewhere = '611 600 0:45 / /srv/proc/uptime rw - ext4 /dev/sda1 rw\n';
  const ticks = Math.floor(uptime() * 50);
  f(ticks, elsewhere, `/${ticks}`, ticks * 10);
  f(ticks, lxcfs, `+${ticks}`, 0);
  f(24, elsewhere, '+24', 0);
  f(1_000, '', '+1000', 0);
  const ahead = { procRoot: t.testdir({ 1: { stat: startedAt(2 ** 40) } }), platform: 'linux' } as const;
  t.equal(createClocks(ahead)().bootMs, 0, 'never negative');
});

t.test('where PID 1 is hidden the boot id stands alone', async (t) => {
  const root = t.testdir({ sys: { kernel: { random: { boot_id: 'abc\n' } } } });
  t.equal(readBootId(undefined, { procRoot: root, platform: 'linux' }), 'abc');
});

t.test('without a boot id the time of the boot names it', async (t) => {
  t.equal(bootIdFromTime(1_700_000_000.4), 'boot-1700000000');
  t.equal(bootIdFromTime(1_700_000_001.6, 'boot-1700000000'), 'boot-1700000000', 'the estimate moved with the clock');
  t.equal(bootIdFromTime(1_700_009_000, 'boot-1700000000'), 'boot-1700009000', 'another boot');
  t.equal(bootIdFromTime(1_700_000_000, 'something-else'), 'boot-1700000000');
  t.match(readBootId(undefined, { platform: 'win32' }), /^boot-\d+$/);
});

t.test('a machine without an id, or before its first boot, is named by its hardware', async (t) => {
  const none = readMachineId({ etcRoot: fixturePath('nowhere'), platform: 'linux' });
  const fresh = readMachineId({ etcRoot: t.testdir({ 'machine-id': 'uninitialized\n' }), platform: 'linux' });
  const known = readMachineId({ etcRoot: t.testdir({ 'machine-id': '3d12\n' }), platform: 'linux' });
  t.equal(isMachineIdGuessed({ etcRoot: fixturePath('nowhere'), platform: 'linux' }), true);
  t.equal(isMachineIdGuessed({ etcRoot: t.testdir({ 'machine-id': '3d12\n' }), platform: 'linux' }), false);
  t.match(none, /^[0-9a-f]{64}$/);
  t.equal(fresh, none);
  t.not(known, none);
  t.notOk(known.includes('3d12'));
});
