import fc from 'fast-check';
import t from 'tap';
import { type CpuReading, CpuSampler, type CpuTimes, coreTimes, cpuRatios } from '../../../agent/collect/cpu.ts';

const zero: CpuTimes = { user: 0, nice: 0, system: 0, idle: 0, iowait: 0, irq: 0, steal: 0 };
const reading = (times: Partial<CpuTimes>, cores: CpuReading['cores'] = []): CpuReading => ({
  total: { ...zero, ...times },
  cores,
});

t.test('shares of the time that passed', async (t) => {
  const ratios = cpuRatios(
    reading({ user: 100, idle: 900 }),
    reading({ user: 150, system: 20, steal: 5, idle: 1005, iowait: 20 }),
  );
  t.match(ratios, { user: 0.25, system: 0.1, steal: 0.025, iowait: 0.1 });
  t.ok(Math.abs(ratios!.busy - 0.375) < 1e-9, 'busy is neither idle nor waiting for disks; steal is busy');
});

t.test('counters that stand still or go back', async (t) => {
  const now = reading({ user: 100, idle: 900 });
  t.equal(cpuRatios(now, now), undefined, 'no time passed');
  t.equal(cpuRatios(now, reading({ user: 5, idle: 5 })), undefined, 'reset');
  t.match(
    cpuRatios(reading({ iowait: 50, idle: 900 }), reading({ iowait: 40, idle: 1000, user: 10 })),
    { iowait: 0, user: 0.1 },
    'iowait alone may go back',
  );
});

t.test('the busiest core, also when a core is taken off line', async (t) => {
  const core = (n: number, busy: number, total: number) => ({ core: n, busy, total });
  const before = reading({ idle: 1 }, [core(0, 0, 100), core(1, 0, 100), core(2, 50, 100)]);
  t.equal(cpuRatios(before, reading({ idle: 2 }, [core(0, 10, 200), core(2, 130, 200)]))?.busiestCore, 0.8);
  t.equal(cpuRatios(before, reading({ idle: 2 }, [core(7, 10, 20)]))?.busiestCore, 0, 'a new core has no past');
});

t.test('the sampler', async (t) => {
  const sampler = new CpuSampler(['user']);
  t.same(
    sampler.metrics.map((metric) => metric.name),
    ['cpu.busy', 'cpu.user', 'cpu.busiestCore'],
  );
  t.same(sampler.next(reading({ user: 1, idle: 9 })), [null, null, null], 'nothing to compare with');
  t.same(sampler.next(reading({ user: 6, idle: 14 })), [0.5, 0.5, 0]);
  t.same(sampler.next(undefined), [null, null, null], 'unreadable');
  t.same(sampler.next(reading({ user: 7, idle: 15 })), [null, null, null], 'the gap is not bridged');
});

t.test('property: every share is between 0 and 1', async (t) => {
  const times = fc.record({
    user: fc.nat(),
    nice: fc.nat(),
    system: fc.nat(),
    idle: fc.nat(),
    iowait: fc.nat(),
    irq: fc.nat(),
    steal: fc.nat(),
  });
  const anyReading = fc.tuple(times, times).map(([total, core]) => ({ total, cores: [coreTimes(0, core)] }));
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(anyReading, anyReading, (before, now) =>
        Object.values(cpuRatios(before, now) ?? {}).every((share) => share >= 0 && share <= 1),
      ),
    ),
  );
});
