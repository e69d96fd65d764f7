import t from 'tap';
import { describe } from '../../protocol/wire/metric.ts';
import { aggregate } from './naive-aggregate.ts';
import { storedReport } from './stored-report.ts';

/** Values at seconds, in steps of 10 s over 40 s unless said otherwise; null where nothing is known. */
function steps(metric: ReturnType<typeof describe>, points: [atS: number, scaled: number | null][], toS = 40) {
  const metrics = [metric];
  const reports = points.map(([atS, value]) => storedReport({ at: atS * 1_000, metrics, scaled: [value] }));
  const request = { deviceId: 'd1', metrics: [metric.name], fromMs: 0, toMs: toS * 1_000, stepMs: 10_000 };
  return aggregate(reports, request)[0]?.values;
}

const gauge = describe('cpu.busy');
const counter = describe('net.rxBytes', 'eth0');

t.test('a gauge is the mean of its step', async (t) => {
  const f = (points: Parameters<typeof steps>[1], want: (number | null)[]) => t.same(steps(gauge, points), want);
  f([[0, 5_000]], [0.5, null, null, null]);
  f(
    [
      [0, 1_000],
      [9.999, 3_000],
      [10, 9_000],
      [35, null],
    ],
    [0.2, 0.9, null, null],
  );
  f(
    [
      [-0.001, 1_000],
      [40, 9_000],
    ],
    [null, null, null, null],
  );
});

t.test('a counter is its growth over the time that the growth took', async (t) => {
  const f = (points: Parameters<typeof steps>[1], want: (number | null)[]) => t.same(steps(counter, points), want);
  f([[0, 100]], [null, null, null, null]);
  f(
    [
      [-10, 0],
      [0, 100],
      [10, 300],
      [20, 300],
    ],
    [10, 20, 0, null],
  );
  // Two pairs in one step are weighted by their time.
  f(
    [
      [10, 0],
      [12, 20],
      [18, 20],
    ],
    [null, 2.5, null, null],
  );
  // It began again: that pair says nothing.
  f(
    [
      [0, 1_000],
      [10, 5],
      [20, 25],
    ],
    [null, null, 2, null],
  );
  // What could not be read in between is bridged, a long silence is not.
  f(
    [
      [0, 0],
      [10, null],
      [20, 40],
    ],
    [null, null, 2, null],
  );
  f(
    [
      [-899, 0],
      [1, 900],
    ],
    [1, null, null, null],
  );
  f(
    [
      [-900, 0],
      [1, 900],
    ],
    [null, null, null, null],
  );
  // Two reports of the same instant have no rate.
  f(
    [
      [5, 0],
      [5, 50],
    ],
    [null, null, null, null],
  );
});

t.test('sets of metrics may change in between; what was never reported has no series', async (t) => {
  const [a, b] = [[gauge], [counter, gauge]];
  const reports = [
    storedReport({ at: 0, metrics: a, scaled: [1_000] }),
    storedReport({ at: 10_000, metrics: b, scaled: [0, 3_000] }),
    storedReport({ at: 20_000, metrics: b, scaled: [50, 5_000] }),
  ];
  const metrics = ['cpu.busy', 'net.rxBytes[eth0]', 'load.1'];
  const request = { deviceId: 'd1', metrics, fromMs: 0, toMs: 25_000, stepMs: 10_000 };
  t.same(aggregate(reports, request), [
    { metric: 'cpu.busy', descriptor: gauge, aggregation: 'mean', resolution: 'raw', values: [0.1, 0.3, 0.5] },
    {
      metric: 'net.rxBytes[eth0]',
      descriptor: counter,
      aggregation: 'rate',
      resolution: 'raw',
      values: [null, null, 5],
    },
  ]);
});
