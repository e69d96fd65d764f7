import fc from 'fast-check';
import t from 'tap';
import { freeSlug, slugify } from '../../../../server/platform/store/slug.ts';

t.test('slugify', async (t) => {
  const f = (name: string, want: string) => t.equal(slugify(name, 'client'), want, name);
  f('Acme', 'acme');
  f('Müller & Söhne GmbH', 'muller-sohne-gmbh');
  f('Straße 7', 'strasse-7');
  f('Łódź Øre Æon', 'lodz-ore-aeon');
  f('  --Web_01.example.com--  ', 'web-01-example-com');
  f('İstanbul', 'istanbul');
  f('株式会社 ABC', 'abc');
  f('株式会社', 'client-e684');
  f('!!!', 'client-e84c');
  f('Ａｃｍｅ ①', 'acme-1');
  f('a'.repeat(60), 'a'.repeat(48));
  f(`${'a'.repeat(47)} b`, 'a'.repeat(47));
  t.equal(slugify('Москва', 'site').replace(/[0-9a-f]{4}$/, '????'), 'site-????');
});

t.test('any name gives a label-safe slug, always the same', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (name) => {
      const slug = slugify(name, 'client');
      return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug) && slug.length <= 48 && slug === slugify(name, 'client');
    }),
  );
  t.pass();
});

t.test('freeSlug', async (t) => {
  const f = (taken: string[], want: string) => t.equal(freeSlug('web', new Set(taken)), want);
  f([], 'web');
  f(['mail'], 'web');
  f(['web'], 'web-2');
  f(['web', 'web-2', 'web-4'], 'web-3');
});
