import fc from 'fast-check';
import t from 'tap';
import { BitReader, BitWriter, bitWidth } from '../../../../../server/platform/series/codec/bits.ts';
import { ByteWriter } from '../../../../../server/platform/series/codec/byte-writer.ts';
import { Cursor } from '../../../../../server/platform/series/codec/cursor.ts';
import { DamagedError } from '../../../../../server/platform/series/damaged-error.ts';

/** What was written, with bytes behind it that are none of its own. */
function written(behind: number, write: (bits: BitWriter) => void): { cursor: Cursor; length: number } {
  const writer = new ByteWriter(1);
  const bits = new BitWriter(writer);
  write(bits);
  bits.end();
  const { length } = writer.finish();
  const cursor = new Cursor(writer.raw(new Uint8Array(behind).fill(0xff)).finish());
  cursor.part(0, length);
  return { cursor, length };
}

t.test('bits that a value needs', async (t) => {
  const f = (value: number, width: number) => t.equal(bitWidth(value), width, `${value}`);
  f(0, 0);
  f(1, 1);
  f(255, 8);
  f(256, 9);
  f(2 ** 31, 32);
  f(2 ** 32 - 1, 32);
  f(2 ** 32, 33);
  f(Number.MAX_SAFE_INTEGER, 53);
});

t.test('values of every width come back from wherever they stand', async (t) => {
  for (let width = 0; width <= 53; width += 1) {
    const value = fc.oneof(fc.maxSafeNat(), fc.constant(Number.MAX_SAFE_INTEGER)).map((all) => all % 2 ** width);
    const values = fc.array(value, { maxLength: 70 }).map((list) => Float64Array.from(list));
    fc.assert(
      fc.property(values, fc.nat({ max: 7 }), fc.nat({ max: 5 }), (values, before, behind) => {
        const { cursor, length } = written(behind, (bits) => {
          bits.put(0, before);
          bits.pack(values, values.length, width);
        });
        const bits = new BitReader(cursor);
        const read = new Float64Array(values.length);
        bits.skip(before);
        bits.unpack(read, read.length, width);
        bits.close(cursor);
        return cursor.at === length && values.every((value, index) => value === read[index]);
      }),
      { numRuns: 60 },
    );
  }
  t.pass('no counterexample');
});

t.test('zeros up to a one come back from wherever they stand', async (t) => {
  const zeros = fc.array(fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 200 })), { maxLength: 70 });
  fc.assert(
    fc.property(zeros, fc.nat({ max: 7 }), fc.nat({ max: 5 }), (zeros, before, behind) => {
      const { cursor, length } = written(behind, (bits) => {
        bits.put(0, before);
        for (const count of zeros) bits.unary(count);
      });
      const bits = new BitReader(cursor);
      const read = new Float64Array(zeros.length).fill(5);
      bits.skip(before);
      bits.addUnary(read, read.length, 3);
      bits.close(cursor);
      return cursor.at === length && zeros.every((count, index) => 5 + 3 * count === read[index]);
    }),
    { numRuns: 2000 },
  );
  t.pass('no counterexample');
});

t.test('too few bytes are an error, also where others follow', async (t) => {
  const part = () => {
    const cursor = new Cursor(Uint8Array.of(0, 0, 0, 0xff, 0xff, 0xff));
    cursor.part(1, 2);
    return new BitReader(cursor);
  };
  const room = new Float64Array(3);
  t.throws(() => part().unpack(room, 3, 6), DamagedError);
  t.throws(() => part().unpack(room, 1, 30), DamagedError);
  t.throws(() => part().addUnary(room, 1, 1), DamagedError);
  t.throws(() => part().skip(17), DamagedError);
});
