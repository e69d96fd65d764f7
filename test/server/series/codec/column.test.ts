import fc from 'fast-check';
import t from 'tap';
import { ByteWriter } from '../../../../protocol/bytes.ts';
import { readColumn, writeColumn } from '../../../../server/series/codec/column.ts';

const bytesOf = (values: Float64Array) => {
  const writer = new ByteWriter();
  writeColumn(writer, values);
  return writer.finish();
};

t.test('any doubles come back as they were, gaps too', async (t) => {
  const values = fc.array(
    fc.oneof(fc.double({ noDefaultInfinity: true }), fc.maxSafeInteger(), fc.constant(Number.NaN)),
  );
  fc.assert(
    fc.property(values, (list) => {
      const bytes = bytesOf(Float64Array.from(list));
      const read = readColumn(bytes, 0, bytes.length, list.length);
      return list.every((value, index) => Object.is(value, read[index]));
    }),
    { numRuns: 2000 },
  );
  t.pass();
});
