import fc from 'fast-check';
import t from 'tap';
import { ByteWriter } from '../../../../protocol/bytes.ts';
import { bitWidth, pack, packedBytes, unpack } from '../../../../server/series/codec/bits.ts';
import { Cursor } from '../../../../server/series/codec/cursor.ts';
import { DamagedError } from '../../../../server/series/damaged-error.ts';

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

t.test('values of every width come back', async (t) => {
  for (let width = 0; width <= 53; width += 1) {
    const value = fc.oneof(fc.maxSafeNat(), fc.constant(Number.MAX_SAFE_INTEGER)).map((all) => all % 2 ** width);
    fc.assert(
      fc.property(fc.array(value, { maxLength: 70 }), fc.nat({ max: 5 }), (list, behind) => {
        const writer = new ByteWriter(1);
        pack(writer, Float64Array.from(list), list.length, 0, width);
        const packed = writer.finish();
        const bytes = new Uint8Array(packed.length + behind).fill(0xff);
        bytes.set(packed);
        const read = new Float64Array(list.length);
        unpack(new Cursor(bytes), read, list.length, width);
        return packed.length === packedBytes(list.length, width) && list.every((item, index) => item === read[index]);
      }),
      { numRuns: 60 },
    );
  }
  t.pass('no counterexample');
});

t.test('too few bytes are an error', async (t) => {
  t.throws(() => unpack(new Cursor(new Uint8Array(2)), new Float64Array(3), 3, 6), DamagedError);
});
