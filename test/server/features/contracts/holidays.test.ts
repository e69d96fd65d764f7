import { readFileSync } from 'node:fs';
import t from 'tap';
import { createOwnActs } from '../../../../server/cli/own-acts.ts';
import type { Act } from '../../../../server/core/incidents/act.ts';
import { holidayLibrary, reviewedCorrections } from '../../../../server/features/contracts/holiday-corrections.ts';
import { createHolidays, holidays } from '../../../../server/features/contracts/holidays.ts';
import { Lane } from '../../../../server/watch/lane.ts';
import { tempStore } from '../../../support/store.ts';

t.test('the holidays of a year, one a date, in order', async (t) => {
  const found = await holidays.ofYear('CR', null, 2026);
  const names = new Map(found.map(({ date, name, type }) => [date, `${name} (${type})`]));
  t.equal(names.get('2026-01-01'), "New Year's Day (public)");
  t.equal(names.get('2026-05-01'), 'Labour Day (public)');
  t.equal(names.get('2026-04-03'), 'Good Friday (public)', 'one that moves with Easter');
  const dates = found.map(({ date }) => date);
  t.same(dates, [...new Set(dates)].sort());
  t.ok(dates.every((date) => date.startsWith('2026-')));
});

t.test('regions have holidays of their own', async (t) => {
  const countries = await holidays.countries();
  const germany = countries.find(({ code }) => code === 'DE');
  t.equal(germany?.name, 'Germany');
  t.ok(germany?.regions.some(({ code, name }) => code === 'BY' && name === 'Bayern'));
  const epiphany = async (region: string | null) =>
    (await holidays.ofYear('DE', region, 2026)).find(({ date }) => date === '2026-01-06')?.type ?? 'none';
  t.same([await epiphany('BY'), await epiphany(null)], ['public', 'none']);
});

t.test('unknown countries and regions are refused with a sentence', async (t) => {
  const refused = { code: 'validation_failed' };
  await t.rejects(holidays.ofYear('XX', null, 2026), {
    ...refused,
    message: /^No holidays are known for the country "XX"/,
  });
  await t.rejects(holidays.ofYear('constructor', null, 2026), refused);
  await t.rejects(holidays.ofYear('CR', 'nowhere', 2026), {
    ...refused,
    message: /^No holidays are known for the region "nowhere" of CR/,
  });
  await t.rejects(holidays.ofYear('DE', 'toString', 2026), refused);
});

const publicDays = async (country: string, year: number): Promise<string[]> =>
  (await holidays.ofYear(country, null, year)).filter(({ type }) => type === 'public').map(({ date }) => date.slice(5));

/** Copied from what the authorities and newspapers of each country list, not from the library. */
t.test('the home countries in the years that contracts are made for', async (t) => {
  const f = async (country: string, year: number, want: string) =>
    t.same(await publicDays(country, year), want.split(' '), `${country} ${year}`);
  await f('CR', 2026, '01-01 04-02 04-03 04-11 05-01 07-25 08-02 08-15 08-31 09-15 12-01 12-25');
  await f('CR', 2027, '01-01 03-25 03-26 04-11 05-01 07-25 08-02 08-15 08-31 09-15 12-01 12-25');
  await f('CR', 2024, '01-01 03-28 03-29 04-15 05-01 07-29 08-02 08-15 08-31 09-15 12-01 12-25');
  await f('CR', 2023, '01-01 04-06 04-07 04-10 05-01 07-24 08-02 08-14 09-03 09-15 12-01 12-25');
  await f('CR', 2019, '01-01 04-11 04-18 04-19 05-01 07-25 08-02 08-15 09-15 10-12 12-25');
  await f('PY', 2026, '01-01 03-01 04-02 04-03 05-01 05-14 05-15 06-12 06-20 06-30 08-15 09-29 12-08 12-25');
  await f('PY', 2027, '01-01 03-01 03-25 03-26 05-01 05-14 05-15 06-12 06-20 08-15 09-29 12-08 12-25');
  await f('BR', 2027, '01-01 03-26 04-21 05-01 09-07 10-12 11-02 11-15 11-20 12-25');
  await f(
    'RU',
    2026,
    '01-01 01-02 01-03 01-04 01-05 01-06 01-07 01-08 01-09 02-23 03-08 03-09 05-01 05-09 05-11 06-12 11-04 12-31',
  );
  await f(
    'RU',
    2027,
    '01-01 01-02 01-03 01-04 01-05 01-06 01-07 01-08 02-23 03-08 05-01 05-03 05-09 05-10 06-12 06-14 11-04',
  );
  const brazil = await publicDays('BR', 2026);
  // Elections are on Sundays.
  t.same(
    brazil.filter((day) => day !== '10-04' && day !== '10-25').join(' '),
    '01-01 04-03 04-21 05-01 09-07 10-12 11-02 11-15 11-20 12-25',
  );
});

t.test('the corrections were made for the library that is installed', async (t) => {
  const folder = new URL('../../../../node_modules/date-holidays/', import.meta.url);
  const { version } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as { version: string };
  t.equal(holidayLibrary.version, version, 'look at each correction again, then set version and date');
  const changes = readFileSync(new URL('CHANGELOG.md', folder), 'utf8');
  t.ok(changes.includes(`...${version}) (${holidayLibrary.releasedOn})`), 'the date of that version');
  for (const { source, why } of reviewedCorrections) t.ok(source.startsWith('https://') && why.length > 10, why);
});

/** What is kept, and when it is written: at instant 1 first, and so on. */
async function kept(t: Parameters<typeof tempStore>[0]) {
  const store = await tempStore(t);
  let at = 0;
  const now = (): number => {
    at += 1_000;
    return at;
  };
  const lane = new Lane(10);
  const { act } = createOwnActs(store, now);
  const inTurn: Act = (...given) => lane.run(() => act(...given));
  return { settings: store.settings, act: inTurn };
}
const desk = ({ settings, act }: Awaited<ReturnType<typeof kept>>) => createHolidays(settings, act);
const ann = { id: 'u1', name: 'Ann' };
const correction = { country: 'PY', region: null, year: 2027, added: [], removed: [], why: 'Decree 4711 of 2026' };

t.test('what was changed of the library is said, with its source', async (t) => {
  const year = await desk(await kept(t)).year('CR', null, 2026);
  t.match(year, {
    library: { name: 'date-holidays', version: /^\d/, releasedOn: /^\d{4}-\d\d-\d\d$/ },
    corrected: null,
    notes: [],
  });
  t.match(year.corrections, [
    { date: '2026-08-31', kind: 'added', why: /Ley 10050/, source: /^https:/ },
    { date: '2026-10-09', kind: 'removed', name: 'Columbus Day', why: /Ley 9803/ },
    { date: '2026-12-01', kind: 'added', name: 'Army Abolition Day', by: null },
  ]);
  t.match((await desk(await kept(t)).year('RU', null, 2027)).notes, [/decree moves days off/]);
  t.same((await desk(await kept(t)).year('DE', 'BY', 2026)).corrections, []);
});

t.test('a person corrects a year: it is kept, shown, and counts for that year alone', async (t) => {
  const before = await kept(t);
  const office = desk(before);
  const input = { ...correction, added: [{ date: '2027-06-14', name: 'Chaco Armistice' }], removed: ['2027-06-12'] };
  const corrected = await office.correct(input, ann);
  const dates = corrected.items.map(({ date }) => date);
  t.ok(dates.includes('2027-06-14') && !dates.includes('2027-06-12'));
  t.same(dates, dates.toSorted(), 'in order');
  t.match(
    corrected.corrections.filter(({ by }) => by === 'Ann'),
    [
      { date: '2027-06-12', kind: 'removed', why: 'Decree 4711 of 2026', source: null },
      { date: '2027-06-14', kind: 'added', name: 'Chaco Armistice' },
    ],
  );
  t.match(corrected.corrected, { by: 'Ann', at: '1970-01-01T00:00:01.000Z', removed: ['2027-06-12'] });
  t.same(await desk(before).year('PY', null, 2027), corrected, 'also after a restart');
  t.equal((await office.year('PY', null, 2028)).corrected, null);
  const both = [2029, 2030].map((year) =>
    office.correct(
      { ...input, year, added: [{ date: `${year}-01-02`, name: 'x' }], removed: [] },
      { id: 'u2', name: 'Bo' },
    ),
  );
  await Promise.all(both);
  t.ok(
    (await office.year('PY', null, 2029)).corrected && (await office.year('PY', null, 2030)).corrected,
    'none is lost',
  );
  t.equal((await office.correct(correction, ann)).corrected, null, 'taken back');
});

t.test('a correction that makes no sense is refused with a sentence', async (t) => {
  const office = desk(await kept(t));
  const f = (over: Partial<typeof correction> & { added?: { date: string; name: string }[] }, message: RegExp) =>
    t.rejects(office.correct({ ...correction, ...over } as typeof correction, ann), {
      code: 'validation_failed',
      message,
    });
  await f({ removed: ['2026-06-12'] as never[] }, /is not in the year 2027/);
  await f({ removed: ['2027-06-13'] as never[] }, /2027-06-13 is no holiday here/);
  await f({ removed: ['2027-06-12', '2027-06-12'] as never[] }, /named twice/);
  await f({ removed: ['2027-06-12'] as never[], why: ' ' }, /Say why the year is corrected/);
  await f({ country: 'XX' }, /No holidays are known for the country "XX"/);
  t.match((await office.year('PY', null, 2027)).corrected, null, 'nothing was kept');
});
