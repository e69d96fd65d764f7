import t from 'tap';
import { DamagedError } from '../../../../../server/platform/series/damaged-error.ts';
import { KeptRows } from '../../../../../server/platform/series/engine/kept-rows.ts';
import { Lanes } from '../../../../../server/platform/series/engine/lanes.ts';
import type { OpenLane } from '../../../../../server/platform/series/engine/open-lane.ts';
import { RowEncoder } from '../../../../../server/platform/series/rows/row-encoder.ts';
import { someMetrics, storedReport } from '../../../../support/stored-report.ts';

const nothing = { hosts: [], metrics: [], schemas: [], nextHost: 1, nextMetric: 1, nextSchema: 1, position: 0 };

/** Lanes that reports come into one after the other, and what readers ask of them. */
function setUp(limitBytes?: number) {
  const encoder = new RowEncoder(nothing);
  const lanes = new Lanes();
  let asked = 0;
  const kept = new KeptRows((schema) => {
    asked += 1;
    return encoder.numbers.schema(schema)?.metricIds;
  }, limitBytes);
  let position = 0;
  const add = (over: Parameters<typeof storedReport>[0]): OpenLane => {
    const rows = encoder.encode([storedReport(over)], 0).data.slice(0, -4);
    position += 1;
    encoder.committed(position);
    let open: OpenLane | undefined;
    for (const row of lanes.find(rows)) open = lanes.push(row, rows, position, position, 0);
    return open as OpenLane;
  };
  /** The answer, and how many schemas were looked up for it. */
  const ask = (open: OpenLane, metricIds: readonly number[] = [1]) => {
    const before = asked;
    const reports = kept.reports(open, metricIds);
    return { schemas: asked - before, at: reports && [...reports.at], values: reports && [...reports.values.values()] };
  };
  return { add, ask, kept };
}

const loads = (load: number) => ({ metrics: someMetrics, scaled: [load, 0, 0] });

t.test('rows are read once, and what comes after them when it is asked for', async (t) => {
  const { add, ask } = setUp();
  const open = add({ at: 10, sequence: 1, ...loads(5) });
  t.same(ask(open), { schemas: 1, at: [10], values: [Float64Array.of(5)] });
  t.same(ask(open), { schemas: 0, at: [10], values: [Float64Array.of(5)] });
  add({ at: 20, sequence: 2, ...loads(7) });
  t.same(ask(open), { schemas: 0, at: [10, 20], values: [Float64Array.of(5, 7)] });
  t.equal(ask(open, [1, 2]).schemas, 1, 'other metrics are other rows');
});

t.test('what was sealed is gone', async (t) => {
  const { add, ask } = setUp();
  const open = add({ at: 10, sequence: 1 });
  add({ at: 20, sequence: 1, runId: 'cd'.repeat(16) });
  t.equal(ask(open).at, null, 'rows of two runs must be sorted');
  t.equal(ask(open).at, null);
  open.drop(1);
  t.same(ask(open).at, [20]);
  add({ at: 19, sequence: 2, runId: 'cd'.repeat(16) });
  t.equal(ask(open).at, null, 'as must those that came out of order');
});

t.test('damage is told each time, and nothing of it is kept', async (t) => {
  const { add, ask, kept } = setUp();
  const open = add({ at: 10, sequence: 1 });
  const whole = open.since(0).slice();
  open.since(0).fill(0xff, 3);
  t.throws(() => ask(open), DamagedError);
  t.throws(() => ask(open), DamagedError);
  t.equal(kept.bytes, 0);
  open.since(0).set(whole);
  t.same(ask(open).at, [10]);
});

t.test('what is kept has a bound, and goes when nobody asks for it', async (t) => {
  const limit = 40_000;
  const { add, ask, kept } = setUp(limit);
  for (let n = 0; n < 600; n += 1) {
    ask(add({ deviceId: `d${n % 60}`, at: n, sequence: n }));
    t.ok(kept.bytes <= limit, `${kept.bytes} bytes`);
  }
  kept.age();
  kept.age();
  t.equal(kept.bytes, 0);
});
