import fc from 'fast-check';
import t from 'tap';
import { ByteWriter } from '../../../../../server/platform/series/codec/byte-writer.ts';
import { Cursor } from '../../../../../server/platform/series/codec/cursor.ts';

t.test('integers as bytes', async (t) => {
  const hex = (writer: ByteWriter) => Buffer.from(writer.finish()).toString('hex');
  const f = (value: number, want: string) => t.equal(hex(new ByteWriter(1).varint(value)), want, String(value));
  f(0, '00');
  f(127, '7f');
  f(128, '8001');
  f(300, 'ac02');
  f(2 ** 32, '8080808010');
  f(Number.MAX_SAFE_INTEGER, 'ffffffffffffff0f');
  const z = (value: number, want: string) => t.equal(hex(new ByteWriter(1).zigzag(value)), want, String(value));
  z(0, '00');
  z(-1, '01');
  z(1, '02');
  z(-(2 ** 52), 'ffffffffffffff0f');
  t.throws(() => new ByteWriter().varint(-1), RangeError);
  t.throws(() => new ByteWriter().varint(0.5), RangeError);
  t.throws(() => new ByteWriter().zigzag(2 ** 52), RangeError);
});

t.test('a cursor reads what was written', async (t) => {
  const unsigned = fc.maxSafeNat();
  const signed = fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 });
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.array(fc.tuple(unsigned, signed)), (pairs) => {
        const writer = new ByteWriter(1);
        for (const [one, other] of pairs) writer.varint(one).zigzag(other);
        const cursor = new Cursor(writer.finish());
        const read = pairs.map(() => [cursor.varint(), cursor.zigzag()]);
        cursor.finish();
        return pairs.every(([one, other], index) => read[index]?.[0] === one && read[index]?.[1] === other);
      }),
    ),
  );
});
