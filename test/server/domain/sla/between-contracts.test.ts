import fc from 'fast-check';
import t from 'tap';
import type { LedgerState } from '../../../../server/domain/ledger.ts';
import { CompactLedger, type Measure } from '../../../../server/domain/sla/compact-ledger.ts';
import { figure, measure, type TargetSpan } from '../../../../server/domain/sla/figure.ts';
import { holds } from '../../../support/property.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

t.test('time between two contracts is outside, with all its outages', async (t) => {
  const down = (start: number, durationMs: number) => ({ start, end: start + durationMs, state: 'down' as const });
  const ledger = CompactLedger.of([down(DAY - HOUR, 12 * DAY), down(15 * DAY, 2 * DAY), down(25 * DAY, HOUR)]);
  const subject = { ledger, from: 0, until: 30 * DAY, end: Number.POSITIVE_INFINITY };
  const targets = [
    { from: 0, until: DAY, targetPpm: 999_000 },
    { from: 20 * DAY, until: 30 * DAY, targetPpm: 999_000 },
  ];
  const got = figure(measure(subject, { from: 0, to: 30 * DAY }, targets));
  t.match(got, { outages: 2, downMs: 2 * HOUR, mttrMs: HOUR, longest: { durationMs: HOUR } });
  t.equal(got.upMs, 11 * DAY - 2 * HOUR);
  const across = figure(measure(subject, { from: 0, to: 30 * DAY }, [targets[0]!, { ...targets[1]!, from: DAY * 12 }]));
  t.match(across, { outages: 4, longest: { from: 15 * DAY, durationMs: 2 * DAY } });
});

/** Hour by hour, with counters alone. */
function byHours(states: readonly LedgerState[], counts: (hour: number) => boolean, isOpen: (hour: number) => boolean) {
  let [outages, longestMs, runMs, isRunning] = [0, 0, 0, false];
  const sums: Record<LedgerState, number> = { up: 0, down: 0, excluded: 0, unknown: 0 };
  states.forEach((state, hour) => {
    if (!counts(hour)) {
      isRunning = false;
      return;
    }
    if (isOpen(hour)) sums[state] += HOUR;
    if (state !== 'down') {
      isRunning = false;
      return;
    }
    if (!isRunning) runMs = 0;
    isRunning = true;
    if (!isOpen(hour)) return;
    if (runMs === 0) outages += 1;
    runMs += HOUR;
    longestMs = Math.max(longestMs, runMs);
  });
  return { ...sums, outages, longestMs };
}

t.test('whatever the contracts, the sums and outages are those counted hour by hour', async (t) => {
  const state = fc.constantFrom<LedgerState>('up', 'down', 'down', 'excluded', 'unknown');
  const runs = fc.array(fc.record({ state, hours: fc.integer({ min: 1, max: 9 }) }), { minLength: 1, maxLength: 20 });
  const contracts = fc.array(
    fc.record({
      gap: fc.constantFrom(0, 0, 1, 5),
      hours: fc.integer({ min: 1, max: 30 }),
      targetPpm: fc.constantFrom(null, 990_000),
    }),
    { maxLength: 5 },
  );
  const life = fc.record({ from: fc.nat(10), until: fc.nat(120), period: fc.tuple(fc.nat(60), fc.nat(60)) });
  holds(
    t,
    fc.property(runs, contracts, life, fc.boolean(), (pieces, agreed, { from, until, period }, inHours) => {
      const states = pieces.flatMap((piece) => Array.from({ length: piece.hours }, () => piece.state));
      const ledger = CompactLedger.of(
        states.map((one, hour) => ({ start: hour * HOUR, end: (hour + 1) * HOUR, state: one })),
      );
      let at = 0;
      const targets: TargetSpan[] = agreed.map(({ gap, hours, targetPpm }) => {
        const start = at + gap;
        at = start + hours;
        return { from: start * HOUR, until: at * HOUR, targetPpm };
      });
      const isOpen = (hour: number): boolean => !inHours || hour % 12 >= 4;
      const inside: Measure = (a, b) => {
        let openMs = 0;
        for (let hour = a / HOUR; hour < b / HOUR; hour += 1) if (isOpen(hour)) openMs += HOUR;
        return openMs;
      };
      const known = Math.min(until, states.length);
      const [first, length] = period;
      const got = measure(
        { ledger, from: from * HOUR, until: known * HOUR, end: Number.POSITIVE_INFINITY },
        { from: first * HOUR, to: (first + length) * HOUR },
        targets,
        inside,
      ).whole;
      const counts = (hour: number): boolean =>
        hour >= Math.max(first, from) &&
        hour < Math.min(first + length, known) &&
        targets.some((span) => span.from <= hour * HOUR && hour * HOUR < span.until);
      // Two contracts that touch are one time; where they do not, an hour that does not count parts them.
      const want = byHours(states, counts, isOpen);
      const gotSums = [got.upMs, got.downMs, got.excludedMs, got.unknownMs, got.outages, got.longest?.durationMs ?? 0];
      const wantSums = [want.up, want.down, want.excluded, want.unknown, want.outages, want.longestMs];
      if (gotSums.join() !== wantSums.join()) throw new Error(`${gotSums} instead of ${wantSums}`);
    }),
    { numRuns: 2_000 },
  );
});

t.test('before the device there is no data, whatever was agreed', async (t) => {
  const subject = { ledger: CompactLedger.of([]), from: 10 * DAY, until: 12 * DAY, end: Number.POSITIVE_INFINITY };
  const whole = { from: 0, until: Number.POSITIVE_INFINITY };
  const verdict = (period: { from: number; to: number }, targets: readonly TargetSpan[]) =>
    figure(measure(subject, period, targets)).verdict;
  const before = { from: 0, to: 5 * DAY };
  t.equal(verdict(before, [{ ...whole, targetPpm: 999_000 }]), 'no_data');
  t.equal(verdict(before, [{ ...whole, targetPpm: null }]), 'no_data');
  t.equal(verdict(before, []), 'no_data');
  const since = { from: 0, to: 20 * DAY };
  t.equal(verdict(since, [{ ...whole, targetPpm: null }]), 'no_target');
  t.equal(verdict(since, [{ ...whole, targetPpm: 999_000 }]), 'met');
  t.equal(verdict(since, [{ from: 0, until: DAY, targetPpm: 999_000 }]), 'no_data', 'only before it was there');
});
