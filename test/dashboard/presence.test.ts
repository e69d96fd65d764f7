import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { availabilityRatio, dayColumns, ledgerTotals, startOfDay } from '../../dashboard/presence.ts';
import type { PresenceInterval } from '../../protocol/view.ts';
import { holds } from '../support/property.ts';

const HOUR_MS = 3_600_000;
const nowMs = Date.parse('2026-10-06T12:00:00.000Z');
const interval = (fromMs: number, toMs: number, state: PresenceInterval['state']): PresenceInterval => ({
  from: new Date(fromMs).toISOString(),
  to: new Date(toMs).toISOString(),
  state,
  reason: '',
  evidence: '',
  revised: false,
});

t.test('an interval over midnight is cut at midnight', async (t) => {
  const midnightMs = startOfDay(nowMs);
  const [yesterday, today] = dayColumns([interval(midnightMs - HOUR_MS, midnightMs + 2 * HOUR_MS, 'down')], nowMs, 2);
  t.equal(yesterday?.totals.downMs, HOUR_MS);
  t.equal(today?.totals.downMs, 2 * HOUR_MS);
  t.equal(yesterday?.stretches[0]?.end, 1);
  t.equal(today?.stretches[0]?.start, 0);
  t.equal(yesterday?.intervals.length, 1, 'the day holds the whole interval as its evidence');
});

t.test('days without a ledger are empty, and nothing reaches beyond now', async (t) => {
  const days = dayColumns([interval(nowMs - HOUR_MS, nowMs + HOUR_MS, 'up')], nowMs, 90);
  t.equal(days.length, 90);
  t.same(days[0]?.stretches, []);
  t.equal(days.at(-1)?.totals.upMs, HOUR_MS);
});

t.test('availability is up against up and down; unknown and excluded stay outside', async (t) => {
  const f = (up: number, down: number, want: number | null) =>
    t.equal(availabilityRatio({ upMs: up, downMs: down, unknownMs: 5, excludedMs: 5 }), want);
  f(999, 1, 0.999);
  f(0, 0, null);
  f(0, 1, 0);
});

t.test('property: the days add up to the ledger', async (t) => {
  const lengths = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 200 * HOUR_MS }), fc.constantFrom('up', 'down', 'unknown', 'excluded')),
    { maxLength: 12 },
  );
  holds(
    t,
    fc.property(lengths, (parts) => {
      let cursor = nowMs;
      const ledger = (parts as [number, PresenceInterval['state']][]).map(([length, state]) => {
        cursor -= length;
        return interval(cursor, cursor + length, state);
      });
      const days = dayColumns(ledger, nowMs, 120);
      const whole = ledgerTotals(ledger, nowMs);
      for (const part of ['upMs', 'downMs', 'unknownMs', 'excludedMs'] as const) {
        assert.equal(
          days.reduce((sum, { totals }) => sum + totals[part], 0),
          whole[part],
        );
      }
    }),
    { numRuns: 30 },
  );
});
