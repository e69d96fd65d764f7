import t from 'tap';
import { parseAuxv } from '../../../../agent/collect/linux/auxv.ts';
import { parseLoadavg } from '../../../../agent/collect/linux/loadavg.ts';
import { parsePressure } from '../../../../agent/collect/linux/pressure.ts';
import { stalledShare } from '../../../../agent/collect/linux/pressure-section.ts';
import { parseUptimeMs } from '../../../../agent/collect/linux/uptime.ts';
import { parseVmstat } from '../../../../agent/collect/linux/vmstat.ts';
import { fixture } from '../fixture.ts';

t.test('loadavg', async (t) => {
  t.equal(parseLoadavg(fixture('machine/proc/loadavg'))?.length, 3);
  t.same(parseLoadavg('0.12 0.34 0.56 1/123 4567\n'), [0.12, 0.34, 0.56]);
  for (const text of ['', '1 2', 'a b c']) t.equal(parseLoadavg(text), undefined, JSON.stringify(text));
});

t.test('uptime', async (t) => {
  t.equal(parseUptimeMs('717.92 1275.36\n'), 717_920);
  t.equal(parseUptimeMs('98765432.10 0.00'), 98_765_432_100);
  t.equal(parseUptimeMs(''), undefined);
});

t.test('vmstat', async (t) => {
  t.same(parseVmstat(fixture('machine/proc/vmstat')), { inPages: 0, outPages: 0 });
  t.same(parseVmstat(fixture('old-kernel/proc/vmstat')), { inPages: 12, outPages: 34 });
  t.same(parseVmstat('nr_free_pages 1\n'), { inPages: null, outPages: null }, 'a kernel without swap');
});

t.test('pressure', async (t) => {
  t.type(parsePressure(fixture('machine/proc/pressure/io')), 'number');
  t.equal(parsePressure('some avg10=0.20 avg60=0.23 avg300=1.23 total=15272627\nfull avg10=0.00 total=9\n'), 15272627);
  t.equal(parsePressure(''), undefined);
});

t.test('the stalled share between two readings', async (t) => {
  t.equal(stalledShare(1_000_000, 3_500_000, 10_000), 0.25);
  t.equal(stalledShare(0, 99_000_000, 10_000), 1, 'never above 1');
  t.equal(stalledShare(5, 4, 10_000), null, 'the counter went back');
  t.equal(stalledShare(undefined, 4, 10_000), null);
  t.equal(stalledShare(4, undefined, 10_000), null);
  t.equal(stalledShare(4, 5, 0), null);
});

t.test('auxv', async (t) => {
  const bytes = Buffer.alloc(64);
  for (const [i, word] of [6n, 16384n, 17n, 250n, 0n, 0n].entries()) bytes.writeBigUInt64LE(word, i * 8);
  t.same(parseAuxv(bytes), { pageBytes: 16384, ticksPerSecond: 250 });
  t.same(parseAuxv(Buffer.alloc(7)), { pageBytes: 4096, ticksPerSecond: 100 }, 'nothing to read');
});
