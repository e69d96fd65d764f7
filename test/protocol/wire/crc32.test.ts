import { crc32 as known } from 'node:zlib';
import fc from 'fast-check';
import t from 'tap';
import { crc32 } from '../../../protocol/wire/crc32.ts';
import { holds } from '../../support/property.ts';

t.test('it is the CRC-32 that everybody means', async (t) => {
  t.equal(crc32(Buffer.from('123456789')) >>> 0, 0xcbf43926);
  t.equal(crc32(new Uint8Array()), 0);
  const parts = fc.tuple(fc.uint8Array({ maxLength: 200 }), fc.uint8Array(), fc.nat(10));
  holds(
    t,
    fc.property(parts, ([first, second, cut]) => {
      const end = Math.max(0, second.length - cut);
      return crc32(second, end, crc32(first)) >>> 0 === known(second.slice(0, end), known(first));
    }),
  );
});
