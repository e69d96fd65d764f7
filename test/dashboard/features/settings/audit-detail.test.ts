import fc from 'fast-check';
import t from 'tap';
import { sayDetail } from '../../../../dashboard/features/settings/audit-detail.ts';
import { harmless } from '../../../../protocol/bidi.ts';
import { plain } from '../../../../protocol/said/plain.ts';
import { readSaid } from '../../../../protocol/said/read.ts';
import { holds } from '../../../support/property.ts';

const names = new Map([
  ['c1', 'Acme'],
  ['d1', 'db-1'],
]);
const lines = (detail: Readonly<Record<string, unknown>>): string[] =>
  sayDetail(detail, (id) => names.get(id) ?? null).map((field) => plain(field, 0));

t.test('what was kept of an act is told by its names and values', async (t) => {
  const f = (detail: Readonly<Record<string, unknown>>, ...want: string[]) => t.same(lines(detail), want);
  f({});
  f({ clientId: 'c1', expiresInMs: 600_000, uses: 2 }, 'Client: Acme', 'Valid for: 10 min', 'Uses: 2');
  f({ tokenId: 'gone', siteId: null }, 'Enrolment token: gone', 'Site: none');
  f(
    { deviceIds: ['d1', 'd2'], needed: 1, targetPpm: 999_500 },
    'Devices: db-1, d2',
    'Devices needed: 1',
    'Availability target: 99.95%',
  );
  f(
    { from: '2026-04-01T03:14:00.000Z', visible: true },
    'From: 2026-04-01 03:14:00 UTC',
    'The client may read it: yes',
  );
  f(
    { target: { id: 'd1', kind: 'device' }, durationMinutes: 90 },
    'Target: What: db-1, Kind: device',
    'Lasts: 1 h 30 min',
  );
  f({ linkId: 'a3f1c2d4-0000-4000-8000-000000000000' }, 'Report link: a3f1c2d4…');
  f({ dueAt: 5, tags: [] }, 'dueAt: 5', 'Tags: none');
});

t.test('whatever was kept is shown, and harmless', async (t) => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\u202Egnp.exe', '<b>', '\u2066', 'x'.repeat(20_000)),
  );
  const value = fc.letrec((tie) => ({
    one: fc.oneof(
      { depthSize: 'small' },
      hostile,
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('one')),
      fc.dictionary(hostile, tie('one')),
    ),
  })).one;
  holds(
    t,
    fc.property(fc.dictionary(hostile, value), (detail) => {
      // As the database gives it.
      const kept = JSON.parse(JSON.stringify(detail)) as Record<string, unknown>;
      return sayDetail(kept, () => null).every((field) => {
        const words = plain(field, 0);
        return readSaid(field).key !== 'unknown' && harmless(words) === words;
      });
    }),
  );
});
