import fc from 'fast-check';
import t from 'tap';
import { closeIsolates, harmless, harmlessJson, isolated, needsIsolation } from '../../protocol/bidi.ts';

const named = (text: string): string => harmlessJson(JSON.stringify(text));

const explicit = /[\u202A-\u202E]/;

/** Whether every isolate is closed in its own line, and nothing closes what is not open. */
function isBalanced(text: string): boolean {
  return text.split('\n').every((line) => {
    let depth = 0;
    for (const character of line) {
      if (/[\u2066-\u2068]/.test(character)) depth += 1;
      if (character === '\u2069' && --depth < 0) return false;
    }
    return depth === 0;
  });
}

t.test('what is written out, and what stays', (t) => {
  const same = (text: string) => t.equal(harmless(text), text, named(text));
  const shown = (text: string, want: string) => t.equal(harmless(text), want, named(text));

  shown('invoice\u202Efdp.exe', 'invoice[U+202E]fdp.exe');
  shown('\u202Adb\u202C', '[U+202A]db[U+202C]');
  shown('\u2067web', '[U+2067]web');
  shown('web\u2069, and more', 'web[U+2069], and more');
  shown('\u2066a\n\u2069b', '[U+2066]a\n[U+2069]b');
  shown('\u2068a\u2068b\u2069', '[U+2068]a\u2068b\u2069');
  shown('db\u200B-1', 'db[U+200B]-1');
  shown('d\u200Db', 'd[U+200D]b');
  shown('db\uFE0F', 'db[U+FE0F]');
  shown('\uFEFFdb', '[U+FEFF]db');
  shown('we\u00ADb', 'we[U+00AD]b');
  shown('db\u3164', 'db[U+3164]');
  shown('a\u2028b\u2029c', 'a[U+2028]b[U+2029]c');
  shown('\u001B[31mred\u0000\u0085', '[U+001B][31mred[U+0000][U+0085]');
  shown('a\rb', 'a[U+000D]b');
  shown('tag\u{E0041}', 'tag[U+E0041]');
  // What explains a character must itself be shown.
  shown('a\uFE0F\u200D', 'a[U+FE0F][U+200D]');

  same('a plain name, Größe, Ελλάδα, Москва, 東京');
  same('two\r\nlines\tand a tab');
  same('\u05E9\u05E8\u05EA\u200E-1\u200F');
  same('\u2066paired\u2069 and \u2067so \u2068is\u2069 this\u2069');
  same('\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645');
  same('\u0D28\u0D4D\u200D');
  same('\u{1F469}\u{1F3FD}\u200D\u{1F4BB} \u2764\uFE0F 1\uFE0F\u20E3');
  same('\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}');
  same('[U+202E]');
  t.end();
});

t.test('which names stand in an isolate', (t) => {
  const alone = (text: string, want: string) => t.equal(isolated(text), want, named(text));
  alone('db-1', 'db-1');
  alone('\u05E9\u05E8\u05EA 1', '\u2068\u05E9\u05E8\u05EA 1\u2069');
  alone('db \u05E9', '\u2068db \u05E9\u2069');
  alone('\u202E\u05E9', '\u2068[U+202E]\u05E9\u2069');
  alone('\u2069\u05E9\u2068', '\u2068[U+2069]\u05E9[U+2068]\u2069');
  alone('\u0661', '\u2068\u0661\u2069');
  alone('db\u200F', '\u2068db\u200F\u2069');
  alone('one\n\u05E9', 'one\n\u2068\u05E9\u2069');
  alone('disk \u2068\u05E9\u2069 is full', 'disk \u2068\u05E9\u2069 is full');
  t.equal(needsIsolation('disk \u2068\u05E9\u2069 is full'), false);
  t.equal(needsIsolation('disk \u05E9 is full'), true);
  t.end();
});

const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        ...'\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069\u200B\u200C\u200D\u200E\u200F\u061C\uFE0F\uFEFF\n\r\t\u2029'.split(
          '',
        ),
        'db-1',
        '\u05E9\u05E8\u05EA',
        '\u{1F3F4}',
        '\u{E0067}',
        '\u{1F469}',
        '\u0301',
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

t.test('of any text', (t) => {
  const holds = (what: string, property: (text: string) => boolean) =>
    t.doesNotThrow(() => fc.assert(fc.property(hostile, property), { numRuns: 3_000 }), what);

  holds('it is balanced, and nothing overrides', (text) =>
    [harmless(text), isolated(text)].every((shown) => isBalanced(shown) && !explicit.test(shown)),
  );
  holds('twice is once', (text) => {
    const [shown, alone] = [harmless(text), isolated(text)];
    return (
      harmless(shown) === shown && isolated(alone) === alone && harmless(alone) === alone && isolated(shown) === alone
    );
  });
  holds('no line is made or lost', (text) => isolated(text).split('\n').length === text.split('\n').length);
  holds('an isolated one needs no other', (text) => !needsIsolation(isolated(text)));
  holds('cut anywhere and closed, it is balanced', (text) => {
    const characters = [...isolated(text)];
    return characters.every((_, at) => isBalanced(closeIsolates(characters.slice(0, at).join(''))));
  });
  holds('its JSON is the same document', (text) => {
    const json = harmlessJson(JSON.stringify({ text }));
    return JSON.parse(json).text === text && !/[\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]/.test(json);
  });
  holds('nobody else makes two names one, unless a name is written as a control is', (text) => {
    const other = text.replace(/[\p{Default_Ignorable_Code_Point}]/gu, '');
    return other === text || harmless(text) !== harmless(other) || harmless(text) === text;
  });
  t.end();
});

t.test('text without controls is as it was', (t) => {
  const plain = fc.string({ unit: fc.integer({ min: 0x20, max: 0x10ffff }).filter(isPlain).map(String.fromCodePoint) });
  t.doesNotThrow(() => fc.assert(fc.property(plain, (text) => harmless(text) === text)));
  t.end();
});

function isPlain(codePoint: number): boolean {
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return false;
  return !/[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u.test(String.fromCodePoint(codePoint));
}

t.test('a long hostile text takes no long time', (t) => {
  for (const part of [
    '\u2068',
    '\u2069',
    '\u{E0067}',
    '\u{1F3F4}\u{E0067}',
    '\u0301\u200D',
    '\u05E9\u202E',
    '\u2068\n',
  ]) {
    const text = part.repeat(100_000);
    const startedAt = process.cpuUsage().user;
    t.equal(isBalanced(isolated(text)), true, named(part));
    t.ok(process.cpuUsage().user - startedAt < 20_000_000, named(part));
  }
  t.end();
});
