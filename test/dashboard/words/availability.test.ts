import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import {
  clipEntries,
  cutFigure,
  cutShare,
  dayMark,
  dayState,
  decimalsFor,
  partitionOf,
  stripTotals,
  worstFirst,
} from '../../../dashboard/words/availability.ts';
import type { AvailabilityFigure, AvailabilityRow, LedgerEntry } from '../../../protocol/api/availability.ts';
import { typed } from '../../../protocol/said/said.ts';
import { holds } from '../../support/property.ts';

const DAY_MS = 86_400_000;
const figure = (part: Partial<AvailabilityFigure>): AvailabilityFigure => ({
  upMs: 0,
  downMs: 0,
  excludedMs: 0,
  unknownMs: 0,
  ratio: null,
  coverage: null,
  lo: null,
  hi: null,
  targetRatio: 0.999,
  verdict: 'met',
  budgetMs: null,
  budgetLeftMs: null,
  outages: 0,
  openOutages: 0,
  mttrMs: null,
  mtbfMs: null,
  longestOutage: null,
  ...part,
});

t.test('a share is cut, never rounded, and only a whole is 100 %', async (t) => {
  t.equal(cutShare(999, 1000), '0.99900');
  t.equal(cutShare(998_999, 1_000_000), '0.99899');
  t.equal(cutShare(1, 1), '1.00000');
  t.equal(cutShare(29, 100), '0.29000', '29 of 100 is not 28.999 %, whatever floating point says');
  t.equal(cutShare(999_999_999, 1_000_000_000), '0.99999');
  t.equal(cutShare(0, 7), '0.00000');
  t.equal(cutShare(0, 0), null, 'nothing of nothing is no number');
});

t.test('43 min 12 s down in 30 days is 99.9 %; one millisecond more is not', async (t) => {
  const periodMs = 30 * DAY_MS;
  const downMs = 43.2 * 60_000;
  t.equal(cutFigure(figure({ upMs: periodMs - downMs, downMs })).ratio, '0.99900');
  t.equal(cutFigure(figure({ upMs: periodMs - downMs - 1, downMs: downMs + 1 })).ratio, '0.99899');
});

t.test('a finer target gets the decimals it needs', async (t) => {
  t.equal(decimalsFor(0.999), 3);
  t.equal(decimalsFor(0.99999), 3);
  t.equal(decimalsFor(0.999995), 4);
  t.equal(decimalsFor(null), 3);
});

t.test(
  'a cut share lies at or under the truth, by less than one step, and on the right side of every target',
  async (t) => {
    await holds(
      t,
      fc.property(
        fc.integer({ min: 0, max: 400 * DAY_MS }),
        fc.integer({ min: 0, max: 40 * DAY_MS }),
        fc.integer({ min: 1, max: 999_999 }),
        (upMs, downMs, ppm) => {
          const wholeMs = upMs + downMs;
          if (wholeMs === 0) return;
          const decimals = decimalsFor(ppm / 1e6);
          const cut = BigInt((cutShare(upMs, wholeMs, decimals) ?? '').replace('.', ''));
          const scale = 10n ** BigInt(decimals + 2);
          assert.ok(cut * BigInt(wholeMs) <= BigInt(upMs) * scale, 'never rounded up');
          assert.ok((cut + 1n) * BigInt(wholeMs) > BigInt(upMs) * scale, 'nor down by more than a step');
          const isMet = BigInt(upMs) * 1_000_000n >= BigInt(ppm) * BigInt(wholeMs);
          assert.equal(cut * 1_000_000n >= BigInt(ppm) * scale, isMet, 'what is read is what the verdict says');
        },
      ),
    );
  },
);

t.test('the worst stands first', async (t) => {
  const row = (name: string, part: Partial<AvailabilityFigure>): AvailabilityRow => ({
    kind: 'device',
    id: name,
    name,
    clientId: null,
    siteId: null,
    always: figure(part),
    serviceHours: null,
    members: 1,
    worst: null,
  });
  const rows = [
    row('calm', { verdict: 'met', budgetMs: 100, budgetLeftMs: 100, lo: 1 }),
    row('nothing', { verdict: 'no_data' }),
    row('spent', { verdict: 'met', budgetMs: 100, budgetLeftMs: 5, lo: 0.999 }),
    row('doubtful', { verdict: 'indeterminate', budgetMs: 100, budgetLeftMs: 100 }),
    row('broken', { verdict: 'breached', budgetMs: 100, budgetLeftMs: -20 }),
    row('worse', { verdict: 'breached', budgetMs: 100, budgetLeftMs: -2000 }),
    row('untold', { verdict: 'no_target', lo: 0.4 }),
  ];
  t.same(
    worstFirst(rows, 'always').map(({ name }) => name),
    ['worse', 'broken', 'doubtful', 'spent', 'calm', 'untold', 'nothing'],
  );
  t.equal(worstFirst(rows, 'service').length, rows.length, 'rows without a figure stay');
});

t.test('a day of a strip: nothing that happened is invisible, and the column is filled exactly', async (t) => {
  const day = { date: '2026-10-06', upMs: DAY_MS - 1, downMs: 1, excludedMs: 0, unknownMs: 0 };
  const mark = dayMark(day, 40, 4);
  t.same(mark.at(-1), { state: 'down', top: 36, height: 4 }, 'a millisecond of down can be seen');
  t.equal(dayState(day), 'down');
  t.same(dayMark({ ...day, upMs: 0, downMs: 0 }, 40, 4), []);
  t.equal(dayState({ ...day, upMs: 0, downMs: 0 }), 'none');
  const part = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: DAY_MS }));
  await holds(
    t,
    fc.property(part, part, part, part, (upMs, downMs, excludedMs, unknownMs) => {
      const parts = dayMark({ date: '2026-10-06', upMs, downMs, excludedMs, unknownMs }, 40, 4);
      assert.equal(parts.length, [upMs, downMs, excludedMs, unknownMs].filter(Boolean).length);
      if (parts.length === 0) return;
      assert.ok(Math.abs(parts.reduce((sum, { height }) => sum + height, 0) - 40) < 1e-9);
      for (const { height } of parts) assert.ok(height >= 4 - 1e-9);
    }),
  );
});

t.test('days add up', async (t) => {
  const day = { date: '2026-10-06', upMs: 1, downMs: 2, excludedMs: 3, unknownMs: 4 };
  t.same(stripTotals([day, day]), { upMs: 2, downMs: 4, excludedMs: 6, unknownMs: 8 });
});

t.test('a ledger clipped to a range adds up to the range', async (t) => {
  const entry = (fromMs: number, toMs: number, state: LedgerEntry['state']): LedgerEntry => ({
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    durationMs: toMs - fromMs,
    state,
    reason: '',
    evidence: '',
    said: typed(''),
    author: null,
    revised: false,
  });
  const items = [entry(0, 1000, 'up'), entry(1000, 1500, 'down'), entry(1500, 9000, 'up')];
  const clipped = clipEntries(items, 500, 2000);
  t.same(partitionOf(clipped), { upMs: 1000, downMs: 500, excludedMs: 0, unknownMs: 0 });
  t.equal(clipEntries(items, 1000, 1500).length, 1, 'neighbours that only touch are left out');
});
