import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { applyPreset, hoursText, percentText, readHours, readPercent } from '../../../dashboard/data/contract-draft.ts';
import type { ContractTerms } from '../../../protocol/api/contract.ts';
import { holds } from '../../support/property.ts';

t.test('percentages become parts per million exactly', async (t) => {
  t.equal(readPercent('99.9'), 999_000);
  t.equal(readPercent('99,95 %'), 999_500);
  t.equal(readPercent('99.9995'), 999_995);
  t.equal(readPercent('100'), 1_000_000);
  t.equal(readPercent('0'), 0, 'the server says what it thinks of it');
  for (const wrong of ['', 'ninety', '99.99999', '-1', '1e2']) t.equal(readPercent(wrong), undefined, wrong);
  await holds(
    t,
    fc.property(fc.integer({ min: 0, max: 1_010_000 }), (ppm) => {
      assert.equal(readPercent(percentText(ppm)), ppm);
    }),
  );
});

t.test('hours become whole minutes', async (t) => {
  t.equal(readHours('8'), 480);
  t.equal(readHours('1.5'), 90);
  t.equal(readHours('1,25 h'), 75);
  t.equal(readHours('0:45'), 45);
  t.equal(readHours('0.01'), undefined, 'no whole minute');
  t.equal(readHours('soon'), undefined);
  await holds(
    t,
    fc.property(fc.integer({ min: 1, max: 525_600 }), (minutes) => {
      assert.equal(readHours(hoursText(minutes)), minutes);
    }),
  );
});

t.test('a tier replaces the terms and keeps what is the client’s own', async (t) => {
  const terms = (part: object) =>
    ({ siteCalendars: {}, endsOn: null, startsOn: '2026-01-01', ...part }) as ContractTerms;
  const draft = terms({
    tier: 'standard',
    calendar: {
      timeZone: 'America/Costa_Rica',
      weekly: [],
      exceptions: [{ date: '2026-12-25', name: 'X', hours: [] }],
    },
    startsOn: '2025-03-01',
    siteCalendars: { s1: { timeZone: 'UTC', weekly: [], exceptions: [] } },
  });
  const preset = terms({
    tier: 'premium',
    saturday: true,
    calendar: { timeZone: 'UTC', weekly: [{ weekday: 1, from: '08:00', to: '17:00' }], exceptions: [] },
  });
  const next = applyPreset(draft, preset);
  t.match(next, { tier: 'premium', saturday: true, startsOn: '2025-03-01', siteCalendars: { s1: {} } });
  t.equal(next.calendar.timeZone, 'America/Costa_Rica');
  t.equal(next.calendar.exceptions.length, 1);
  t.equal(next.calendar.weekly.length, 1);
});
