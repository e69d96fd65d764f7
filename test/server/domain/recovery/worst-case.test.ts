import fc from 'fast-check';
import t from 'tap';
import { linesOf, tallyRpo } from '../../../../server/domain/recovery/attainment.ts';
import { readCron } from '../../../../server/domain/recovery/cron.ts';
import { ExposureLine } from '../../../../server/domain/recovery/exposure-line.ts';
import { type ClosedDays, neverClosed, openTimeOf } from '../../../../server/domain/recovery/open-time.ts';
import { dueAfter, timetable } from '../../../../server/domain/recovery/rhythm.ts';
import {
  holdOf,
  proposeRpoMs,
  type WorstCase,
  worstCaseOfHistory,
  worstCaseOfRhythm,
} from '../../../../server/domain/recovery/worst-case.ts';
import { holds } from '../../../support/property.ts';
import { BASE, point } from '../../../support/recovery.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 9, 2, 12);
const weekend: ClosedDays = { weekdays: [6, 7], dates: [] };

function ofCron(text: string, durationMs: number, zone = 'America/Costa_Rica', closed = neverClosed): WorstCase {
  const worst = worstCaseOfRhythm(timetable({ kind: 'cron', cron: readCron(text) }, zone, closed), durationMs, NOW);
  if (worst === null) throw new Error('it never comes');
  return worst;
}

t.test('finish(i+1) - start(i): what a plan comes to although every run succeeds', async (t) => {
  const f = (what: string, worst: WorstCase, rpoMs: number, want: string, exposureMs: number, proposalMs: number) => {
    t.equal(worst.exposureMs, exposureMs, `${what}: worst case`);
    t.equal(holdOf(worst, rpoMs), want, `${what}: ${want}`);
    t.equal(proposeRpoMs(worst), proposalMs, `${what}: proposal`);
    t.equal(holdOf(worst, proposeRpoMs(worst)), 'holds', `${what}: what is proposed holds`);
  };
  const daily = '0 22 * * *';
  const takes = 40 * MINUTE;
  f('a daily job of 40 min breaches 24 h', ofCron(daily, takes), DAY, 'never', DAY + takes, 26 * HOUR);
  f('by one ms', ofCron(daily, takes), DAY + takes - 1, 'never', DAY + takes, 26 * HOUR);
  f('and not by none', ofCron(daily, takes), DAY + takes, 'holds', DAY + takes, 26 * HOUR);
  f('26 h hold', ofCron(daily, takes), 26 * HOUR, 'holds', DAY + takes, 26 * HOUR);
  const newYork = ofCron(daily, takes, 'America/New_York');
  f('the night with 25 hours', newYork, DAY + takes, 'sometimes', 25 * HOUR + takes, 26 * HOUR);
  t.equal(new Date(newYork.to).toISOString(), '2026-11-02T03:40:00.000Z', 'and says which night');
  f('a long job', ofCron(daily, 3 * HOUR), 26 * HOUR, 'never', 27 * HOUR, 27 * HOUR);
  f('Monday to Friday', ofCron('0 22 * * 1-5', takes), 26 * HOUR, 'sometimes', 3 * DAY + takes, 73 * HOUR);
  const closed = ofCron('0 22 * * 1-5', takes, 'America/Costa_Rica', weekend);
  f('with the weekend closed', closed, 26 * HOUR, 'holds', DAY + takes, 26 * HOUR);
  f('a daily one too', ofCron(daily, takes, 'America/Costa_Rica', weekend), 26 * HOUR, 'holds', DAY + takes, 26 * HOUR);
  f('hourly', ofCron('0 * * * *', 2 * MINUTE), HOUR, 'never', 62 * MINUTE, 65 * MINUTE);
  f('hourly, and slow', ofCron('@hourly', 9 * MINUTE), HOUR, 'never', 69 * MINUTE, 70 * MINUTE);
  const interval = worstCaseOfRhythm(timetable({ kind: 'interval', everyMs: 6 * HOUR }, 'UTC'), takes, NOW);
  t.equal(interval?.exposureMs, 6 * HOUR + takes);
});

t.test('what never comes twice has no worst case', async (t) => {
  const never = { weekdays: [1, 2, 3, 4, 5, 6, 7], dates: [] };
  const table = timetable({ kind: 'cron', cron: readCron('0 22 * * *') }, 'UTC', never);
  t.equal(worstCaseOfRhythm(table, HOUR, NOW), null);
  t.equal(worstCaseOfHistory(ExposureLine.of([]), NOW), null);
  t.equal(worstCaseOfHistory(ExposureLine.of([point({ startedAt: BASE })]), NOW), null);
});

t.test('what history shows, up to now', async (t) => {
  const nights = [0, 1, 2, 4].map((day) => point({ startedAt: BASE + day * DAY, finishedAt: BASE + day * DAY + HOUR }));
  const line = ExposureLine.of(nights);
  const want = { exposureMs: 49 * HOUR, from: BASE + 2 * DAY, to: BASE + 4 * DAY + HOUR, leastMs: 25 * HOUR };
  t.match(worstCaseOfHistory(line, BASE + 9 * DAY), { ...want, usualGapMs: DAY });
  t.match(
    worstCaseOfHistory(line, BASE + 3 * DAY),
    { exposureMs: 25 * HOUR, from: BASE },
    'what was not yet is no past',
  );
});

t.test(
  'a worst case is what a perfect history comes to: a ms less is breached, and no target above it is',
  async (t) => {
    const crons = fc.constantFrom('0 22 * * *', '30 1 * * *', '0 */6 * * *', '15 2 * * 1-5', '0 3 1,15 * *', '@weekly');
    const zones = fc.constantFrom('UTC', 'America/New_York', 'Australia/Lord_Howe');
    const shut = fc.constantFrom(neverClosed, weekend, { weekdays: [7], dates: ['2026-12-25'] });
    holds(
      t,
      fc.property(crons, zones, shut, fc.integer({ min: 1, max: 170 * MINUTE }), (text, zone, closed, durationMs) => {
        const table = timetable({ kind: 'cron', cron: readCron(text) }, zone, closed);
        const worst = worstCaseOfRhythm(table, durationMs, NOW);
        // Each Sunday, where Sundays are closed.
        if (worst === null) return [...dueAfter(table, NOW).take(1)].length === 0;
        const [from, to] = [NOW, NOW + 460 * DAY];
        const starts: number[] = [];
        for (const at of dueAfter(table, from)) {
          if (at >= to) break;
          starts.push(at);
        }
        const points = starts.map((startedAt) => point({ startedAt, finishedAt: startedAt + durationMs }));
        const open = openTimeOf(closed, zone, from, to);
        const lines = linesOf(points, open);
        const since = (starts[0] ?? 0) + durationMs;
        const breachedMs = (rpoMs: number): number => {
          const plan = { lines, from: since, end: worst.to + 1, blind: [] };
          return tallyRpo(plan, { from: since, to }, [{ from: 0, until: to, rpoMs }], to).breachedMs;
        };
        if (breachedMs(worst.exposureMs) !== 0) throw new Error('the worst case itself is breached');
        if (breachedMs(worst.exposureMs - 1) < 1) throw new Error('a ms less is not');
        if (breachedMs(proposeRpoMs(worst)) !== 0) throw new Error('the proposal does not hold');
      }),
      { numRuns: 40 },
    );
  },
);
