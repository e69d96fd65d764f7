import t from 'tap';
import { cpuRatios } from '../../../../agent/collect/cpu.ts';
import { parseStat } from '../../../../agent/collect/linux/stat.ts';
import { fixture } from '../fixture.ts';

t.test('this machine', async (t) => {
  const reading = parseStat(fixture('machine/proc/stat'));
  t.equal(reading?.cores.length, 2);
  t.same(
    reading?.cores.map((core) => core.core),
    [0, 1],
  );
  const total = reading!.total;
  t.ok(total.user > 0 && total.idle > total.user);
});

t.test('96 cores, ten seconds apart', async (t) => {
  const before = parseStat(fixture('many-cores/proc/stat'))!;
  const after = parseStat(fixture('many-cores/proc/stat.10s-later'))!;
  t.equal(after.cores.length, 96);
  const ratios = cpuRatios(before, after)!;
  t.equal(ratios.busiestCore, 0.99);
  const ticks = 96 * 1000;
  t.match(ratios, { user: (48 * 200 + 990) / ticks, system: (48 * 100) / ticks, iowait: (48 * 5) / ticks });
  t.ok(Math.abs(ratios.busy - (48 * 305 + 990) / ticks) < 1e-9);
});

t.test('an old kernel gives 7 columns', async (t) => {
  const reading = parseStat(fixture('old-kernel/proc/stat'))!;
  t.same(reading.total, { user: 500, nice: 10, system: 200, idle: 9000, iowait: 50, irq: 20, steal: 0 });
  t.same(reading.cores, [{ core: 0, busy: 730, total: 9780 }]);
});

t.test('nothing to read', async (t) => {
  for (const text of ['', 'intr 5 0', 'cpu', 'cpu0 1 2 3 4\n'])
    t.equal(parseStat(text), undefined, JSON.stringify(text));
});
