import fc from 'fast-check';
import t from 'tap';
import { DamagedError } from '../../../../../server/platform/series/damaged-error.ts';
import { columnsOfRows } from '../../../../../server/platform/series/engine/columns-of-rows.ts';
import { Lanes } from '../../../../../server/platform/series/engine/lanes.ts';
import type { OpenLane } from '../../../../../server/platform/series/engine/open-lane.ts';
import { RowEncoder } from '../../../../../server/platform/series/rows/row-encoder.ts';
import { RowPicker } from '../../../../../server/platform/series/rows/row-picker.ts';
import type { StoredReport } from '../../../../../server/platform/series/series-store.ts';
import { holds } from '../../../../support/property.ts';
import { someMetrics, storedReport } from '../../../../support/stored-report.ts';

const empty = { hosts: [], metrics: [], schemas: [], nextHost: 1, nextMetric: 1, nextSchema: 1, position: 0 };
/** A metric that no report has, and all that any has, in an order of its own. */
const wanted = [3, 99, 1];

function laneOf(reports: readonly StoredReport[]) {
  const encoder = new RowEncoder(empty);
  const lanes = new Lanes();
  for (const [position, report] of reports.entries()) {
    const rows = encoder.encode([report], 0).data.slice(0, -4);
    encoder.committed(position + 1);
    for (const row of lanes.find(rows)) lanes.push(row, rows, position + 1, position, 0);
  }
  const open = lanes.values()[Symbol.iterator]().next().value as OpenLane;
  const idsOf = (schema: number) => encoder.numbers.schema(schema)?.metricIds;
  /** Reads the rows in parts that end at these bytes. */
  const pick = (bytes = open.since(0), ends: readonly number[] = [bytes.length]) => {
    const picker = new RowPicker(wanted, idsOf);
    let from = 0;
    for (const end of ends) {
      if (!picker.read(bytes.subarray(from, end), open.rows)) return null;
      from = end;
    }
    return picker.picked;
  };
  return { open, idsOf, pick };
}

const value = fc.option(
  fc.oneof(fc.integer({ min: -(2 ** 52) + 1, max: 2 ** 52 - 1 }), fc.integer({ min: -9, max: 9 })),
);
const report = fc.record({
  step: fc.integer({ min: 0, max: 100 }),
  metrics: fc.constantFrom(someMetrics, someMetrics, someMetrics, someMetrics.slice(0, 2)),
  scaled: fc.tuple(value, value, value),
  skipped: fc.constantFrom(0, 0, 0, 5),
});

/** Where the rows of a lane end. */
function endsOf(bytes: Uint8Array): number[] {
  const ends: number[] = [];
  for (let at = 0; at < bytes.length; ends.push(at)) at += 3 + (bytes[at + 1] ?? 0) + (bytes[at + 2] ?? 0) * 256;
  return ends;
}

t.test('what is picked, at once or as the lane grows, is what reading whole rows gives', async (t) => {
  holds(
    t,
    fc.property(
      fc.array(report, { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 9 }),
      (steps, rowsAtOnce) => {
        let at = 0;
        let sequence = 0;
        const reports = steps.map(({ step, metrics, scaled, skipped }) => {
          at += step;
          sequence += 1 + skipped;
          return storedReport({ at, sequence, metrics, scaled: scaled.slice(0, metrics.length) });
        });
        const { open, idsOf, pick } = laneOf(reports);
        const rows = open.read(0, open.chains.length, (schema) => idsOf(schema)?.length);
        const whole = columnsOfRows(rows, false, idsOf, new Set(wanted));
        const ends = endsOf(open.since(0));
        t.equal(ends.length, open.rows);
        const parts = ends.filter((_, row) => row % rowsAtOnce === rowsAtOnce - 1 || row === ends.length - 1);
        for (const picked of [pick(), pick(open.since(0), parts)]) {
          t.same(picked?.at, whole.at);
          t.same(picked?.sequence, whole.sequence);
          t.equal(picked?.runId, whole.runs[0]?.runId);
          t.same([...(picked?.values ?? [])].sort(), [...whole.values].sort());
        }
      },
    ),
  );
});

t.test('what was picked stays as it was', async (t) => {
  const { open, idsOf } = laneOf([10, 20, 30].map((at) => storedReport({ at, sequence: at })));
  const picker = new RowPicker(wanted, idsOf);
  const [first = 0] = endsOf(open.since(0));
  picker.read(open.since(0).subarray(0, first), 1);
  const { at } = picker.picked;
  picker.read(open.since(first), 2);
  t.same([...at], [10]);
  t.same([...picker.picked.at], [10, 20, 30]);
});

t.test('rows that must be sorted are not picked', async (t) => {
  const f = (second: Partial<StoredReport>, want: boolean) => {
    const { pick } = laneOf([storedReport({ at: 10, sequence: 5 }), storedReport({ at: 10, sequence: 6, ...second })]);
    t.equal(pick() !== null, want, JSON.stringify(second));
  };
  f({}, true);
  f({ at: 11 }, true);
  f({ at: 9 }, false);
  f({ sequence: 5 }, false);
  f({ sequence: 4 }, false);
  f({ runId: 'cd'.repeat(16) }, false);
  f({ bootId: 'another' }, true);
});

t.test('rows that end too early are damaged', async (t) => {
  const { open, pick } = laneOf([storedReport({ at: 10 })]);
  const bytes = open.since(0);
  for (let length = 1; length < bytes.length; length += 1) {
    t.throws(() => pick(bytes.subarray(0, length)), DamagedError, `${length} bytes`);
  }
});
