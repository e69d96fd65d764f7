import fc from 'fast-check';
import t from 'tap';
import { BitReader, BitWriter } from '../../../../../server/platform/series/codec/bits.ts';
import { ByteWriter } from '../../../../../server/platform/series/codec/byte-writer.ts';
import { Cursor } from '../../../../../server/platform/series/codec/cursor.ts';
import { addDigits, digitBits, MAX_RADIX, writeDigits } from '../../../../../server/platform/series/codec/digits.ts';
import { DamagedError } from '../../../../../server/platform/series/damaged-error.ts';

const write = (digits: readonly number[], radix: number) => {
  const writer = new ByteWriter(1);
  const bits = new BitWriter(writer);
  writeDigits(bits, Float64Array.from(digits), digits.length, radix);
  bits.end();
  return writer.finish();
};

t.test('bits that digits take', async (t) => {
  const f = (count: number, radix: number, bits: number) =>
    t.equal(digitBits(count, radix), bits, `${count} of ${radix}`);
  f(0, 3, 0);
  f(1, 3, 2);
  f(5, 3, 8);
  f(12, 3, 20);
  f(120, 3, 192);
  f(120, 2, 120);
  f(120, 64, 720);
  f(3, 5, 7);
  f(2, 11, 7);
  f(1, 127, 7);
});

t.test('words of digits', async (t) => {
  const f = (digits: readonly number[], radix: number, hex: string) =>
    t.equal(Buffer.from(write(digits, radix)).toString('hex'), hex, digits.join(' '));
  f([2], 3, '02');
  f([0, 2, 1, 1, 0], 3, '2a');
  f([0, 2, 1, 1, 0, 2, 2], 3, '2a08');
  f([10, 10], 11, '78');
});

t.test('digits of every radix come back', async (t) => {
  for (let radix = 2; radix <= MAX_RADIX; radix += 1) {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: radix - 1 }), { maxLength: 130 }), (digits) => {
        const bytes = write(digits, radix);
        const read = new Float64Array(digits.length).fill(1);
        addDigits(new BitReader(new Cursor(bytes)), read, digits.length, radix, 1024);
        const isShort = bytes.length === Math.ceil(digitBits(digits.length, radix) / 8);
        return isShort && digits.every((digit, index) => 1 + 1024 * digit === read[index]);
      }),
      { numRuns: 60 },
    );
    // The largest word of all: its quotients are the hardest.
    const largest = new Array<number>(120).fill(radix - 1);
    const read = new Float64Array(120);
    addDigits(new BitReader(new Cursor(write(largest, radix))), read, 120, radix, 1);
    if (read.some((digit) => digit !== radix - 1)) t.fail(`radix ${radix}`);
  }
  t.pass('no counterexample');
});

t.test('too few bytes are an error', async (t) => {
  const bits = new BitReader(new Cursor(Uint8Array.of(1)));
  t.throws(() => addDigits(bits, new Float64Array(6), 6, 3, 1), DamagedError);
});
