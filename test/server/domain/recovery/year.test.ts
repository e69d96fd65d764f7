import t from 'tap';
import {
  attainment,
  linesOf,
  type MeasuredPlan,
  type RpoTally,
  type Span,
  sumTallies,
  tallyRpo,
} from '../../../../server/domain/recovery/attainment.ts';
import { openTimeOf } from '../../../../server/domain/recovery/open-time.ts';
import type { Completeness, RecoveryPoint } from '../../../../server/domain/recovery/point.ts';
import { periodOf } from '../../../../server/domain/sla/period.ts';
import { point } from '../../../support/recovery.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ZONE = 'America/New_York';
const NOW = Date.UTC(2027, 0, 1, 5);
const YEAR: Span = { from: Date.UTC(2026, 0, 1, 5), to: NOW };

/** Chance with a seed, whole numbers below `below`. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A year of backups whose truth is known because it was made: what each gap loses is chosen first, and the ends follow. */
function madeUpYear(seed: number, rpoMs: number) {
  const pick = chance(seed);
  const points: RecoveryPoint[] = [];
  let breachedMs = 0;
  let unknownMs = 0;
  let unverifiedMs = 0;
  let verifiedMs = 0;
  let start = YEAR.from - pick(rpoMs);
  let finish = YEAR.from;
  // Until when a verified backup keeps the RPO, and one of which nobody knows whether it is whole.
  let [verifiedUntil, seenUntil] = [0, 0];
  const add = (completeness: Completeness, startedAt: number, finishedAt: number): void => {
    const isVerified = completeness === 'complete' && pick(3) === 0;
    const verifiedAt = isVerified ? finishedAt + pick(9 * DAY) : null;
    if (isVerified) verifiedUntil = startedAt + rpoMs;
    if (completeness === 'seen') seenUntil = startedAt + rpoMs;
    points.push(point({ startedAt, finishedAt, completeness, verifiedAt }, `${completeness}-${startedAt}`));
  };
  add('complete', start, finish);
  while (finish < YEAR.to) {
    const lateMs = pick(4) === 0 ? 1 + pick(3 * DAY) : 0;
    const earlyMs = lateMs === 0 ? pick(Math.min(rpoMs, start + rpoMs - finish)) : 0;
    const limit = start + rpoMs;
    const next = Math.min(YEAR.to, limit + lateMs - earlyMs);
    const coveredMs = Math.min(next, limit) - finish;
    const checkedMs = Math.max(0, Math.min(coveredMs, verifiedUntil - finish));
    verifiedMs += checkedMs;
    unverifiedMs += coveredMs - checkedMs;
    let lost = Math.max(0, next - limit);
    // One that was seen in the gap before may have begun after this one did.
    const rest = Math.min(lost, Math.max(0, seenUntil - limit));
    unknownMs += rest;
    lost -= rest;
    if (lost > 2 && pick(2) === 0) {
      const from = limit + rest + 1 + pick(lost - 1);
      add('seen', from - pick(MINUTE), from);
      const unknown = Math.min(next, seenUntil) - from;
      unknownMs += unknown;
      lost -= unknown;
    }
    breachedMs += lost;
    // A run takes anything up to the whole gap, but it begins after the one before began.
    const longest = Math.min(next - start - 1, 5 * HOUR, rpoMs - 1);
    [start, finish] = [next - pick(longest), next];
    add('complete', start, finish);
  }
  // What changes nothing: failures, dates of the future and of 1970, and backups that are older than what is there.
  for (let n = 0; n < 200; n += 1) {
    const at = YEAR.from + pick(YEAR.to - YEAR.from);
    points.push(point({ startedAt: at, completeness: 'failed' }, `failed-${n}`));
    points.push(point({ startedAt: at + 1 + pick(DAY), finishedAt: at + 2 * DAY, seenAt: at }, `future-${n}`));
    points.push(point({ startedAt: pick(DAY), finishedAt: at, seenAt: at }, `undated-${n}`));
  }
  return { points, truth: { verifiedMs, unverifiedMs, breachedMs, unknownMs } };
}

t.test('a year of made-up plans is equal to its truth to the ms', async (t) => {
  const rpos = [HOUR, 4 * HOUR, DAY, 26 * HOUR];
  for (let seed = 1; seed <= 60; seed += 1) {
    const rpoMs = rpos[seed % rpos.length] ?? DAY;
    const { points, truth } = madeUpYear(seed, rpoMs);
    const plan: MeasuredPlan = { lines: linesOf(points), from: 0, end: Number.POSITIVE_INFINITY, blind: [] };
    const agreed = [{ from: 0, until: NOW, rpoMs }];
    const whole = tallyRpo(plan, YEAR, agreed, NOW);
    t.same(
      whole,
      { ...truth, closedMs: 0, outsideMs: 0 },
      `seed ${seed}: ${points.length} points, RPO ${rpoMs / HOUR} h`,
    );
    const months: RpoTally[] = [];
    for (let at = NOW - 1; at >= YEAR.from; at = (months.length && periodOf('this_month', ZONE, at).from - 1) || at) {
      months.push(tallyRpo(plan, periodOf('this_month', ZONE, at), agreed, NOW));
      if (periodOf('this_month', ZONE, at).from <= YEAR.from) break;
    }
    t.equal(months.length, 12);
    t.same(sumTallies(months), whole, `seed ${seed}: its months add up`);
    const { ratio } = attainment(whole);
    const known = truth.verifiedMs + truth.unverifiedMs;
    t.ok(ratio !== null && ratio <= known / (YEAR.to - YEAR.from) && ratio > known / (YEAR.to - YEAR.from) - 2e-9);
  }
});

t.test('a year of nights with closed weekends, minute by minute', async (t) => {
  const closed = { weekdays: [6, 7], dates: ['2026-07-03', '2026-12-25'] };
  const pick = chance(7);
  const rpoMs = 26 * HOUR;
  const points: RecoveryPoint[] = [];
  let date = Temporal.PlainDate.from('2025-12-29');
  for (; date.year < 2027; date = date.add({ days: 1 })) {
    if (date.dayOfWeek > 5 || pick(12) === 0) continue;
    const startedAt = date.toZonedDateTime({ timeZone: ZONE, plainTime: '22:00' }).epochMilliseconds;
    points.push(point({ startedAt, finishedAt: startedAt + pick(300) * MINUTE }));
  }
  const isClosed = (at: number): boolean => {
    const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(ZONE);
    return local.dayOfWeek > 5 || closed.dates.includes(local.toPlainDate().toString());
  };
  // Open minutes since the newest start, counted up: a start that is passed sets it back once its backup is there.
  const want = { verifiedMs: 0, unverifiedMs: 0, breachedMs: 0, unknownMs: 0, closedMs: 0, outsideMs: 0 };
  const openAtStart = new Map<number, number>();
  const [starts, ends] = [new Set(points.map((one) => one.startedAt)), new Map<number, number>()];
  for (const { startedAt, finishedAt } of points)
    ends.set(finishedAt ?? 0, Math.max(ends.get(finishedAt ?? 0) ?? 0, startedAt));
  let [open, newest] = [0, Number.NEGATIVE_INFINITY];
  let [shut, quarter] = [false, 0];
  for (let at = Date.UTC(2025, 11, 28); at < YEAR.to; at += MINUTE) {
    // No zone changes its date but at a quarter of an hour.
    if (Math.floor(at / (15 * MINUTE)) !== quarter) [quarter, shut] = [Math.floor(at / (15 * MINUTE)), isClosed(at)];
    if (starts.has(at)) openAtStart.set(at, open);
    const done = ends.get(at);
    if (done !== undefined) newest = Math.max(newest, openAtStart.get(done) ?? Number.NEGATIVE_INFINITY);
    if (at >= YEAR.from) {
      if (shut) want.closedMs += MINUTE;
      else if (open + 0.5 - newest <= rpoMs / MINUTE) want.unverifiedMs += MINUTE;
      else want.breachedMs += MINUTE;
    }
    if (!shut) open += 1;
  }
  const lines = linesOf(points, openTimeOf(closed, ZONE, Date.UTC(2025, 11, 28), NOW + DAY));
  const plan = { lines, from: 0, end: Number.POSITIVE_INFINITY, blind: [] };
  const got = tallyRpo(plan, YEAR, [{ from: 0, until: NOW, rpoMs }], NOW);
  t.same(got, want);
  t.ok(want.breachedMs > 10 * DAY && want.closedMs > 105 * DAY, 'it had nights that were missed, and weekends');
});
