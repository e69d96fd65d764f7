import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { ByteWriter } from '../../../../protocol/bytes.ts';
import { readColumn, writeColumn } from '../../../../server/series/codec/column.ts';
import { DamagedError } from '../../../../server/series/damaged-error.ts';

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
  // Only gaps, then doubles.
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
  // Values.
  f([1, 1, 1, 2], '0301000108');
  f([4096, 8192, 0, 20480], '468020802003040b');
  // Steps.
  f([10, 20, 30, 40], '440a0a0200');
  f([100, 101, 103, 104, 106, 107], '046402010a');
  f([1, gap, 2, gap, 3], '1415010200');
  // Changes.
  f([...times(8, 5), ...times(5, 9), ...times(4, 7)], '4505020102801003');
  f([...times(9, 0), 1, ...times(9, 0), 2, 0, 0, 0], '0500030300030c0b01');
  // Runs.
  f([...times(21, 3), 4, 4], '060301120300');
  f([gap, gap, gap, 5, 6, 9], '1638050307');
  f([2 ** 40, 5, 0, 1], '06808080808020f6ffffffff3f0a03');
  f([0.1, 0.25, -3], 'c6020a05078201');
  // Gaps as runs: a bit a value would be longer.
  f([...times(30, 1), ...times(30, gap)], '0a1e1e01');
});

t.test('the examples of the document are what is written', async (t) => {
  const document = readFileSync(new URL('../../../../docs/storage.md', import.meta.url), 'utf8');
  const rows = [...document.matchAll(/^\| `([^`]+)` \| `((?:[0-9a-f]{2} ?)+)` \|$/gm)];
  t.ok(rows.length >= 9, `${rows.length} examples`);
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
  f('no bytes', '', 1);
  f('unknown coding', '0701', 1);
  f('unknown form of gaps', '1a0101', 1);
  f('bytes left over', '020700', 3);
  f('bytes left over behind nothing', '0000', 3);
  f('an integer without end', '02ffffffffffffffffffffff01', 3);
  f('an integer beyond 2^53', '02ffffffffffffff1f', 3);
  f('too many decimals', '821705', 2);
  f('too wide', '03010036', 4);
  f('too few bits', '0301000108', 9);
  f('too few changes', '05000303', 23);
  f('a run beyond the end', '0603011303', 22);
  f('a run of gaps beyond the end', '0a1f1e01', 60);
  f('an empty run of gaps', '0a01000001', 60);
  f('gaps that are not there', '121f01', 5);
  f('no values but a coding', '120001', 5);
  f('too few doubles', '01000000', 1);
  f('values of an empty column', '0207', 0);
  t.throws(() => readColumn(new Uint8Array(4), 2, 3, 1), DamagedError);
  t.throws(() => readColumn(new Uint8Array(4), -1, 3, 1), DamagedError);
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
