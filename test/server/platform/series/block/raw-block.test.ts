import fc from 'fast-check';
import t from 'tap';
import { encodeBlock, openBlock } from '../../../../../server/platform/series/block/raw-block.ts';
import { seal } from '../../../../../server/platform/series/block/seal.ts';
import { DamagedError } from '../../../../../server/platform/series/damaged-error.ts';
import { anyColumns, columnsOf } from '../../../../support/columns.ts';

const columns = columnsOf([
  [0, 7, 1200, null, 10, 35],
  [10_000, 8, 1300, null, 12, 35],
  [20_003, 9, 1250, 4096, 15, 35],
]);
const start = [
  '02 03', // version, reports
  '36 02 00112233445566778899aabbccddeeff 06 626f6f742d31', // evidence: its length, runs, the first
  'ffeeddccbbaa99887766554433221100 06 626f6f742d32', // the second
  '06 17 17 8827 d00f', // received 3 ms later, -12 ms, and the clocks
  '04 00 04 03 01 03 02 0b 01', // directory: spans of ids
  '0c 04 00 04 07 04 05 02', // and the lengths of 8 columns; the only run is 0 everywhere
]
  .join('')
  .replaceAll(' ', '');

t.test('bytes of a block', async (t) => {
  const hex = Buffer.from(encodeBlock(columns)).toString('hex');
  t.equal(hex.slice(0, start.length), start);
  t.equal(hex.length, start.length + 2 * (12 + 4 + 0 + 4 + 7 + 4 + 5 + 2 + 4), 'the columns and the checksum');
});

t.test('what is opened is what was laid down', async (t) => {
  const block = openBlock(encodeBlock(columns));
  t.equal(block.count, 3);
  t.equal(block.firstAt, 1_800_000_000_000);
  t.equal(block.lastAt, 1_800_000_020_003);
  t.strictSame(block.metricIds(), [3, 7, 8, 20]);
  t.strictSame(block.runs, columns.runs);
  t.strictSame(block.newest, columns.newest);
  t.strictSame([...(block.column(7) ?? [])], [Number.NaN, Number.NaN, 4096]);
  const into = new Float64Array(3);
  t.equal(block.column(8, into), into);
  t.strictSame([...into], [10, 12, 15]);
  t.equal(block.column(4), null, 'a metric that no report had');
  t.equal(block.column(300), null);
  fc.assert(
    fc.property(anyColumns, (any) => t.strictSame(openBlock(encodeBlock(any)).columns(), any)),
    { numRuns: 50 },
  );
});

t.test('bytes may lie anywhere in a larger array', async (t) => {
  const bytes = encodeBlock(columns);
  const larger = new Uint8Array(bytes.length + 20).fill(0xff);
  larger.set(bytes, 7);
  t.strictSame(openBlock(larger.subarray(7, 7 + bytes.length)).columns(), columns);
});

t.test('every flipped bit and every cut is noticed', async (t) => {
  const bytes = encodeBlock(columns);
  let noticed = 0;
  const isDamaged = (damaged: Uint8Array) => {
    try {
      openBlock(damaged);
      return false;
    } catch (error) {
      return error instanceof DamagedError;
    }
  };
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const damaged = bytes.slice();
    damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
    noticed += isDamaged(damaged) ? 1 : 0;
  }
  for (let length = 0; length < bytes.length; length += 1) noticed += isDamaged(bytes.subarray(0, length)) ? 1 : 0;
  t.equal(noticed, bytes.length * 9);
  t.ok(isDamaged(Uint8Array.from([...bytes, 0])), 'a byte too many');
});

t.test('with a checksum that fits, any bytes are a block or an error', async (t) => {
  const body = encodeBlock(columns).slice(0, -4);
  let opened = 0;
  const f = (bytes: Uint8Array) => {
    try {
      const { at, values } = openBlock(seal(bytes)).columns();
      for (const column of values.values()) if (column.length !== at.length) return false;
      opened += 1;
      return true;
    } catch (error) {
      return error instanceof DamagedError;
    }
  };
  for (let bit = 0; bit < body.length * 8; bit += 1) {
    const changed = body.slice();
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
    if (!f(changed)) t.fail(`bit ${bit}`);
  }
  for (let length = 1; length < body.length; length += 1) if (!f(body.slice(0, length))) t.fail(`length ${length}`);
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), f), { numRuns: 5000 });
  const spoilt = fc.array(fc.tuple(fc.nat({ max: body.length - 1 }), fc.nat({ max: 255 })), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(spoilt, (changes) => {
      const changed = body.slice();
      for (const [at, byte] of changes) changed[at] = byte;
      return f(changed);
    }),
    { numRuns: 5000 },
  );
  t.ok(opened > 0, 'some values only a checksum can tell from others');
});

t.test('a block of another version is refused, whatever is in it', async (t) => {
  const body = encodeBlock(columns).slice(0, -4);
  for (const version of [0, 1, 3, 255]) {
    body[0] = version;
    t.throws(() => openBlock(seal(body)), DamagedError, `version ${version}`);
  }
});

t.test('ids without end are an error', async (t) => {
  const f = (directory: string) => {
    const bytes = Buffer.from(`0201060000000000 00${directory}`.replaceAll(' ', ''), 'hex');
    t.throws(() => openBlock(seal(bytes)), DamagedError, directory);
  };
  f('01 00 ffffffffffffff0f');
  f('01 ffffffffffffff0f 01 00');
  f('02 00 01 00 05 00 00');
});

t.test('what is no block is refused', async (t) => {
  const f = (change: object) => t.throws(() => encodeBlock({ ...columns, ...change }), RangeError);
  f({ at: new Float64Array(0), sequence: new Float64Array(0) });
  f({ at: new Float64Array(65_537) });
  f({ sequence: new Float64Array(2) });
  f({ values: new Map([[1, Float64Array.of(1, 2, Number.POSITIVE_INFINITY)]]) });
  f({ runs: [{ runId: 'not hexadecimal', bootId: '' }] });
});
