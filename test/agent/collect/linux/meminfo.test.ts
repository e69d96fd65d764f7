import t from 'tap';
import { parseMeminfo } from '../../../../agent/collect/linux/meminfo.ts';
import { fixture } from '../fixture.ts';

t.test('this machine has no swap', async (t) => {
  const memory = parseMeminfo(fixture('machine/proc/meminfo'));
  t.equal(memory.sizeBytes, 24684096 * 1024);
  t.match(memory, { swapSizeBytes: 0, swapUsedBytes: 0 });
  t.ok(memory.availableBytes! > 0 && memory.availableBytes! < memory.sizeBytes!);
  t.ok(memory.cachedBytes! > 0);
});

t.test('an old kernel does not say what is available', async (t) => {
  const kibibytes = 1024;
  t.same(parseMeminfo(fixture('old-kernel/proc/meminfo')), {
    sizeBytes: 1882064 * kibibytes,
    availableBytes: (112340 + 600200 + 2108 + 30000) * kibibytes,
    cachedBytes: (600200 + 2108 + 30000) * kibibytes,
    swapSizeBytes: 2097148 * kibibytes,
    swapUsedBytes: 100000 * kibibytes,
  });
});

t.test('what is missing is null, and SwapCached is not Cached', async (t) => {
  t.same(parseMeminfo('SwapCached: 5 kB\nMemTotal: 7 kB\n'), {
    sizeBytes: 7168,
    availableBytes: null,
    cachedBytes: null,
    swapSizeBytes: null,
    swapUsedBytes: null,
  });
});
