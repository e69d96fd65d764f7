import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { createCollector } from '../../../../agent/collect/create-collector.ts';
import { FileReader } from '../../../../agent/collect/linux/files.ts';
import type { Memory } from '../../../../agent/collect/linux/meminfo.ts';
import { readMemoryLimit, withinLimit } from '../../../../agent/collect/linux/memory-limit.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { fixturePath } from '../fixture.ts';

const GIB = 2 ** 30;

function sysWith(t: Test, files: Readonly<Record<string, string>>): string {
  const sys = tempDir(t);
  for (const [path, text] of Object.entries(files)) {
    const whole = join(sys, 'fs/cgroup', path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, `${text}\n`);
  }
  return sys;
}

const limitOf = (t: Test, files: Readonly<Record<string, string>>) =>
  readMemoryLimit(new FileReader(), sysWith(t, files));

const versionTwo = {
  'memory.max': String(2 * GIB),
  'memory.current': String(1.5 * GIB),
  'memory.stat': `anon ${GIB}\nfile ${GIB / 2}\ninactive_file ${GIB / 4}\nactive_file ${GIB / 8}\nslab_reclaimable 1024`,
  'memory.swap.max': '0',
  'memory.swap.current': '0',
};

t.test('where there is a limit', async (t) => {
  t.same(limitOf(t, versionTwo), {
    sizeBytes: 2 * GIB,
    usedBytes: 1.5 * GIB,
    cachedBytes: GIB / 4 + GIB / 8 + 1024,
    swapSizeBytes: 0,
    swapUsedBytes: 0,
  });
  t.match(
    limitOf(t, {
      'memory/memory.limit_in_bytes': String(GIB),
      'memory/memory.usage_in_bytes': String(GIB / 2),
      'memory/memory.stat': 'cache 7\ntotal_inactive_file 4096\ntotal_active_file 8192',
      'memory/memory.memsw.limit_in_bytes': String(2 * GIB),
      'memory/memory.memsw.usage_in_bytes': String(GIB / 2 + 4096),
    }),
    { sizeBytes: GIB, usedBytes: GIB / 2, cachedBytes: 12288, swapSizeBytes: GIB, swapUsedBytes: 4096 },
    'version 1',
  );
});

t.test('where there is none', async (t) => {
  t.equal(limitOf(t, {}), undefined, 'the root of a machine, version 2');
  t.equal(limitOf(t, { ...versionTwo, 'memory.max': 'max' }), undefined, 'a container without a limit');
  t.equal(limitOf(t, { 'memory/memory.limit_in_bytes': '9223372036854771712' }), undefined, 'the root, version 1');
});

t.test('a container shows its limit, not the memory of its host', async (t) => {
  const measure = async (sysRoot: string) => {
    const collector = createCollector({ platform: 'linux', procRoot: fixturePath('machine/proc'), sysRoot });
    t.teardown(() => collector.close());
    const { metrics, values } = await collector.collect();
    return (name: string) => values[metrics.findIndex((metric) => metric.name === name)] ?? null;
  };
  const host = await measure(sysWith(t, {}));
  const size = host('memory.size') ?? 0;
  const small = { ...versionTwo, 'memory.max': String(size / 4), 'memory.current': String(size / 8) };
  const container = await measure(sysWith(t, small));
  t.equal(container('memory.size'), size / 4);
  t.ok((container('memory.available') ?? 0) <= size / 4);
  const endless = await measure(sysWith(t, { ...versionTwo, 'memory.max': String(size * 4) }));
  t.equal(endless('memory.size'), size, 'a limit above what there is');
});

t.test('property: what is left lies between nothing and the limit, and within what the machine has left', async (t) => {
  const bytes = fc.integer({ min: 0, max: 64 * GIB });
  const machine = fc.record({
    sizeBytes: fc.option(bytes),
    availableBytes: fc.option(bytes),
    cachedBytes: fc.option(bytes),
    swapSizeBytes: fc.option(bytes),
    swapUsedBytes: fc.option(bytes),
  }) satisfies fc.Arbitrary<Memory>;
  const limit = fc.record({
    sizeBytes: bytes,
    usedBytes: bytes,
    cachedBytes: bytes,
    swapSizeBytes: fc.option(bytes),
    swapUsedBytes: fc.option(bytes),
  });
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(machine, limit, (whole, bound) => {
        const seen = withinLimit(whole, bound);
        if (whole.sizeBytes !== null && bound.sizeBytes >= whole.sizeBytes) return seen === whole;
        const available = seen.availableBytes ?? 0;
        return (
          seen.sizeBytes === bound.sizeBytes &&
          available >= 0 &&
          available <= bound.sizeBytes &&
          (whole.availableBytes === null || available <= whole.availableBytes)
        );
      }),
    ),
  );
});
