import fc from 'fast-check';
import t from 'tap';
import { encodeRecord, scanRecords } from '../../../agent/spool/record.ts';

t.test('the bytes of a record', async (t) => {
  t.equal(encodeRecord(Buffer.from('0102', 'hex')).toString('hex'), '565202000000c5501f0b0102');
});

t.test('reads back what was written, whatever stands between', async (t) => {
  const payload = fc.uint8Array({ minLength: 1, maxLength: 40 });
  const junk = fc.uint8Array({ maxLength: 30 });
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.array(fc.tuple(junk, payload), { maxLength: 10 }), junk, (parts, end) => {
        const bytes = Buffer.concat([...parts.flatMap(([noise, data]) => [noise, encodeRecord(data)]), end]);
        const scan = scanRecords(bytes);
        const noiseBytes = parts.reduce((sum, [noise]) => sum + noise.length, 0);
        return (
          Buffer.concat(scan.payloads).equals(Buffer.concat(parts.map(([, data]) => data))) &&
          scan.damagedBytes === noiseBytes &&
          scan.tornBytes === end.length
        );
      }),
    ),
  );
});

t.test('takes no damaged record for a sound one', async (t) => {
  const record = encodeRecord(Buffer.from('the quick brown fox'));
  for (let bit = 0; bit < record.length * 8; bit += 1) {
    const damaged = Buffer.from(record);
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    if (scanRecords(damaged).payloads.length > 0) t.fail(`bit ${bit} flipped unnoticed`);
  }
  t.pass('every flipped bit is noticed');
});
