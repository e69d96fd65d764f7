import fc from 'fast-check';
import t from 'tap';
import { daysOf, periodOf } from '../../../../server/domain/sla/period.ts';
import { borderOf, dateAt, type Zones, zoneAt, zonesOf } from '../../../../server/domain/sla/zones.ts';
import { holds } from '../../../support/property.ts';

const HOUR = 3_600_000;
const QUARTER = HOUR / 4;
const at = (text: string): number => Date.parse(text);
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 16);
const agreed = (from: number, timeZone: string) => ({ from, terms: { calendar: { timeZone } } });
const months = (zones: Zones, now: string) => {
  const { from, to } = periodOf('last_month', zones, at(now));
  const { from: next, to: end } = periodOf('this_month', zones, at(now));
  return [from, to, next, end].map(iso);
};

t.test('a zone that is agreed later does not move September', async (t) => {
  const before = zonesOf([agreed(at('2026-01-01T06:00Z'), 'America/Costa_Rica')], 'UTC');
  const september = ['2026-09-01T06:00', '2026-10-01T06:00'];
  t.same(months(before, '2026-10-10T12:00Z'), [...september, '2026-10-01T06:00', '2026-11-01T06:00']);
  const moved = [
    agreed(at('2026-01-01T06:00Z'), 'America/Costa_Rica'),
    agreed(at('2026-10-10T12:00Z'), 'Europe/Madrid'),
  ];
  const after = zonesOf(moved, 'UTC');
  t.same(months(after, '2026-10-20T12:00Z'), [...september, '2026-10-01T06:00', '2026-10-31T23:00']);
  t.equal(zoneAt(after, at('2026-10-10T11:59Z')), 'America/Costa_Rica');
  t.equal(zoneAt(after, at('2026-10-10T12:00Z')), 'Europe/Madrid');
  t.same(months(after, '2026-11-20T12:00Z').slice(0, 2), ['2026-10-01T06:00', '2026-10-31T23:00'], 'nor October later');
  const year = periodOf('last_12_months', after, at('2026-12-20T12:00Z'));
  t.same([iso(year.from), iso(year.to)], ['2026-01-01T06:00', '2026-12-31T23:00']);
});

t.test('a zone that is left or entered at a month’s end', async (t) => {
  const start = at('2026-01-01T00:00Z');
  const eastwards = zonesOf(
    [agreed(start, 'America/Costa_Rica'), agreed(at('2026-09-30T22:00Z'), 'Europe/Madrid')],
    '',
  );
  t.equal(iso(borderOf(Temporal.PlainDate.from('2026-10-01'), eastwards)), '2026-09-30T22:00');
  const late = zonesOf([agreed(start, 'America/Costa_Rica'), agreed(at('2026-10-01T02:00Z'), 'Europe/Madrid')], '');
  t.equal(
    iso(borderOf(Temporal.PlainDate.from('2026-10-01'), late)),
    '2026-10-01T02:00',
    'the zone jumps over midnight',
  );
  const westwards = zonesOf(
    [agreed(start, 'Europe/Madrid'), agreed(at('2026-10-01T02:00Z'), 'America/Costa_Rica')],
    '',
  );
  t.equal(iso(borderOf(Temporal.PlainDate.from('2026-10-01'), westwards)), '2026-09-30T22:00', 'midnight comes twice');
  t.equal(dateAt(westwards, at('2026-10-01T03:00Z')).toString(), '2026-10-01', 'the date does not go back');
});

t.test('time between two contracts belongs to the one before, and nobody has the zone of the server', async (t) => {
  t.same(zonesOf([], 'Asia/Tokyo'), [
    { timeZone: 'Asia/Tokyo', from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY },
  ]);
  const same = zonesOf([agreed(1, 'UTC'), agreed(2, 'UTC'), agreed(3, 'Europe/Madrid')], 'x');
  t.same(
    same.map(({ timeZone, from }) => [timeZone, from]),
    [
      ['UTC', Number.NEGATIVE_INFINITY],
      ['Europe/Madrid', 3],
    ],
  );
});

const names = [
  'UTC',
  'America/Costa_Rica',
  'America/Asuncion',
  'America/Sao_Paulo',
  'Europe/Moscow',
  'Europe/Madrid',
  'Pacific/Apia',
  'Asia/Kathmandu',
  'America/New_York',
];

t.test(
  'a date begins at the first instant whose zone shows it, found by looking at each quarter of an hour',
  async (t) => {
    const origin = at('2026-03-01T00:00Z');
    const LOOKED_DAYS = 24;
    const formats = new Map(
      names.map((timeZone) => [timeZone, new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short' })]),
    );
    const changes = fc.array(
      fc.record({ timeZone: fc.constantFrom(...names), afterQuarters: fc.integer({ min: 1, max: 600 }) }),
      { minLength: 1, maxLength: 4 },
    );
    holds(
      t,
      fc.property(changes, (all) => {
        let from = origin;
        const versions = all.map(({ timeZone, afterQuarters }) => {
          from += afterQuarters * QUARTER;
          return agreed(from, timeZone);
        });
        const zones = zonesOf(versions, 'UTC');
        const first = new Map<string, number>();
        let newest = '';
        for (let now = origin; now < origin + LOOKED_DAYS * 24 * HOUR; now += QUARTER) {
          const zone = (versions.findLast((version) => version.from <= now) ?? versions[0])?.terms.calendar.timeZone;
          const shown = formats.get(zone ?? '')?.format(now) ?? '';
          if (shown > newest) {
            // A jump over a whole date gives it no time at all.
            newest = shown;
            first.set(shown, now);
          }
          if (dateAt(zones, now).toString() !== newest && now > origin + 48 * HOUR) {
            throw new Error(`${iso(now)} is ${dateAt(zones, now)}, not ${newest}`);
          }
        }
        for (const [date, start] of [...first].slice(2)) {
          const got = borderOf(Temporal.PlainDate.from(date), zones);
          if (got !== start) throw new Error(`${date} begins ${iso(got)}, not ${iso(start)}`);
        }
        const days = daysOf(10, zones, origin + 20 * 24 * HOUR);
        days.forEach((day, index) => {
          if (index > 0 && days[index - 1]?.to !== day.from) throw new Error('days do not meet');
        });
      }),
      { numRuns: 60 },
    );
  },
);

t.test('no later version moves a month that is over', async (t) => {
  const zone = fc.constantFrom(...names);
  holds(
    t,
    fc.property(zone, zone, fc.integer({ min: 0, max: 80 * 24 }), (first, second, hours) => {
      const start = at('2026-01-01T00:00Z');
      const changedAt = at('2026-10-02T00:00Z') + hours * HOUR;
      const before = zonesOf([agreed(start, first)], '');
      const after = zonesOf([agreed(start, first), agreed(changedAt, second)], '');
      for (const date of ['2026-08-01', '2026-09-01', '2026-10-01']) {
        const border = Temporal.PlainDate.from(date);
        if (borderOf(border, before) !== borderOf(border, after)) throw new Error(date);
      }
    }),
  );
});
