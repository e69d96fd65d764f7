import fc from 'fast-check';
import t from 'tap';
import type { LedgerState } from '../../../../server/domain/ledger.ts';
import { CompactLedger, type Span } from '../../../../server/domain/sla/compact-ledger.ts';
import {
  figure,
  figureView,
  judge,
  measure,
  type Segment,
  sumMeasurements,
} from '../../../../server/domain/sla/figure.ts';
import { holds } from '../../../support/property.ts';

const MIN = 60_000;
const HOUR = 60 * MIN;
const DAY = 24 * HOUR;
const always = { from: 0, until: Number.POSITIVE_INFINITY };

/** The figure of one device over [0, periodMs) under one target. */
function figureOf(periodMs: number, spans: readonly Span[], targetPpm: number | null, until = periodMs) {
  const ledger = CompactLedger.of(spans);
  const subject = { ledger, from: 0, until, end: Number.POSITIVE_INFINITY };
  return figureView(measure(subject, { from: 0, to: periodMs }, [{ ...always, targetPpm }]));
}
const span = (start: number, durationMs: number, state: LedgerState): Span => ({
  start,
  end: start + durationMs,
  state,
});

t.test('the verdicts that a client can dispute', async (t) => {
  const f = (what: string, periodMs: number, spans: Span[], targetPpm: number | null, want: string) =>
    t.equal(figureOf(periodMs, spans, targetPpm).verdict, want, what);
  const allowed = 43 * MIN + 12_000;
  f('43 min 12 s of 30 d', 30 * DAY, [span(DAY, allowed, 'down')], 999_000, 'met');
  f('one ms more', 30 * DAY, [span(DAY, allowed + 1, 'down')], 999_000, 'breached');
  const excluded = span(0, 100 * HOUR, 'excluded');
  const after = 200 * HOUR;
  f('100 h excluded, 37 min 12 s', 30 * DAY, [excluded, span(after, 37 * MIN + 12_000, 'down')], 999_000, 'met');
  f('and one ms more', 30 * DAY, [excluded, span(after, 37 * MIN + 12_001, 'down')], 999_000, 'breached');
  f('1 h unknown', 30 * DAY, [span(0, HOUR, 'unknown')], 999_000, 'indeterminate');
  f('unknown within what is allowed', 30 * DAY, [span(0, allowed, 'unknown')], 999_000, 'met');
  f('all excluded', DAY, [span(0, DAY, 'excluded')], 999_000, 'no_data');
  f('nothing measured', 0, [], 999_000, 'no_data');
  f('nothing measured, and no target', 0, [], null, 'no_data');
  f('all excluded, and no target', DAY, [span(0, DAY, 'excluded')], null, 'no_data');
  f('no target', DAY, [span(0, DAY, 'down')], null, 'no_target');
  f('100 % without a fault', DAY, [], 1_000_000, 'met');
  f('100 % and one ms', DAY, [span(5, 1, 'down')], 1_000_000, 'breached');
  f('(1 - 0.9995) x 30 d is wrong in floats', 30 * DAY, [span(0, 21 * MIN + 36_000, 'down')], 999_500, 'met');
  f('and one ms more', 30 * DAY, [span(0, 21 * MIN + 36_001, 'down')], 999_500, 'breached');
});

t.test('budgets are computed: 99.9 % of 28, 30, 31 and 365 days', async (t) => {
  const f = (days: number, wantMinutes: number) =>
    t.equal(figureOf(days * DAY, [], 999_000).budgetMs, wantMinutes * MIN, `${days} d`);
  f(28, 40.32);
  f(30, 43.2);
  f(31, 44.64);
  f(365, 525.6);
  t.equal(figureOf(365 * DAY, [], 999_900).budgetMs, 52.56 * MIN, '52.56 min a year are 99.99 %');
});

t.test('the budget is of the whole period, also of what is to come, less what is excluded of it', async (t) => {
  const ahead = [span(DAY, 2 * MIN, 'down'), span(20 * DAY, 10 * HOUR, 'excluded')];
  const got = figureOf(30 * DAY, ahead, 999_000, 2 * DAY);
  t.match(got, { downMs: 2 * MIN, excludedMs: 0, upMs: 2 * DAY - 2 * MIN });
  t.equal(got.budgetMs, (30 * DAY - 10 * HOUR) / 1000);
  t.equal(got.budgetLeftMs, (30 * DAY - 10 * HOUR) / 1000 - 2 * MIN);
  t.equal(figureOf(DAY, [span(0, HOUR, 'down')], 999_000).budgetLeftMs, 86_400 - HOUR, 'it may be overspent');
});

t.test('outages: how many, how long, how far apart', async (t) => {
  const got = figureOf(
    DAY,
    [span(HOUR, MIN, 'down'), span(HOUR + MIN, 2 * MIN, 'down'), span(5 * HOUR, MIN, 'down')],
    null,
  );
  t.match(got, {
    outages: 2,
    mttrMs: 2 * MIN,
    mtbfMs: (DAY - 4 * MIN) / 2,
    longestOutage: {
      from: new Date(HOUR).toISOString(),
      to: new Date(HOUR + 3 * MIN).toISOString(),
      durationMs: 3 * MIN,
    },
  });
  t.match(figureOf(DAY, [], null), { outages: 0, mttrMs: null, mtbfMs: null, longestOutage: null });
});

t.test('an outage that is not over is in no average, also not in the month in which it began', async (t) => {
  const closed = span(HOUR, 10 * MIN, 'down');
  const now = 2 * DAY;
  const ledger = CompactLedger.of([closed, span(DAY - HOUR, DAY + HOUR, 'down')]);
  const subject = { ledger, from: 0, until: now, end: Number.POSITIVE_INFINITY };
  const of = (from: number, to: number, over = {}) => {
    const { outages, openOutages, mttrMs } = figure(
      measure({ ...subject, ...over }, { from, to }, [{ ...always, targetPpm: null }]),
    );
    return { outages, openOutages, mttrMs };
  };
  t.same(of(0, 3 * DAY), { outages: 2, openOutages: 1, mttrMs: 10 * MIN });
  t.same(of(0, DAY), { outages: 2, openOutages: 1, mttrMs: 10 * MIN }, 'the day in which it began');
  t.same(of(DAY, 3 * DAY), { outages: 1, openOutages: 1, mttrMs: null }, 'nothing to average');
  t.same(of(0, 3 * DAY, { end: now }).openOutages, 0, 'a machine that was retired is not waited for');
  const over = CompactLedger.of([closed, span(DAY - HOUR, 2 * HOUR, 'down')]);
  t.same(of(0, DAY, { ledger: over }), { outages: 2, openOutages: 0, mttrMs: 35 * MIN });
});

t.test('the mean time to repair is that of a plain count', async (t) => {
  const cut = fc.tuple(pieces, fc.nat(), fc.nat(), fc.boolean());
  holds(
    t,
    fc.property(fc.array(cut, { minLength: 1, maxLength: 3 }), (subjects) => {
      const [repairs, open]: [number[], number[]] = [[], []];
      const measured = subjects.map(([parts, a, b, isRetired]) => {
        const { spans, end } = lay(parts);
        const [from, to] = [a % (end + 1), b % (end + 1)].sort((x, y) => x - y) as [number, number];
        const runs: { start: number; end: number }[] = [];
        for (const { start, end: stop, state } of spans) {
          if (state !== 'down') continue;
          const last = runs.at(-1);
          if (last?.end === start) last.end = stop;
          else runs.push({ start, end: stop });
        }
        for (const run of runs) {
          const inside = Math.min(run.end, to) - Math.max(run.start, from);
          if (inside > 0) (run.end === end && to > run.start && !isRetired ? open : repairs).push(inside);
        }
        const subject = {
          ledger: CompactLedger.of(spans),
          from: 0,
          until: end,
          end: isRetired ? end : Number.POSITIVE_INFINITY,
        };
        return measure(subject, { from, to }, [{ ...always, targetPpm: null }]);
      });
      const got = figure(sumMeasurements(measured));
      const sum = repairs.reduce((all, one) => all + one, 0);
      const want = repairs.length === 0 ? null : Math.floor(sum / repairs.length);
      if (got.openOutages !== open.length) throw new Error(`${got.openOutages} open, not ${open.length}`);
      if (got.mttrMs !== want) throw new Error(`${got.mttrMs}, not ${want}`);
    }),
    { numRuns: 2_000 },
  );
});

t.test('an outage across a change of the contract is one, and each part counts under its own target', async (t) => {
  const ledger = CompactLedger.of([span(DAY - HOUR, 2 * HOUR, 'down')]);
  const subject = { ledger, from: 0, until: 10 * DAY, end: Number.POSITIVE_INFINITY };
  const targets = [
    { from: 0, until: DAY, targetPpm: 990_000 },
    { from: DAY, until: 2 * DAY, targetPpm: 999_000 },
  ];
  const got = figure(measure(subject, { from: 0, to: 10 * DAY }, targets));
  t.match(got, { outages: 1, downMs: 2 * HOUR, budgetMs: DAY / 100 + DAY / 1000, targetRatio: 0.9945 });
  t.equal(got.upMs, 2 * DAY - 2 * HOUR, 'clipped to the contract');
});

t.test('clipped to enrolment and retirement', async (t) => {
  const subject = { ledger: CompactLedger.of([]), from: 2 * HOUR, until: 5 * HOUR, end: 5 * HOUR };
  const got = figure(measure(subject, { from: 0, to: DAY }, [{ ...always, targetPpm: 999_000 }]));
  t.match(got, { upMs: 3 * HOUR, budgetMs: (3 * HOUR) / 1000 });
});

t.test('the worked example of docs/sla.md', async (t) => {
  const spans = [span(DAY, 2 * HOUR, 'excluded'), span(5 * DAY, 31 * MIN, 'down'), span(9 * DAY, 30 * MIN, 'unknown')];
  const got = figureOf(30 * DAY, spans, 999_000);
  t.match(got, {
    upMs: 2_581_140_000,
    ratio: 0.999279907,
    coverage: 0.999303621,
    budgetMs: 2_584_800,
    budgetLeftMs: 12 * MIN + 4_800,
    verdict: 'indeterminate',
  });
  t.equal(figureOf(30 * DAY, spans.slice(0, 2), 999_000).verdict, 'met', 'once somebody attests that it ran');
});

/** A rational as the text of a ratio says it. */
function exactly(ratio: number): [bigint, bigint] {
  return [BigInt(Math.round(ratio * 1e9)), 1_000_000_000n];
}

const pieces = fc.array(
  fc.record({
    state: fc.constantFrom<LedgerState>('up', 'down', 'excluded', 'unknown'),
    ms: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 400 * DAY })),
  }),
  { minLength: 1, maxLength: 12 },
);

function lay(parts: readonly { state: LedgerState; ms: number }[]): { spans: Span[]; end: number } {
  let end = 0;
  const spans = parts.map(({ state, ms }) => {
    const start = end;
    end += ms;
    return span(start, ms, state);
  });
  return { spans, end };
}

t.test('no ratio is ever above the exact one, and the verdict is that of exact rationals', async (t) => {
  const targets = fc.oneof(fc.integer({ min: 0, max: 1_000_000 }), fc.constantFrom(999_000, 999_500, 1_000_000));
  holds(
    t,
    fc.property(pieces, targets, (parts, targetPpm) => {
      const { spans, end } = lay(parts);
      const got = figureOf(end, spans, targetPpm);
      const sum = (state: LedgerState) => parts.filter((part) => part.state === state).reduce((n, { ms }) => n + ms, 0);
      const [up, down, unknown] = [sum('up'), sum('down'), sum('unknown')];
      if (got.upMs !== up || got.downMs !== down || got.unknownMs !== unknown) throw new Error('wrong sums');
      if (got.upMs + got.downMs + got.excludedMs + got.unknownMs !== end) throw new Error('not a partition');
      const total = BigInt(up + down + unknown);
      for (const [ratio, part, whole] of [
        [got.ratio, up, BigInt(up + down)],
        [got.coverage, up + down, total],
        [got.lo, up, total],
        [got.hi, up + unknown, total],
      ] as const) {
        if (ratio === null) continue;
        const [n, d] = exactly(ratio);
        if (Number(n) / 1e9 !== ratio) throw new Error(`${ratio} is not whole billionths`);
        if (n * whole > BigInt(part) * d) throw new Error(`${ratio} is above ${part}/${whole}`);
        if ((n + 1n) * whole <= BigInt(part) * d) throw new Error(`${ratio} is too low`);
      }
      const million = 1_000_000n;
      const holdsAtWorst = BigInt(up) * million >= BigInt(targetPpm) * total;
      const holdsAtBest = BigInt(up + unknown) * million >= BigInt(targetPpm) * total;
      const want = total === 0n ? 'no_data' : holdsAtWorst ? 'met' : holdsAtBest ? 'indeterminate' : 'breached';
      if (got.verdict !== want) throw new Error(`${got.verdict}, not ${want}`);
    }),
    { numRuns: 2_000 },
  );
});

t.test('splitting a period never changes totals or the budget', async (t) => {
  holds(
    t,
    fc.property(pieces, fc.array(fc.nat(), { maxLength: 5 }), (parts, cuts) => {
      const { spans, end } = lay(parts);
      const subject = { ledger: CompactLedger.of(spans), from: 0, until: end, end };
      const of = (from: number, to: number) => measure(subject, { from, to }, [{ ...always, targetPpm: 999_000 }]);
      const at = [0, ...cuts.map((cut) => cut % (end + 1)).sort((a, b) => a - b), end];
      const whole = of(0, end);
      const split = sumMeasurements(at.slice(1).map((to, index) => of(at[index]!, to)));
      for (const key of ['upMs', 'downMs', 'excludedMs', 'unknownMs'] as const) {
        if (whole.whole[key] !== split.whole[key]) throw new Error(key);
      }
      const counted = (segments: readonly Segment[]) => segments.reduce((n, { countedMs }) => n + countedMs, 0);
      if (counted(whole.segments) !== counted(split.segments)) throw new Error('budget');
      if (end > 0 && judge(whole.segments) !== judge(split.segments)) throw new Error('verdict');
    }),
    { numRuns: 1_000 },
  );
});
