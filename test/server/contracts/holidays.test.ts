import t from 'tap';
import { holidays } from '../../../server/contracts/holidays.ts';

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
