import fc from 'fast-check';
import t from 'tap';
import { decodeEntry, encodeEntry, packEntries, unpackEntries } from '../../../server/series/entry.ts';
import { someMetrics, storedReport } from '../../support/stored-report.ts';

const schemas = new Map([[3, someMetrics]]);
const scaled = fc.option(fc.integer({ min: -(2 ** 52) + 1, max: 2 ** 52 - 1 }));

t.test('what goes in comes out', async (t) => {
  const report = fc.record({
    at: fc.integer({ min: 0, max: 2 ** 49 }),
    deviceId: fc.string({ maxLength: 16, unit: 'grapheme' }),
    sequence: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    backfill: fc.boolean(),
    clockOffsetMs: fc.integer({ min: -(2 ** 51), max: 2 ** 51 }),
    scaled: fc.tuple(scaled, scaled, scaled),
  });
  fc.assert(
    fc.property(fc.array(report, { maxLength: 5 }), (inputs) => {
      const reports = inputs.map(storedReport);
      const packed = packEntries(reports.map((one) => encodeEntry(one, 3)));
      const again = unpackEntries(packed).map((entry) => decodeEntry(entry, schemas));
      t.strictSame(again, reports);
    }),
    { numRuns: 200 },
  );
});

t.test('damaged bytes and unknown schemas are errors, never wrong numbers', async (t) => {
  const entry = encodeEntry(storedReport({ at: 1 }), 3);
  t.throws(() => decodeEntry(entry, new Map()), /schema 3, which is not stored/);
  t.throws(() => decodeEntry({ ...entry, bytes: entry.bytes.slice(0, 20) }, schemas), { code: 'frame_malformed' });
  const packed = packEntries([entry]);
  t.throws(() => unpackEntries(packed.slice(0, -1)), { code: 'frame_malformed' });
  t.throws(() => unpackEntries(Buffer.concat([packed, Buffer.of(0)])), { code: 'frame_malformed' });
});
