import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { errorCodes, SentenceError, VigiaError } from '../../../protocol/error.ts';
import { wholeEnglish } from '../../../protocol/said/en/whole.ts';
import { facts } from '../../../protocol/said/facts.ts';
import type { Spec } from '../../../protocol/said/kinds.ts';
import { part } from '../../../protocol/said/part.ts';
import { plain } from '../../../protocol/said/plain.ts';
import { readSaid } from '../../../protocol/said/read.ts';
import { refusalFacts } from '../../../protocol/said/refusals.ts';
import { refused, saidOf } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { word } from '../../../protocol/said/word.ts';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { holds } from '../../support/property.ts';

t.test('an error is its fact, and its message the plain words of it', async (t) => {
  const error = refused('conflict', said('refused.named.client', { name: 'Acme' }), { a: 1 });
  t.match(error, {
    code: 'conflict',
    message: 'There is a client named "Acme" already.',
    said: { key: 'refused.named.client', params: { name: 'Acme' } },
    details: { a: 1 },
  });
  for (const code of Object.keys(errorCodes) as (keyof typeof errorCodes)[]) {
    const alone = new VigiaError(code);
    t.same(alone.said, { key: `error.${code}`, params: {} });
    t.equal(alone.message, plain(alone.said!, 0), code);
  }
  t.match(saidOf(error), { key: 'refused.named.client' });
  t.match(saidOf(new SentenceError('conflict', 'x')), { key: 'program', params: { text: 'x' } });
});

t.test('the check of types refuses an error that is a sentence, and words that are missing', async (t) => {
  // @ts-expect-error a code of the API with a sentence alone
  t.ok(new VigiaError('conflict', 'No.'));
  // @ts-expect-error no such fact
  t.equal(plain(said('refused.of-tomorrow'), 0), 'refused.of-tomorrow');
  // @ts-expect-error a parameter is missing
  t.ok(said('refused.named.client', {}));
  // @ts-expect-error a parameter is of another kind
  t.ok(said('refused.audit.too-many', { most: 'many' }));
  // @ts-expect-error a key without words
  t.ok(part({ 'a.b': {} }, { en: {} }));
  // @ts-expect-error words that ask for a parameter that is not there
  t.ok(part({ 'a.b': { x: 'name' } }, { en: { 'a.b': (p) => p.y } }));
});

t.test('the server makes no error of a sentence alone, but of what it was told', async (t) => {
  const files = readdirSync(inRoot('server'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const making = files.filter((name) => /new SentenceError\(/.test(readFileSync(join(inRoot('server'), name), 'utf8')));
  t.same(making.sort(), [
    'app/own-series.ts', // the package of the series, which words its own
    'cli/local-socket.ts', // the running server's answer
    'platform/store/sqlite-error.ts', // of a thread of another version
  ]);
  t.ok(files.length > 300);
});

t.test('what pages load at first has none of these words', async (t) => {
  t.same(
    Object.keys(refusalFacts).filter((key) => Object.hasOwn(facts, key)),
    [],
  );
  t.ok(Object.keys(refusalFacts).length > 300);
});

const hostile = fc.constantFrom(
  '<img src=x onerror=alert(1)>',
  'a\u202Eb\u2066c',
  '\u05E9\u05E8\u05EA',
  'x'.repeat(200_000),
  '\0\r\n\t',
  '\uD800',
  '{constructor}',
  '',
);

function hostileValue(spec: Spec): fc.Arbitrary<unknown> {
  if (typeof spec !== 'string') return fc.constantFrom(...spec);
  if (spec.endsWith('?')) return fc.option(hostileValue(spec.slice(0, -1) as Spec), { nil: null });
  switch (spec) {
    case 'name':
    case 'text':
    case 'typed':
    case 'date':
      return hostile;
    case 'names':
      return fc.array(hostile, { maxLength: 3 });
    case 'flag':
      return fc.boolean();
    case 'said':
      return hostile.map((text) => ({ key: 'program', params: { text } }));
    case 'saids':
      return fc.array(
        hostile.map((text) => ({ key: 'program', params: { text } })),
        { maxLength: 3 },
      );
    default:
      return fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
  }
}

t.test('whatever is in an error, its words are harmless and end', (t) => {
  for (const [key, specs] of Object.entries<{ readonly [name: string]: Spec }>(refusalFacts)) {
    const params = fc.record(
      Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, hostileValue(spec)])),
    );
    holds(
      t,
      fc.property(params, (values) => {
        const words = word(readSaid({ key, params: values }), {
          catalogue: wholeEnglish,
          timeZone: 'Europe/Madrid',
          now: 0,
          instants: 'local',
        });
        return (
          words.isWellFormed() &&
          words.length < 60_000 &&
          !/[\u202A-\u202E]/.test(words) &&
          !/undefined|\[object/.test(words)
        );
      }),
      { numRuns: 25 },
    );
  }
  t.end();
});
