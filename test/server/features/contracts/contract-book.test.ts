import t from 'tap';
import type { ContractTerms } from '../../../../protocol/api/contract.ts';
import { ContractBook, effectiveFrom } from '../../../../server/features/contracts/contract-book.ts';
import { deskTerms, wall } from '../../../support/contract-desk.ts';

const midnight = (date: string): number => wall(`${date}T00:00`);

/** Versions as they were made, one after the other. */
function bookOf(...made: readonly [madeAt: string, over: Partial<ContractTerms>][]): ContractBook {
  const book = new ContractBook();
  made.forEach(([madeAt, over], index) => {
    const terms = deskTerms(over);
    const version = index + 1;
    const createdAt = wall(madeAt);
    book.add('acme', {
      version,
      effectiveAt: effectiveFrom(version, terms, createdAt),
      createdAt,
      createdBy: 'Ann',
      terms,
    });
  });
  return book;
}

const spansOf = (book: ContractBook) => book.inForce('acme').map(({ version, from, until }) => [version, from, until]);
const forEver = Number.POSITIVE_INFINITY;

t.test('which version counts when', (t) => {
  t.same(spansOf(new ContractBook()), [], 'no contract');
  t.same(
    spansOf(bookOf(['2026-10-01T12:00', {}])),
    [[1, midnight('2026-01-01'), forEver]],
    'the first from its first day',
  );
  t.same(
    spansOf(bookOf(['2026-10-01T12:00', { endsOn: '2026-12-31' }])),
    [[1, midnight('2026-01-01'), midnight('2027-01-01')]],
    'through its last day',
  );
  t.same(
    spansOf(bookOf(['2026-02-01T12:00', {}], ['2026-10-01T12:00', { startsOn: '2026-01-01' }])),
    [
      [1, midnight('2026-01-01'), wall('2026-10-01T12:00')],
      [2, wall('2026-10-01T12:00'), forEver],
    ],
    'a later one from the instant it is made, whatever its first day',
  );
  t.same(
    spansOf(bookOf(['2026-02-01T12:00', {}], ['2026-10-01T12:00', { startsOn: '2027-01-01' }])),
    [
      [1, midnight('2026-01-01'), midnight('2027-01-01')],
      [2, midnight('2027-01-01'), forEver],
    ],
    'a renewal that is made early',
  );
  t.same(
    spansOf(bookOf(['2026-02-01T12:00', { endsOn: '2026-03-31' }], ['2026-10-01T12:00', {}])),
    [
      [1, midnight('2026-01-01'), midnight('2026-04-01')],
      [2, wall('2026-10-01T12:00'), forEver],
    ],
    'a gap stays a gap',
  );
  t.same(
    spansOf(bookOf(['2026-02-01T12:00', { startsOn: '2026-06-01' }], ['2026-03-01T12:00', { startsOn: '2026-05-01' }])),
    [[2, midnight('2026-05-01'), forEver]],
    'one that was replaced before it began',
  );
  t.same(
    spansOf(bookOf(['2026-02-01T12:00', {}], ['2026-10-01T12:00', { endsOn: '2026-09-30' }])),
    [[1, midnight('2026-01-01'), wall('2026-10-01T12:00')]],
    'ended by hand: from the instant that was decided',
  );
  t.end();
});

t.test('the terms at an instant, half-open', (t) => {
  const book = bookOf(['2026-02-01T12:00', {}], ['2026-10-01T12:00', {}]);
  const at = (instant: number) => book.at('acme', instant)?.version ?? null;
  t.equal(at(midnight('2026-01-01') - 1), null);
  t.equal(at(midnight('2026-01-01')), 1);
  t.equal(at(wall('2026-10-01T12:00') - 1), 1);
  t.equal(at(wall('2026-10-01T12:00')), 2);
  t.equal(book.at('globex', 0), null);
  t.end();
});

t.test('a calendar of the same terms is the same object, so that what is compiled of it is kept', (t) => {
  const { calendar } = deskTerms();
  const terms = deskTerms({
    saturday: true,
    siteCalendars: { s1: { ...calendar, weekly: [{ weekday: 1, from: '08:00', to: '09:00' }] } },
  });
  const book = new ContractBook();
  t.equal(book.calendar(terms, null), book.calendar(terms, null));
  t.equal(book.calendar(terms, 'elsewhere'), book.calendar(terms, null), 'a site without hours of its own');
  t.equal(book.calendar(terms, null).weekly.length, 6, 'with its Saturday');
  t.equal(book.calendar(terms, 's1').weekly.length, 1, 'the hours of the site');
  t.end();
});

t.test(
  'a version that a clock ahead has made is in force from when it was made, and a first day that was chosen stays',
  (t) => {
    const now = wall('2026-10-01T12:00');
    const book = bookOf(['2026-02-01T12:00', {}], ['2029-10-01T12:30', { startsOn: '2026-01-01' }]);
    book.redate(now, { sizeMs: 0, since: forEver });
    t.same(spansOf(book), [
      [1, midnight('2026-01-01'), now],
      [2, now, forEver],
    ]);
    const planned = bookOf(['2026-02-01T12:00', {}], ['2026-10-01T12:30', { startsOn: '2027-01-01' }]);
    planned.redate(now, { sizeMs: -3_600_000, since: wall('2026-10-01T12:10') });
    t.same(spansOf(planned).at(-1), [2, midnight('2027-01-01'), forEver]);
    t.equal(planned.versions('acme').at(-1)?.createdAt, wall('2026-10-01T11:30'));
    t.end();
  },
);
