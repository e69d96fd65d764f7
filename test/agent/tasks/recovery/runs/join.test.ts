import fc from 'fast-check';
import t from 'tap';
import { joinRuns } from '../../../../../agent/tasks/recovery/runs/join.ts';
import type { RecoveryRun } from '../../../../../protocol/wire/recovery-task.ts';
import { holds } from '../../../../support/property.ts';

const run = (startedAt: number, endedAt: number | null, over: Partial<RecoveryRun> = {}): RecoveryRun => ({
  from: 'wrapper',
  startedAt,
  endedAt,
  state: endedAt === null ? 'cut_off' : 'ended',
  exitCode: endedAt === null ? null : 0,
  signal: null,
  pointIds: [],
  ...over,
});
const points = (...starts: readonly number[]) => starts.map((startedAt) => ({ id: `p${startedAt}`, startedAt }));
const idsOf = (runs: readonly RecoveryRun[]) => runs.map(({ startedAt, pointIds }) => [startedAt, ...pointIds]);

t.test('a point is of the run in which it began', async (t) => {
  const f = (runs: readonly RecoveryRun[], starts: readonly number[], want: readonly unknown[], what: string) =>
    t.same(idsOf(joinRuns(runs, null, points(...starts))), want, what);
  f(
    [run(10, 20), run(30, 40)],
    [10, 40, 25],
    [
      [30, 'p40'],
      [10, 'p10'],
    ],
    'newest first; what is between two is of none',
  );
  f([run(10, 20)], [12, 15], [[10, 'p12', 'p15']], 'two of one run');
  f(
    [run(10, 20), run(15, 25)],
    [12, 17, 22],
    [
      [15, 'p22'],
      [10, 'p12'],
    ],
    'of two at once nobody knows',
  );
  f([run(10, null), run(30, 40)], [12, 35], [[30, 'p35'], [10]], 'of one that was cut off nothing is known');
  f([run(10, null, { state: 'running' }), run(5, 8)], [6, 12], [[10], [5, 'p6']], 'nor of one that goes on');
  f(
    [run(10, 20)],
    Array.from({ length: 9 }, (_, n) => 10 + n),
    [[10]],
    'so many are of something else',
  );
});

t.test('a unit says the same as the wrapper in it, less exactly', async (t) => {
  const unit = run(1_000, 2_999, { from: 'unit' });
  t.same(
    joinRuns([run(1_100, 2_900)], unit, []).map(({ from }) => from),
    ['wrapper'],
  );
  t.same(
    joinRuns([run(100, 900)], unit, points(1_500)).map(({ from, pointIds }) => [from, ...pointIds]),
    [['unit', 'p1500'], ['wrapper']],
  );
});

t.test('no point is of two runs, whatever there is', async (t) => {
  const someRun = fc
    .tuple(fc.nat(50), fc.option(fc.nat(20)))
    .map(([at, took]) => run(at, took === null ? null : at + took));
  holds(
    t,
    fc.property(fc.array(someRun, { maxLength: 80 }), fc.uniqueArray(fc.nat(80)), (runs, starts) => {
      const joined = joinRuns(runs, null, points(...starts));
      const ids = joined.flatMap(({ pointIds }) => pointIds);
      return joined.length === Math.min(50, runs.length) && new Set(ids).size === ids.length;
    }),
  );
});
