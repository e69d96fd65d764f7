import fc from 'fast-check';
import t from 'tap';
import { RowEncoder } from '../../../../../server/platform/series/rows/row-encoder.ts';
import { RowReplay } from '../../../../../server/platform/series/rows/row-replay.ts';
import type { StoredReport } from '../../../../../server/platform/series/series-store.ts';
import { holds } from '../../../../support/property.ts';
import { someMetrics, storedReport } from '../../../../support/stored-report.ts';

const empty = { hosts: [], metrics: [], schemas: [], nextHost: 1, nextMetric: 1, nextSchema: 1, position: 0 };
const rowsIn = (data: Uint8Array) => data.subarray(0, data.length - 4);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

function replayOf(encoder: RowEncoder) {
  return new RowReplay({
    deviceOf: (host) => encoder.deviceOf(host),
    metricsOf: (schema) => encoder.numbers.schema(schema)?.metrics,
  });
}

t.test('the bytes of a key row and of the delta row behind it', async (t) => {
  const encoder = new RowEncoder(empty);
  const report = storedReport({
    at: 1_000,
    sequence: 5,
    clocks: { wallMs: 1_007, monotonicMs: 20, bootMs: 30 },
    bootId: 'b',
  });
  const next = storedReport({
    ...report,
    at: 2_000,
    receivedAt: 2_041,
    sequence: 6,
    clocks: { wallMs: 2_007, monotonicMs: 1_020, bootMs: 1_030 },
    scaled: [5_000, 1_001, 123_456_789],
  });
  const { data, names } = encoder.encode([report, next], 0);
  const key = `04 00 2500 ${'ab'.repeat(16)} 0162 01 05 e807 50 0e ef07 14 1e 07 904e d00f aab4de75`;
  const delta = '04 01 0a00 00 d00f 02 00 00 00 00 02 02';
  t.equal(hex(rowsIn(data)), (key + delta).replaceAll(' ', ''));
  t.same(names.hosts, [{ id: 1, deviceId: 'd1' }]);
  t.same(names.schemas, [{ id: 1, metrics: [1, 2, 3] }]);
});

t.test('a chain ends by its length, its span, its run, its schema, a failure and when it is told to', async (t) => {
  const isKey = (encoder: RowEncoder, report: StoredReport) => {
    const { data } = encoder.encode([report], 0);
    return data[1] === 0;
  };
  const f = (
    change: Partial<StoredReport>,
    want: boolean,
    before: (encoder: RowEncoder) => void = (e) => e.committed(1),
  ) => {
    const encoder = new RowEncoder(empty);
    encoder.encode([storedReport({ at: 0 })], 0);
    before(encoder);
    t.equal(isKey(encoder, storedReport({ at: 1, ...change })), want, JSON.stringify(change));
  };
  f({}, false);
  f({ at: 3_600_000 }, false);
  f({ at: 3_600_001 }, true);
  f({ runId: 'cd'.repeat(16) }, true);
  f({ bootId: 'another' }, true);
  f({ metrics: someMetrics.slice(1), scaled: [1, 2] }, true);
  f({ metrics: [...someMetrics] }, false);
  f({ scaled: [-(2 ** 52) + 1, 1, 1] }, true);
  f({ backfill: true }, true);
  f({}, true, (encoder) => encoder.failed());
  f({}, true, (encoder) => {
    encoder.committed(1);
    encoder.renew(4);
  });
  const encoder = new RowEncoder(empty);
  const keys: number[] = [];
  for (let n = 0; n < 300; n += 1) {
    if (isKey(encoder, storedReport({ at: n }))) keys.push(n);
    encoder.committed(n);
  }
  t.same(keys, [0, 119, 239], 'the first is shorter by the number of the host');
});

t.test('a schema is forgotten when no row of the journal can use it, and has another number afterwards', async (t) => {
  const encoder = new RowEncoder(empty);
  const other = { metrics: someMetrics.slice(0, 1), scaled: [1] };
  encoder.encode([storedReport({ at: 0 }), storedReport({ at: 0, deviceId: 'd2', ...other })], 0);
  encoder.committed(7);
  encoder.encode([storedReport({ at: 0, deviceId: 'd3' })], 0);
  encoder.committed(9);
  t.same(encoder.numbers.forgetBefore(7), []);
  t.same(encoder.numbers.forgetBefore(8), [2]);
  t.same(encoder.encode([storedReport({ at: 0, deviceId: 'd4', ...other })], 0).names.schemas, [
    { id: 3, metrics: [1] },
  ]);
});

t.test('what goes in comes out', async (t) => {
  const value = fc.option(
    fc.oneof(fc.integer({ min: -(2 ** 52) + 1, max: 2 ** 52 - 1 }), fc.integer({ min: -9, max: 9 })),
  );
  const time = fc.integer({ min: 0, max: 2 ** 49 });
  const report = fc.record({
    deviceId: fc.constantFrom('d1', 'd2', 'ü'),
    runId: fc.constantFrom('00'.repeat(16), '0123456789abcdef'.repeat(2)),
    bootId: fc.constantFrom('', 'boot', 'ß'.repeat(30)),
    sequence: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })),
    backfill: fc.boolean(),
    at: fc.oneof(fc.integer({ min: 0, max: 9_999 }), time),
    receivedAt: time,
    clockOffsetMs: fc.integer({ min: -(2 ** 51), max: 2 ** 51 }),
    clocks: fc.record({ wallMs: time, monotonicMs: time, bootMs: time }),
    metrics: fc.constantFrom(someMetrics, someMetrics),
    scaled: fc.tuple(value, value, value),
  });
  holds(
    t,
    fc.property(
      fc.array(fc.array(report, { maxLength: 6 }), { maxLength: 5 }),
      fc.integer({ min: 0, max: 9_999 }),
      (batches, pastMs) => {
        const encoder = new RowEncoder(empty);
        const replay = replayOf(encoder);
        for (const [position, reports] of batches.entries()) {
          const { data } = encoder.encode(reports, pastMs);
          encoder.committed(position + 1);
          t.same(replay.read(rowsIn(data)), reports);
        }
      },
    ),
  );
});
