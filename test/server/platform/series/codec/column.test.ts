import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { ByteWriter } from '../../../../../server/platform/series/codec/byte-writer.ts';
import { readColumn, writeColumn } from '../../../../../server/platform/series/codec/column.ts';
import { DamagedError } from '../../../../../server/platform/series/damaged-error.ts';
import { seeded } from '../../../../support/simulated-machine.ts';

const gap = Number.NaN;
const encode = (values: readonly number[]) => {
  const writer = new ByteWriter(1);
  writeColumn(writer, Float64Array.from(values));
  return writer.finish();
};
const decode = (bytes: Uint8Array, count: number) => [...readColumn(bytes, 0, bytes.length, count)];
const isKept = (values: readonly number[]) => {
  const read = decode(encode(values), values.length);
  return values.length === read.length && values.every((value, index) => Object.is(value, read[index]));
};
const times = (count: number, value: number) => Array<number>(count).fill(value);

t.test('bytes of every coding', async (t) => {
  const f = (values: readonly number[], hex: string) => {
    t.equal(Buffer.from(encode(values)).toString('hex'), hex);
    t.strictSame(decode(Buffer.from(hex, 'hex'), values.length), values);
  };
  const three = [0, 2, 1, 1, 0, 2, 2, 0, 1, 2, 0, 2];
  // Nothing but 0; only gaps; doubles.
  f([0, 0, 0], '');
  f([0, gap], '120100');
  f([], '00');
  f([gap, gap, gap], '00');
  f([-0], '010000000000000080');
  f([1e308, 5e-324], '01a0c8eb85f3cce17f0100000000000000');
  f([-0, gap], '11010000000000000080');
  // Constant.
  f([7], '0207');
  f([7, 7, 7], '0207');
  f([-7, -7], '2207');
  f([0.5, 0.5], '820105');
  f([9007199254740991, 9007199254740991], '02ffffffffffffff0f');
  f([50 * 2 ** 30, 50 * 2 ** 30], '421f19');
  // Values: plain, in digits, with escapes, by Rice's code.
  f([0, 1, 2, 0, 2, 1, 3], '0300022436');
  f([...three, ...three], '030040032ac58d493d');
  f([...three, 0, 2, 1, 1, 0, 2, 2, -70, 0, 2, 1, 1, 0], '230240862e8de5cacba7eed2009101');
  f([...three, 0, 2, 900, ...three.slice(0, 9)], '04000340866ad55e7078b5ea06fe0d8d0e');
  f([0, 1, 0, 3, 0, 0, 7, 1, 0, 2, 0, 1, 15], '030081caf88e3b20');
  f([20, 18, 21, 20, 20, 19, 20, 26, 20, 19, 21, 20, 20, 20, 14], '0314c122c2fac03d08');
  f([1003, 1013, 1023, 1003, 1033, 1013, 1023, 1043, 1003], '43c105066480659430');
  // Steps.
  f([10, 20, 30, 40], '040a1400');
  f([100, 101, 103, 104, 106, 107], '046402010a');
  f([2 ** 40, 5, 0, 1], '068080808080200300ffffffffff3f812f07');
  f([1, gap, 2, gap, 3], '1315010224');
  // Changes and levels.
  f([1, 1, 1, 2], '05010101020004');
  f([...times(21, 3), 4, 4], '05030104020024');
  f([...times(8, 5), ...times(5, 9), ...times(4, 7)], '060502020402a302');
  f([gap, gap, gap, 5, 6, 9], '133805819a');
  // Gaps as runs: a bit a value would be longer.
  f([...times(30, 1), ...times(30, gap)], '0a1e1e01');
});

t.test('the examples of the document are what is written', async (t) => {
  const document = readFileSync(new URL('../../../../../server/platform/series/FORMAT.md', import.meta.url), 'utf8');
  const rows = [...document.matchAll(/^\| `([^`]+)` \| `((?:[0-9a-f]{2} ?)+)` \|$/gm)];
  t.ok(rows.length >= 14, `${rows.length} examples`);
  for (const [, values = '', hex = ''] of rows) {
    const numbers = values.split(' ').map((value) => (value === 'gap' ? gap : Number(value)));
    t.equal(Buffer.from(encode(numbers)).toString('hex'), hex.replaceAll(' ', ''), values);
  }
});

t.test('values at the limits come back as they were', async (t) => {
  const largest = Number.MAX_SAFE_INTEGER;
  const f = (...values: number[]) => t.ok(isKept(values), values.join(' '));
  f(largest, 0);
  f(-largest, 0);
  f(largest, -largest);
  f(largest, -1, 0);
  f(0, largest, 0, largest, 0);
  f(0, -largest, 0, -largest);
  f(2 ** 52, -(2 ** 52) + 1, 3);
  f(2 ** 53, 2 ** 53 + 2);
  f(Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, -Number.MIN_VALUE);
  f(-0, 0, -0, gap);
  f(0.1, 0.2, 0.30000000000000004);
  f(1e-12, 1, 1e-13);
  f(123456789.000001, -0.000001, 9007199254.5);
  for (let width = 1; width <= 53; width += 1) {
    f(...Array.from({ length: 40 }, (_, index) => Math.floor((((index * 7919) % 40) / 40) * 2 ** width)));
    f(...Array.from({ length: 40 }, (_, index) => Math.floor((index / 40) ** 3 * 2 ** width)));
  }
});

t.test('any values come back as they were', async (t) => {
  const near = fc
    .tuple(fc.maxSafeInteger(), fc.nat({ max: 53 }))
    .map(([value, bits]) => Math.trunc(value / 2 ** bits) + 0);
  const decimal = fc.tuple(fc.integer(), fc.nat({ max: 6 })).map(([value, decimals]) => value / 10 ** decimals + 0);
  const any = fc.double({ noDefaultInfinity: true, noNaN: true });
  for (const kind of [
    near,
    decimal,
    any,
    fc.oneof(near, any),
    fc.nat({ max: 1 }),
    fc.nat({ max: 3 }).map((n) => n * 4096),
  ]) {
    const values = fc.array(fc.oneof({ weight: 9, arbitrary: kind }, fc.constant(gap)), { maxLength: 150 });
    fc.assert(fc.property(fc.oneof(values, fc.array(kind)), isKept), { numRuns: 400 });
    // A walk has small steps between large values, and long stretches without one.
    const walk = fc.tuple(
      near,
      fc.array(fc.oneof(fc.constant(0), fc.integer({ min: -300, max: 300 })), { maxLength: 150 }),
    );
    const walked = walk.map(([first, steps]) => {
      let value = first;
      return steps.map((step) => {
        value += step;
        return value;
      });
    });
    fc.assert(fc.property(walked, isKept), { numRuns: 200 });
  }
  t.pass('no counterexample');
});

t.test('noise with outliers comes back as it was, however it is told', async (t) => {
  const codings = new Set<string>();
  const noise = fc.record({
    range: fc.oneof(fc.nat({ max: 60 }), fc.nat({ max: 1e6 }), fc.nat({ max: 2 ** 50 })),
    outlier: fc.oneof(fc.nat({ max: 1e4 }), fc.nat({ max: 2 ** 50 })),
    share: fc.constantFrom(0, 0.02, 0.2, 0.8),
    sum: fc.constantFrom(1, 2, 6),
    seed: fc.integer(),
    isWalk: fc.boolean(),
    count: fc.nat({ max: 240 }),
  });
  fc.assert(
    fc.property(noise, ({ range, outlier, share, sum, seed, isWalk, count }) => {
      const random = seeded(seed);
      let value = 0;
      const values = Array.from({ length: count }, () => {
        const isOut = random() < share;
        let next = isOut ? Math.floor(random() * outlier) - Math.floor(random() * outlier) : 0;
        if (!isOut || !isWalk) for (let part = 0; part < sum; part += 1) next += Math.floor((random() * range) / sum);
        value = isWalk ? (value + next) % 2 ** 52 : next;
        return value;
      });
      const bytes = encode(values);
      // No unit, no gaps, and a base of one byte: what follows says how the numbers are told.
      const [head = 0, base = 0, numbers = 0, digits = 0] = bytes;
      if (head === 3 && base < 128) codings.add(numbers >> 6 === 1 ? `digits ${digits >> 7}` : `${numbers >> 6}`);
      return isKept(values);
    }),
    { numRuns: 3000 },
  );
  t.strictSame([...codings].sort(), ['0', '2', '3', 'digits 0', 'digits 1']);
});

t.test('an infinite value is refused', async (t) => {
  const f = (...values: number[]) => t.throws(() => encode(values), RangeError);
  f(Number.POSITIVE_INFINITY);
  f(1, Number.NEGATIVE_INFINITY);
  f(-0, Number.POSITIVE_INFINITY);
  f(1e-200, Number.POSITIVE_INFINITY);
  f(gap, Number.POSITIVE_INFINITY);
});

t.test('a column takes its place among others, and the room that it is given', async (t) => {
  const bytes = Uint8Array.from([9, 9, ...encode([1, 5, 2]), 9]);
  const into = new Float64Array(3);
  t.equal(readColumn(bytes, 2, bytes.length - 3, 3, into), into);
  t.strictSame([...into], [1, 5, 2]);
});

t.test('what cannot be is an error', async (t) => {
  const f = (why: string, hex: string, count: number) =>
    t.throws(() => decode(Buffer.from(hex, 'hex'), count), DamagedError, why);
  f('no lead', '02', 1);
  f('unknown coding', '0701', 1);
  f('unknown form of gaps', '1a0101', 1);
  f('bytes left over', '020700', 3);
  f('bytes left over behind nothing', '0000', 3);
  f('an integer without end', '02ffffffffffffffffffffff01', 3);
  f('an integer beyond 2^53', '02ffffffffffffff1f', 3);
  f('too many decimals', '821705', 2);
  f('too large a unit', '423601', 2);
  f('too wide', '030036', 4);
  f('too few bits', '0300022436', 9);
  f('too few bits of a wide number', '03003011223344556677', 2);
  f('digits of radix 0', '030040002ac58d493d', 24);
  f('digits of radix 1', '030040012ac58d493d', 24);
  f('too few digits', '030040032ac58d493d', 26);
  f('an escape too few', '230240862e8de5cacba7eed200', 25);
  f('an escape too many', '230240862e8de5cacba7eed200910100', 25);
  f('zeros without end', `030080${'00'.repeat(20)}`, 4);
  f('too few ends of zeros', '030081caf88e3b20', 19);
  f('too wide gaps', '05030119020024', 23);
  f('more changes than steps', '05030104020024', 1);
  f('a change behind the end', '05030104020024', 21);
  f('a run of gaps beyond the end', '0a1f1e01', 60);
  f('an empty run of gaps', '0a01000001', 60);
  f('gaps that are not there', '121f01', 5);
  f('no values but a coding', '120001', 5);
  f('too few doubles', '01000000', 1);
  f('values of an empty column', '0207', 0);
  t.throws(() => readColumn(new Uint8Array(4), 2, 3, 1), DamagedError);
  t.throws(() => readColumn(new Uint8Array(4), -1, 3, 1), DamagedError);
});

t.test('every bit of every coding is values or an error when it flips', async (t) => {
  const f = (values: readonly number[]) => {
    const bytes = encode(values);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = bytes.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      try {
        if (decode(flipped, values.length).length !== values.length) t.fail(`bit ${bit} of ${values}`);
      } catch (error) {
        if (!(error instanceof DamagedError)) t.fail(`bit ${bit} of ${values}: ${error}`);
      }
    }
    for (let length = 1; length < bytes.length; length += 1) {
      try {
        decode(bytes.subarray(0, length), values.length);
        t.fail(`the first ${length} of ${values}`);
      } catch (error) {
        if (!(error instanceof DamagedError)) t.fail(`the first ${length} of ${values}: ${error}`);
      }
    }
    t.pass(`${bytes.length} bytes`);
  };
  const random = seeded(7);
  const noise = (range: number) => Array.from({ length: 60 }, () => Math.floor(random() * range));
  f(noise(100));
  f(noise(2 ** 40));
  f(noise(3).map((value, index) => (index === 20 ? -900 : value)));
  f(noise(90).map((value) => Math.floor(value / (1 + random() * 30))));
  f(noise(90).map((value) => value * 4096 + 17));
  f(noise(50).map((value, index) => (index % 7 === 0 ? value : gap)));
  f(noise(30).map((_, index) => 1e9 + 40 * Math.floor(index / 6)));
  f(noise(30).map((_, index) => (index % 20 === 3 ? index * 7.25 : 4)));
  f([-0, 1e308, 5e-324, gap]);
});

t.test('any bytes are values or an error', async (t) => {
  const bytes = fc.uint8Array({ maxLength: 60 });
  fc.assert(
    fc.property(bytes, fc.nat({ max: 300 }), (bytes, count) => {
      try {
        return readColumn(bytes, 0, bytes.length, count).length === count;
      } catch (error) {
        return error instanceof DamagedError;
      }
    }),
    { numRuns: 20_000 },
  );
  t.pass('no counterexample');
});
