import fc from 'fast-check';
import t from 'tap';
import { encodeFrame } from '../../../protocol/wire/codec.ts';
import { describe, type MetricDescriptor } from '../../../protocol/wire/metric.ts';
import { scaleValues } from '../../../protocol/wire/report.ts';

const ofDecimals = (decimals: number): MetricDescriptor => ({ ...describe('cpu.busy'), decimals });

t.test('values become integers and come back', async (t) => {
  const f = (decimals: number, value: number | null, scaled: number | null) =>
    t.same(scaleValues([ofDecimals(decimals)], [value]), [scaled], `${value} with ${decimals} decimals`);
  f(0, 5, 5);
  f(4, 0.25, 2_500);
  f(4, 0.123_45, 1_235);
  f(1, -5.5, -55);
  f(0, 2 ** 52 - 1, 2 ** 52 - 1);
  f(0, null, null);
  f(0, Number.NaN, null);
  f(0, Number.POSITIVE_INFINITY, null);
  f(0, 2 ** 52, null);
  f(6, 2 ** 40, null);
  t.ok(Object.is(scaleValues([ofDecimals(0)], [-0.2])[0], 0), 'never minus zero');
});

t.test('there is one value per metric', async (t) => {
  t.throws(() => scaleValues([ofDecimals(0)], []), RangeError);
});

t.test('nothing is lost beyond the decimals of the metric', async (t) => {
  const metric = fc.integer({ min: 0, max: 6 }).map(ofDecimals);
  const value = fc.double({ min: -1e9, max: 1e9, noNaN: true });
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(metric, value, (descriptor, want) => {
        const [scaled] = scaleValues([descriptor], [want]);
        // Half a unit of the last decimal, and what doubles of this size cannot tell apart.
        const tolerance = 0.5 * 10 ** -descriptor.decimals + Math.abs(want) * 2 ** -51;
        return scaled !== null && Math.abs((scaled ?? 0) / 10 ** descriptor.decimals - want) <= tolerance;
      }),
    ),
  );
});

t.test('55 metrics of a server fit 350 bytes', async (t) => {
  // Of a busy server after a year: the counters are large, the ratios have all their digits.
  const volumes = ['/', '/var', '/home'];
  const metrics: [MetricDescriptor, number][] = [
    ...(['busy', 'user', 'nice', 'system', 'iowait', 'irq', 'steal', 'busiestCore'] as const).map(
      (mode) => [describe(`cpu.${mode}`), 0.437_2] as [MetricDescriptor, number],
    ),
    [describe('load.1'), 12.34],
    [describe('load.5'), 11.87],
    [describe('load.15'), 9.05],
    [describe('memory.size'), 67_430_281_216],
    [describe('memory.available'), 23_985_152_000],
    [describe('memory.cached'), 31_209_287_680],
    [describe('swap.size'), 8_589_930_496],
    [describe('swap.used'), 524_288_000],
    [describe('swap.inBytes'), 91_238_400],
    [describe('swap.outBytes'), 412_876_800],
    ...volumes.flatMap((volume): [MetricDescriptor, number][] => [
      [describe('fs.size', volume), 1_999_421_046_784],
      [describe('fs.available', volume), 812_345_671_680],
      [describe('fs.inodes', volume), 122_068_992],
      [describe('fs.inodesFree', volume), 119_876_543],
      [describe('fs.readOnly', volume), 0],
    ]),
    ...['nvme0n1', 'nvme1n1'].flatMap((disk): [MetricDescriptor, number][] => [
      [describe('disk.readBytes', disk), 45_123_456_789_504],
      [describe('disk.writeBytes', disk), 98_765_432_109_056],
      [describe('disk.reads', disk), 1_234_567_890],
      [describe('disk.writes', disk), 2_345_678_901],
      [describe('disk.busy', disk), 0.213_7],
    ]),
    [describe('net.rxBytes', 'eth0'), 187_654_321_098_765],
    [describe('net.txBytes', 'eth0'), 287_654_321_098_765],
    [describe('net.rxErrors', 'eth0'), 12],
    [describe('net.txErrors', 'eth0'), 0],
    [describe('psi.cpu'), 0.031_4],
    [describe('psi.memory'), 0.001_2],
    [describe('psi.io'), 0.112_3],
    [describe('host.uptime'), 31_536_000],
    [describe('host.processes'), 1_432],
    [describe('temperature', 'CPU'), 61.5],
    [describe('temperature', 'nvme0'), 44.9],
    [describe('temperature', 'nvme1'), 45.2],
  ];
  t.equal(metrics.length, 55);
  const scaled = scaleValues(
    metrics.map(([metric]) => metric),
    metrics.map(([, value]) => value),
  );
  const clocks = { wallMs: 1_767_225_600_000, monotonicMs: 31_536_000_000, bootMs: 31_536_000_000 };
  const sequence = 3_153_600;
  const bytes = encodeFrame({ type: 'report', run: 0, schema: 1, sequence, backfill: false, clocks, scaled });
  t.ok(bytes.length <= 350, `${bytes.length} bytes`);
});
