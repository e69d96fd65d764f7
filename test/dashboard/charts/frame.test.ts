import t from 'tap';
import { addPoint, bridgeBeats, type Frame, frameOf, stepFor, stepTimes } from '../../../dashboard/charts/frame.ts';
import type { Series } from '../../../protocol/api/view.ts';

const answer = (metric: string, kind: string, values: (number | null)[]): Series => ({
  from: '1970-01-01T00:00:00.000Z',
  to: '1970-01-01T00:00:40.000Z',
  stepMs: 10_000,
  resolution: 'raw',
  items: [{ metric, unit: 'count', kind, aggregation: kind === 'counter' ? 'rate' : 'mean', values }],
});

const frame = frameOf([answer('gauge', 'gauge', [1, 2, 3, 4]), answer('counter', 'counter', [1, 1, 1, 1])]) as Frame;

t.test('answers about one range become one frame', async (t) => {
  t.same([...frame.columns.keys()], ['gauge', 'counter']);
  t.same(stepTimes(frame), [0, 10, 20, 30]);
  t.equal(frameOf([]), null);
});

t.test('a report in the newest step replaces its value', async (t) => {
  const next = addPoint(frame, { atMs: 35_000, values: { gauge: 9 } }, null);
  t.same(next.columns.get('gauge'), [1, 2, 3, 9]);
  t.equal(next.fromMs, 0);
});

t.test('a later report moves the range on and leaves a gap where nothing came', async (t) => {
  const next = addPoint(frame, { atMs: 61_000, values: { gauge: 9 } }, null);
  t.same(next.columns.get('gauge'), [4, null, null, 9]);
  t.equal(next.fromMs, 30_000);
  t.equal(next.length, 4);
});

t.test('a counter becomes a rate against the report before', async (t) => {
  const f = (before: number | null, now: number | null, want: number | null) => {
    const previous = { atMs: 35_000, values: { counter: before } };
    const next = addPoint(frame, { atMs: 45_000, values: { counter: now } }, previous);
    t.equal(next.columns.get('counter')?.at(-1), want, `${before} then ${now}`);
  };
  f(100, 150, 5);
  f(150, 100, null);
  f(null, 100, null);
  f(100, null, null);
  t.equal(
    addPoint(frame, { atMs: 45_000, values: { counter: 5 } }, null)
      .columns.get('counter')
      ?.at(-1),
    null,
  );
});

t.test('backfill into the past does not disturb the live end', async (t) => {
  t.equal(addPoint(frame, { atMs: 12_000, values: { gauge: 9 } }, null), frame);
});

t.test('single holes beside the beat of reports are drawn over, real gaps stay', async (t) => {
  t.same(bridgeBeats([1, null, 2, null, null, 3], 10_000, 10_000), [1, undefined, 2, null, null, 3]);
  t.same(bridgeBeats([1, null, 2], 60_000, 10_000), [1, null, 2], 'a long step without any report is a gap');
});

t.test('steps are round, about 500 to a range, and never shorter than the reports', async (t) => {
  const f = (hours: number, intervalSeconds: number, wantSeconds: number) =>
    t.equal(stepFor(hours * 3_600_000, intervalSeconds * 1000), wantSeconds * 1000, `${hours} h`);
  f(1, 10, 10);
  f(1, 60, 60);
  f(6, 10, 60);
  f(24, 10, 300);
  f(48, 10, 600);
  f(0.1, 1, 1);
  f(7 * 24, 10, 1800);
  f(30 * 24, 10, 7200);
  f(396 * 24, 10, 86_400);
  f(9_000 * 24, 10, 18 * 86_400);
  t.equal(stepFor(3_600_000, 1_000, 300), 15_000, 'fewer on a narrow chart');
  t.equal(stepFor(3_600_000, 1_000, 20), 30_000, 'but never next to none');
});
