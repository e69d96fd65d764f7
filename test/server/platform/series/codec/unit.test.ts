import fc from 'fast-check';
import t from 'tap';
import { ByteWriter } from '../../../../../server/platform/series/codec/byte-writer.ts';
import { Cursor } from '../../../../../server/platform/series/codec/cursor.ts';
import { powerOfTwo, readUnit, unitBytes, writeUnit } from '../../../../../server/platform/series/codec/unit.ts';
import { DamagedError } from '../../../../../server/platform/series/damaged-error.ts';

const bytesOf = (divisor: number, offset: number) => {
  const writer = new ByteWriter(1);
  writeUnit(writer, { divisor, offset });
  return writer.finish();
};

t.test('bytes of a unit', async (t) => {
  const f = (divisor: number, offset: number, hex: string) =>
    t.equal(Buffer.from(bytesOf(divisor, offset)).toString('hex'), hex, `${divisor} ${offset}`);
  f(4096, 0, '0c');
  f(10, 0, '4105');
  f(3, 0, '4003');
  f(4096, 1, '8c02');
  f(10, -3, 'c10505');
  f(2 ** 52, 0, '34');
});

t.test('units come back, in as many bytes as was said', async (t) => {
  const limit = 2 ** 52 - 1;
  const divisor = fc
    .oneof(
      fc.maxSafeNat(),
      fc.nat({ max: 52 }).map((power) => 2 ** power),
    )
    .map((any) => any || 1);
  fc.assert(
    fc.property(divisor, fc.integer({ min: -limit, max: limit }), (divisor, offset) => {
      const bytes = bytesOf(divisor, offset);
      const unit = readUnit(new Cursor(bytes));
      return unit.divisor === divisor && unit.offset === offset && bytes.length === unitBytes(unit);
    }),
    { numRuns: 2000 },
  );
  t.pass('no counterexample');
});

t.test('how often 2 divides', async (t) => {
  const f = (integer: number, power: number) => t.equal(powerOfTwo(integer), power, `${integer}`);
  f(1, 0);
  f(-6, 1);
  f(65_536, 16);
  f(2 ** 52, 52);
  f(Number.MAX_SAFE_INTEGER, 0);
});

t.test('what cannot be is an error', async (t) => {
  const f = (hex: string) => t.throws(() => readUnit(new Cursor(Buffer.from(hex, 'hex'))), DamagedError, hex);
  f('');
  f('36');
  f('40');
  f('80');
});
