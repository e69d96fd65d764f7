import fc from 'fast-check';
import t from 'tap';
import { fitted, fittedText, plainText } from '../../../../server/platform/notify/plain-text.ts';
import { holds } from '../../../support/property.ts';
import { sampleMessage } from './conformance.ts';

const units = (text: string): number => text.length;
const lines = ['one', 'two', 'three', 'four'];
const short = { sentence: 'Much.', facts: [], link: 'https://v.example/incidents' };

t.test('a text that fits is whole', async (t) => {
  const message = sampleMessage({ ...short, lines, more: 2 });
  const whole = 'Much.\n\n- one\n- two\n- three\n- four\n- and 2 more\n\nhttps://v.example/incidents';
  t.equal(plainText(message), whole);
  t.equal(fittedText(message, { size: units, max: whole.length }), whole);
});

t.test('one that does not names what fits and counts the rest', async (t) => {
  const message = sampleMessage({ ...short, lines: Array.from({ length: 30 }, (_, n) => `entry ${n}`), more: 8 });
  t.equal(
    fittedText(message, { size: units, max: 98 }),
    'Much.\n\n- entry 0\n- entry 1\n- entry 2\n- entry 3\n- and 34 more\n\nhttps://v.example/incidents',
  );
});

t.test(
  'whatever the entries and the room: it fits, the link is whole, and everything is named or counted',
  async (t) => {
    const text = fc.string({ unit: 'grapheme', maxLength: 400 });
    const entry = text.map((value) => `entry ${value.replaceAll('\n', ' ')}`);
    holds(
      t,
      fc.property(
        fc.array(entry, { minLength: 1, maxLength: 60 }),
        fc.nat(500),
        text,
        fc.integer({ min: 200, max: 5_000 }),
        fc.constantFrom(units, Buffer.byteLength),
        (entries, more, sentence, max, size) => {
          const message = sampleMessage({ lines: entries, more, sentence });
          const fits = fittedText(message, { size, max });
          const named = fits.match(/^- entry /gm)?.length ?? 0;
          const rest = entries.length + more - named;
          return (
            size(fits) <= max &&
            fits.endsWith(`\n\n${message.link}`) &&
            (rest === 0 || fits.includes(`\n- and ${rest} more\n\n${message.link}`)) &&
            fits.isWellFormed()
          );
        },
      ),
    );
  },
);

t.test('a cut never halves a character', async (t) => {
  t.equal(fitted('💾💾💾', { size: units, max: 5 }), '💾💾…');
  t.equal(fitted('💾💾💾', { size: Buffer.byteLength, max: 10 }), '💾…');
  t.equal(fitted('💾', { size: Buffer.byteLength, max: 2 }), '');
  t.equal(fitted('abc', { size: units, max: 3 }), 'abc');
});
