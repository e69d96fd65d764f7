import t from 'tap';
import { ByteReader, ByteWriter } from '../../../protocol/wire/bytes.ts';
import { readClocks, writeClocks } from '../../../protocol/wire/clocks.ts';

const roundTrip = (wallMs: number, monotonicMs: number, bootMs: number) => {
  const writer = new ByteWriter();
  writeClocks(writer, { wallMs, monotonicMs, bootMs });
  return Object.values(readClocks(new ByteReader(writer.finish())));
};

t.test('whole milliseconds, none before 1970', async (t) => {
  t.same(roundTrip(1_772_323_200_000, 12, 345), [1_772_323_200_000, 12, 345]);
  t.same(roundTrip(-5, 1.9, 0), [0, 1, 0]);
});

t.test('a reading is bounded, so that no sum of times overflows and each is a date', async (t) => {
  t.same(roundTrip(2 ** 50, 2 ** 50, 2 ** 50), [2 ** 50, 2 ** 50, 2 ** 50]);
  t.same(roundTrip(2 ** 53, 0, 0), [2 ** 50, 0, 0]);
  const hostile = new ByteWriter()
    .varint(0)
    .varint(0)
    .varint(2 ** 50 + 1)
    .finish();
  t.throws(() => readClocks(new ByteReader(hostile)), { code: 'frame_malformed' });
});
