import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import {
  type CheckHistory,
  type CheckInterval,
  type CheckLedgerChange,
  type CheckResult,
  freshHistory,
  intervalsOf,
  takeResult,
} from '../../../server/domain/check-ledger.ts';
import { holds } from '../../support/property.ts';

const EVERY_MS = 60_000;

function result(at: number, up: boolean): CheckResult {
  return { at, up, reason: up ? 'ok' : 'refused', httpStatus: null, durationMs: 5, everyMs: EVERY_MS };
}

/** What is stored: the rows that the changes leave behind. */
function store(rows: CheckInterval[], change: CheckLedgerChange | null): CheckInterval[] {
  return change === null ? rows : [...rows.filter(({ start }) => start < change.from), ...change.intervals];
}

function play(results: readonly CheckResult[]) {
  const history = freshHistory();
  let rows: CheckInterval[] = [];
  const replaced: CheckInterval[] = [];
  for (const one of results) {
    const change = takeResult(history, one);
    rows = store(rows, change);
    replaced.push(...(change?.replaced ?? []));
  }
  return { history, rows, replaced };
}

const brief = (intervals: readonly CheckInterval[]) => intervals.map(({ start, end, state }) => [start, end, state]);

/** The rule itself, over all results at once: what neighbours say of the time between them. */
function model(results: readonly CheckResult[]): (readonly unknown[])[] {
  const sorted = results.toSorted((a, b) => a.at - b.at);
  const merged: [number, number, string][] = [];
  sorted.slice(1).forEach((after, index) => {
    const before = sorted[index];
    if (before === undefined || before.at === after.at) return;
    const isProof = after.at - before.at <= 3 * EVERY_MS;
    const state = !isProof ? 'unknown' : before.up && after.up ? 'up' : 'down';
    const last = merged.at(-1);
    if (last?.[2] === state && state !== 'unknown') last[1] = after.at;
    else merged.push([before.at, after.at, state]);
  });
  return merged;
}

const minutes = (...states: readonly (boolean | null)[]): CheckResult[] =>
  states.flatMap((up, index) => (up === null ? [] : [result(index * EVERY_MS, up)]));

t.test('a failure counts from the last result that passed until the next one that does', async (t) => {
  const { history, rows } = play(minutes(true, true, false, false, true, true));
  t.same(brief(intervalsOf(history)), [
    [0, 60_000, 'up'],
    [60_000, 240_000, 'down'],
    [240_000, 300_000, 'up'],
  ]);
  t.same(brief(rows), brief(intervalsOf(history)).slice(0, -1), 'all but what goes on is written');
  t.equal(rows[1]?.evidence.uncertaintyMs, 120_000, 'one interval at each end');
  t.equal(rows[1]?.evidence.failure?.at, 120_000);
});

t.test('more than three intervals of silence prove nothing', async (t) => {
  for (const [gapMs, state] of [
    [3 * EVERY_MS, 'up'],
    [3 * EVERY_MS + 1, 'unknown'],
  ] as const) {
    const { history } = play([result(0, true), result(gapMs, true), result(gapMs + EVERY_MS, true)]);
    t.same(brief(intervalsOf(history))[0], state === 'up' ? [0, gapMs + EVERY_MS, 'up'] : [0, gapMs, 'unknown']);
  }
});

t.test('what arrives late closes an unknown without a revision, and changes what was claimed with one', async (t) => {
  const late = play([result(0, true), result(600_000, true), ...minutes(null, true, true, true)]);
  t.same(late.replaced, []);
  t.same(brief(intervalsOf(late.history))[0], [0, 180_000, 'up']);
  const wrong = play([result(0, true), result(120_000, true), result(240_000, false), result(60_000, false)]);
  t.same(brief(wrong.replaced), [[0, 120_000, 'up']]);
  t.same(brief(intervalsOf(wrong.history)), [[0, 240_000, 'down']]);
});

/** One result a minute, a little early or late, some of them lost. */
const timeline = fc
  .array(fc.record({ up: fc.boolean(), jitterMs: fc.integer({ min: -6_000, max: 6_000 }), lost: fc.boolean() }), {
    maxLength: 60,
  })
  .map((minutesOf) =>
    minutesOf.flatMap(({ up, jitterMs, lost }, index) =>
      lost ? [] : [result(index * EVERY_MS + 10_000 + jitterMs, up)],
    ),
  );
const shuffledTimeline = timeline.chain((results) =>
  fc.record({
    results: fc.constant(results),
    arrived: fc
      .tuple(fc.shuffledSubarray(results, { minLength: results.length }), fc.subarray(results))
      .map(([all, again]) => [...all, ...again]),
  }),
);

t.test('it is what neighbours say of each other', async (t) =>
  holds(
    t,
    fc.property(timeline, (results) => {
      assert.deepEqual(brief(intervalsOf(play(results).history)), model(results));
    }),
  ),
);

t.test('neither the order nor the duplication of results matters', async (t) =>
  holds(
    t,
    fc.property(shuffledTimeline, ({ results, arrived }) => {
      const inOrder = play(results);
      const anyhow = play(arrived);
      assert.deepEqual(brief(intervalsOf(anyhow.history)), model(results));
      assert.deepEqual(brief(anyhow.rows), brief(inOrder.rows), 'nor to what is stored');
    }),
  ),
);

t.test('what is stored and what goes on are an exact partition', async (t) =>
  holds(
    t,
    fc.property(shuffledTimeline, ({ arrived }) => {
      const { history, rows } = play(arrived);
      const all = intervalsOf(history);
      assert.deepEqual(brief(all).slice(0, rows.length), brief(rows));
      assert.ok(all.every(({ start }, index) => index === 0 || start === all[index - 1]?.end));
      assert.ok(all.length - rows.length <= 1);
    }),
  ),
);

t.test('what is forgotten stays written, however long it flaps', async (t) => {
  const flapping = Array.from({ length: 1_000 }, (_, index) => result(index * EVERY_MS, index % 3 !== 0));
  const { history, rows } = play(flapping);
  t.ok(history.runs.length <= 100);
  t.ok(history.head, 'older ones were let go');
  t.same(brief(rows), model(flapping).slice(0, rows.length));
  const before = JSON.stringify(history satisfies CheckHistory);
  t.equal(takeResult(history, result(1_500, false)), null, 'what comes from before is too late');
  t.equal(JSON.stringify(history), before);
});

t.test('it goes on from what was saved', async (t) =>
  holds(
    t,
    fc.property(shuffledTimeline, fc.nat({ max: 59 }), ({ arrived }, cut) => {
      const { history, rows } = play(arrived.slice(0, cut));
      const loaded: CheckHistory = JSON.parse(JSON.stringify(history));
      const more = arrived.slice(cut).reduce((stored, one) => store(stored, takeResult(loaded, one)), rows);
      assert.deepEqual(brief(more), brief(play(arrived).rows));
    }),
  ),
);
