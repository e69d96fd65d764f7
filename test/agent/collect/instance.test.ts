import fc from 'fast-check';
import t from 'tap';
import { instanceName } from '../../../agent/collect/instance.ts';

t.test('what may stand in a metric', async (t) => {
  t.equal(instanceName('/var/log'), '/var/log');
  t.equal(instanceName('/a\nb\u007f\u0085'), '/a\ufffdb\ufffd\ufffd');
  t.equal(instanceName('x'.repeat(200)), 'x'.repeat(200));
  t.match(instanceName('x'.repeat(201)), /^x{191}~[0-9a-f]{8}$/);
  t.not(instanceName(`${'x'.repeat(300)}1`), instanceName(`${'x'.repeat(300)}2`), 'two long ones stay apart');
});

t.test('property: at most 200 bytes, never half a character', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (raw) => {
        const name = instanceName(raw);
        return Buffer.byteLength(name) <= 200 && name.isWellFormed();
      }),
    ),
  );
});
