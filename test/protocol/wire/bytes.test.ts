import fc from 'fast-check';
import t from 'tap';
import { ByteReader, ByteWriter } from '../../../protocol/wire/bytes.ts';

const hexOf = (write: (writer: ByteWriter) => void) => {
  const writer = new ByteWriter(1);
  write(writer);
  return Buffer.from(writer.finish()).toString('hex');
};
const readerOf = (hex: string) => new ByteReader(Buffer.from(hex, 'hex'));

t.test('unsigned integers', async (t) => {
  const f = (value: number, hex: string) => {
    t.equal(
      hexOf((writer) => writer.varint(value)),
      hex,
    );
    t.equal(readerOf(hex).varint(), value);
  };
  f(0, '00');
  f(1, '01');
  f(127, '7f');
  f(128, '8001');
  f(300, 'ac02');
  f(16_383, 'ff7f');
  f(16_384, '808001');
  f(2 ** 31 - 1, 'ffffffff07');
  f(2 ** 31, '8080808008');
  f(2 ** 32, '8080808010');
  f(1_767_225_600_000, '80d0eab6b733');
  f(Number.MAX_SAFE_INTEGER, 'ffffffffffffff0f');
  for (const value of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    t.throws(() => new ByteWriter().varint(value), RangeError, `${value}`);
  }
});

t.test('signed integers', async (t) => {
  const f = (value: number, hex: string) => {
    t.equal(
      hexOf((writer) => writer.zigzag(value)),
      hex,
    );
    t.ok(Object.is(readerOf(hex).zigzag(), value));
  };
  f(0, '00');
  f(-1, '01');
  f(1, '02');
  f(-2, '03');
  f(-55, '6d');
  f(63, '7e');
  f(-64, '7f');
  f(64, '8001');
  f(2 ** 52 - 1, 'feffffffffffff0f');
  f(-(2 ** 52), 'ffffffffffffff0f');
  t.throws(() => new ByteWriter().zigzag(2 ** 52), RangeError);
  t.equal(
    hexOf((writer) => writer.zigzag(-0)),
    '00',
  );
});

t.test('texts and byte strings', async (t) => {
  t.equal(
    hexOf((writer) => writer.text('')),
    '00',
  );
  t.equal(
    hexOf((writer) => writer.text('é')),
    '02c3a9',
  );
  t.equal(
    hexOf((writer) => writer.blob(Uint8Array.of(1, 2))),
    '020102',
  );
  t.equal(readerOf('02c3a9').text(2), 'é');
  t.equal(readerOf('03efbbbf').text(3), '\ufeff', 'a byte order mark is a character like any other');
});

t.test('what no writer writes is refused', async (t) => {
  const f = (hex: string, read: (reader: ByteReader) => unknown, message: RegExp) =>
    t.throws(() => read(readerOf(hex)), { name: 'ProtocolError', code: 'frame_malformed', message }, hex);
  f('', (r) => r.byte(), /too early/);
  f('80', (r) => r.varint(), /too early/);
  f('8000', (r) => r.varint(), /padded/);
  f('ff00', (r) => r.varint(), /padded/);
  f('ffffffffffffff10', (r) => r.varint(), /exceeds/);
  f('ffffffffffffff7f', (r) => r.varint(), /exceeds/);
  f('808080808080808001', (r) => r.varint(), /too long/);
  f('ac02', (r) => r.varint(299), /exceeds 299/);
  f('03aabb', (r) => r.blob(10), /too early/);
  f('03aabbcc', (r) => r.blob(2), /exceeds 2/);
  f('ffffffffffffff0f', (r) => r.blob(Number.MAX_SAFE_INTEGER), /too early/);
  f('02c328', (r) => r.text(10), /not UTF-8/);
  f('03eda080', (r) => r.text(10), /not UTF-8/);
  f('00', (r) => r.end(), /longer/);
});

t.test('what is read does not depend on the message any more', async (t) => {
  const message = Buffer.from('020102', 'hex');
  const value = new ByteReader(message).blob(2);
  message.fill(0xff);
  t.same([...value], [1, 2]);
  t.equal(value.buffer.byteLength, 2);
});

t.test('everything written is read back, whatever the first size of the buffer', async (t) => {
  const unsigned = fc.maxSafeNat();
  const signed = fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 });
  const text = fc.string({ unit: 'grapheme' });
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(unsigned, signed, text, fc.uint8Array(), fc.integer({ min: 1, max: 20 }), (a, b, c, d, capacity) => {
        const bytes = new ByteWriter(capacity).varint(a).zigzag(b).text(c).blob(d).finish();
        const reader = new ByteReader(bytes);
        const same =
          reader.varint() === a &&
          reader.zigzag() === b &&
          reader.text(10_000) === c &&
          Buffer.from(reader.blob(10_000)).equals(Buffer.from(d));
        reader.end();
        return same;
      }),
    ),
  );
});
