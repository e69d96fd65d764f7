import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { ByteReader, ByteWriter } from '../../../protocol/wire/bytes.ts';
import { canDelta, readChanges, writeChanges } from '../../../protocol/wire/delta.ts';
import { holds } from '../../support/property.ts';

type Scaled = (number | null)[];
const LARGEST = 2 ** 52 - 1;
const SMALLEST = -(2 ** 52);

function bytesOf(previous: Scaled, next: Scaled): Uint8Array {
  const writer = new ByteWriter(1);
  writeChanges(writer, previous, next);
  return writer.finish();
}

function read(bytes: Uint8Array, previous: Scaled): Scaled {
  const reader = new ByteReader(bytes);
  const next = readChanges(reader, previous);
  reader.end();
  return next;
}

t.test('the bytes of changes', async (t) => {
  const f = (previous: Scaled, next: Scaled, hex: string) => {
    const before = [...previous];
    t.equal(Buffer.from(bytesOf(previous, next)).toString('hex'), hex);
    t.strictSame(read(Buffer.from(hex, 'hex'), previous), next);
    t.strictSame(previous, before, 'the list before stays as it was');
  };
  f([], [], '');
  f([5], [5], '00');
  f([null], [null], '00');
  f([5], [6], '0102');
  f([5], [4], '0101');
  f([5], [0], '0109');
  f([0], [0], '00');
  f([5], [null], '0100');
  f([null], [5], '010a');
  f([null], [0], '0100');
  f([null], [-1], '0101');
  f([100, null, 7, 7], [98, 5, null, 7], '07030a00');
  f([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, 9], '8002');
  f([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 5, 6, 7, 8, 10], '000102');
  f([1_099_511_627_776], [1_099_511_631_872], '018040');
  f([0], [LARGEST], '01feffffffffffff0f');
  f([0], [-LARGEST], '01fdffffffffffff0f');
  f([null], [SMALLEST], '01ffffffffffffff0f');
  f([SMALLEST], [-1], '01feffffffffffff0f');
});

t.test('what has no changes', async (t) => {
  const f = (previous: Scaled, next: Scaled) => {
    t.notOk(canDelta(previous, next));
    t.throws(() => bytesOf(previous, next), RangeError);
  };
  f([], [1]);
  f([1, 2], [1]);
  f([SMALLEST], [0]);
  f([0], [SMALLEST]);
  f([1], [-LARGEST]);
  f([SMALLEST], [LARGEST]);
  t.ok(canDelta([SMALLEST, LARGEST], [null, LARGEST]));
  for (const before of [1, null]) t.throws(() => bytesOf([before], [1.5]), RangeError, 'values are integers');
});

t.test('what no writer writes is refused', async (t) => {
  const f = (previous: Scaled, hex: string, message: RegExp) =>
    t.throws(() => read(Buffer.from(hex, 'hex'), previous), {
      name: 'ProtocolError',
      code: 'frame_malformed',
      message,
    });
  f([5], '', /too early/);
  f([5], '01', /too early/);
  f([5], '0180', /too early/);
  f([5], '018000', /padded/);
  f([1, 2, 3, 4, 5, 6, 7, 8, 9], '01', /too early/);
  f([5], '02', /more values than there are/);
  f([1, 2, 3], '08', /more values than there are/);
  f([1, 2, 3, 4, 5, 6, 7, 8, 9], '0002', /more values than there are/);
  f([LARGEST], '0102', /out of the range/);
  f([SMALLEST], '0101', /out of the range/);
  f([0], '01ffffffffffffff0f', /out of the range/);
  f([LARGEST], '01ffffffffffffff0f', /out of the range/);
  f([5], '0002', /longer/);
  f([], '00', /longer/);
});

const value = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -300, max: 300 }) },
  fc.integer({ min: SMALLEST, max: LARGEST }),
  fc.constantFrom(SMALLEST, -LARGEST, LARGEST),
  fc.constant(null),
);
const pair = fc.nat(130).chain((length) => {
  const list = fc.array(value, { minLength: length, maxLength: length });
  const kept = fc.array(fc.boolean(), { minLength: length, maxLength: length });
  return fc
    .tuple(list, list, kept)
    .map(([before, other, keep]) => [before, other.map((one, at) => (keep[at] ? (before[at] ?? null) : one))] as const);
});

t.test('any two lists: the changes lead from one to the other, or there are none', async (t) => {
  holds(
    t,
    fc.property(pair, ([previous, next]) => {
      if (!canDelta(previous, next))
        return previous.some((before, at) => Math.abs((before ?? 0) - (next[at] ?? 0)) > LARGEST);
      return isDeepStrictEqual(read(bytesOf(previous, next), previous), next);
    }),
    { numRuns: 2_000 },
  );
});

t.test('any bytes: the only changes with these bytes, or a ProtocolError', async (t) => {
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 });
  holds(
    t,
    fc.property(
      pair,
      edits,
      fc.uint8Array({ maxLength: 40 }),
      fc.boolean(),
      ([previous, next], changes, noise, isNoise) => {
        const bytes = isNoise || !canDelta(previous, next) ? noise : bytesOf(previous, next);
        for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
        try {
          const got = read(bytes, previous);
          return Buffer.from(bytesOf(previous, got)).equals(Buffer.from(bytes));
        } catch (error) {
          return error instanceof Error && error.name === 'ProtocolError';
        }
      },
    ),
    { numRuns: 3_000 },
  );
});
