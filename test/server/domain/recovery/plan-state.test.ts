import fc from 'fast-check';
import t from 'tap';
import { readCron } from '../../../../server/domain/recovery/cron.ts';
import { ExposureLine } from '../../../../server/domain/recovery/exposure-line.ts';
import { neverClosed, openTimeOf } from '../../../../server/domain/recovery/open-time.ts';
import type { Plan, PlanKnowledge } from '../../../../server/domain/recovery/plan.ts';
import { MOST_MISSED, type PlanState, planState } from '../../../../server/domain/recovery/plan-state.ts';
import type { RecoveryPoint } from '../../../../server/domain/recovery/point.ts';
import { timetable } from '../../../../server/domain/recovery/rhythm.ts';
import { holds } from '../../../support/property.ts';
import { point } from '../../../support/recovery.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TAKES = 40 * MINUTE;
/** Friday 2026-10-02 22:00: the last run. */
const LAST = Date.UTC(2026, 9, 2, 22);
const nightly = timetable({ kind: 'cron', cron: readCron('0 22 * * *') }, 'UTC');
const plan: Plan = {
  id: 'files',
  from: LAST - 30 * DAY,
  table: nightly,
  rpoMs: 50 * HOUR,
  durationMs: TAKES,
  graceMs: null,
};
const lastNight = point({ startedAt: LAST, finishedAt: LAST + TAKES });

function known(
  points: readonly RecoveryPoint[],
  blindSince: number | null = null,
  open = openTimeOf(neverClosed, 'UTC', 0, 0),
) {
  const lines = {
    complete: ExposureLine.of(points, 'complete', open),
    possible: ExposureLine.of(points, 'possible', open),
  };
  return { ...lines, blindSince } satisfies PlanKnowledge;
}

function stateAt(afterMs: number, over: Partial<Plan> = {}, points: readonly RecoveryPoint[] = [lastNight]): PlanState {
  return planState({ ...plan, ...over }, known(points), LAST + afterMs);
}

t.test('a run that is overdue, then two, then the contract', async (t) => {
  const f = (what: string, afterMs: number, stage: string, priority: string | null, missed: number) =>
    t.match(stateAt(afterMs), { stage, priority, missed, said: { key: `recovery.${stage.replace('_', '-')}` } }, what);
  const late = DAY + TAKES + 2 * HOUR;
  f('as it ends', TAKES, 'kept', null, 0);
  f('the next has its two hours', late - 1, 'kept', null, 0);
  f('one miss', late, 'overdue', 'normal', 1);
  // The second would end 72 min before the breach: it is missed after half of that.
  const second = 2 * DAY + TAKES + (50 * HOUR - 2 * DAY - TAKES) / 2;
  f('not yet two', second - 1, 'overdue', 'normal', 1);
  f('two misses', second, 'at_risk', 'medium', 2);
  f('at the target itself', 50 * HOUR, 'at_risk', 'medium', 2);
  f('a ms more', 50 * HOUR + 1, 'breached', 'high', 2);
  f('and on', 4 * DAY, 'breached', 'high', 3);
});

t.test('each state has its numbers: what is lost, how long is left, when to look again', async (t) => {
  const late = DAY + TAKES + 2 * HOUR;
  t.match(stateAt(HOUR), {
    exposureMs: HOUR,
    newestAt: LAST,
    dueAt: LAST + DAY,
    breachAt: LAST + 50 * HOUR,
    leadMs: 49 * HOUR,
    nextChangeAt: LAST + late,
    said: { key: 'recovery.kept', params: { exposure: HOUR, rpo: 50 * HOUR, next: LAST + DAY } },
  });
  t.match(stateAt(late), {
    dueAt: LAST + DAY,
    leadMs: 50 * HOUR - late,
    said: { params: { due: LAST + DAY, missed: 1, breach: LAST + 50 * HOUR } },
  });
  t.match(stateAt(49.5 * HOUR), { nextChangeAt: LAST + 50 * HOUR + 1 });
  t.match(stateAt(60 * HOUR), {
    leadMs: -10 * HOUR,
    said: { key: 'recovery.breached', params: { exposure: 60 * HOUR, rpo: 50 * HOUR, since: LAST + 50 * HOUR } },
  });
  t.match(stateAt(30 * HOUR, { rpoMs: null }), { stage: 'overdue', breachAt: null, leadMs: null }, 'without a target');
  const noRhythm = stateAt(40 * HOUR, { table: null });
  t.match(noRhythm, { stage: 'kept', missed: 0, dueAt: null, nextChangeAt: LAST + 50 * HOUR + 1 }, 'without a rhythm');
  t.equal(stateAt(60 * HOUR, { table: null, rpoMs: null }).nextChangeAt, null, 'nothing to wait for');
});

t.test('however tight the target is, the miss is told before the breach', async (t) => {
  const tight = { rpoMs: 26 * HOUR };
  const half = DAY + TAKES + 40 * MINUTE;
  t.equal(stateAt(half - 1, tight).stage, 'kept');
  t.match(stateAt(half, tight), { stage: 'overdue', leadMs: 40 * MINUTE });
  t.match(
    stateAt(25 * HOUR, { rpoMs: DAY }),
    { stage: 'breached', missed: 0 },
    'one that can never hold needs no miss',
  );
});

t.test('how late a run may be', async (t) => {
  const hourly = timetable({ kind: 'interval', everyMs: HOUR }, 'UTC');
  const f = (what: string, over: Partial<Plan>, deadline: number) =>
    t.equal(stateAt(0, { rpoMs: null, ...over }, [point({ startedAt: LAST })]).nextChangeAt, LAST + deadline, what);
  f('a tenth of an hour', { table: hourly, durationMs: 0 }, HOUR + 6 * MINUTE);
  f(
    'five minutes at least',
    { table: timetable({ kind: 'interval', everyMs: 10 * MINUTE }, 'UTC'), durationMs: 0 },
    15 * MINUTE,
  );
  f('two hours at most', { durationMs: 0 }, DAY + 2 * HOUR);
  f('as somebody said', { graceMs: 1 }, DAY + TAKES + 1);
});

t.test('a run that began a little early was that run', async (t) => {
  const f = (what: string, earlyMs: number, cron: string, due: number) => {
    const table = timetable({ kind: 'cron', cron: readCron(cron) }, 'UTC');
    const early = point({ startedAt: LAST - earlyMs });
    t.equal(stateAt(0, { table }, [early]).dueAt, LAST + due, what);
  };
  f('clocks differ by a minute', MINUTE, '0 22 * * *', DAY);
  f('two', 2 * MINUTE, '0 22 * * *', DAY);
  f('somebody began one by hand', 3 * MINUTE, '0 22 * * *', 0);
  f('every minute: a quarter of one', 15_000, '* * * * *', MINUTE);
  f('and no more', 16_000, '* * * * *', 0);
});

t.test('a plan without a point', async (t) => {
  const from = LAST;
  const f = (what: string, afterMs: number, stage: string) =>
    t.match(stateAt(afterMs, { from }, []), { stage, exposureMs: null, newestAt: null }, what);
  f('waits for its first run', HOUR, 'kept');
  f('which is missed', DAY + TAKES + 2 * HOUR, 'overdue');
  f('and breached after its RPO', 50 * HOUR + 1, 'breached');
  t.match(stateAt(9 * DAY, { from, rpoMs: null, table: null }, []), {
    stage: 'kept',
    said: { key: 'recovery.no-point' },
  });
  t.match(stateAt(99 * DAY, { from }, []), { said: { key: 'recovery.no-point', params: { since: from } } });
});

t.test('what is not known to be whole breaches nothing, and keeps nothing', async (t) => {
  const seen = { ...lastNight, completeness: 'seen' as const };
  t.match(stateAt(HOUR, {}, [seen]), { stage: 'unproven', priority: null, exposureMs: null, missed: 0 });
  t.match(stateAt(HOUR, { rpoMs: null }, [seen]), {
    stage: 'unproven',
    said: { params: { exposure: HOUR, rpo: null } },
  });
  t.match(stateAt(51 * HOUR, {}, [seen]), { stage: 'breached' }, 'too old even if it is');
  const older = point({ startedAt: LAST - 3 * DAY });
  t.match(stateAt(HOUR, {}, [older, seen]), { stage: 'unproven', exposureMs: 73 * HOUR, breachAt: LAST + 50 * HOUR });
});

t.test('while nobody can look, nothing is missed for sure', async (t) => {
  const f = (afterMs: number, blindSince: number | null, stage: string) =>
    t.equal(planState(plan, known([lastNight], blindSince), LAST + afterMs).stage, stage);
  f(HOUR, LAST + MINUTE, 'kept');
  f(30 * HOUR, LAST + MINUTE, 'blind');
  f(60 * HOUR, LAST + MINUTE, 'blind');
  f(60 * HOUR, LAST + 70 * HOUR, 'breached');
  f(60 * HOUR, null, 'breached');
});

t.test('over closed days the exposure stands still, and nothing is due', async (t) => {
  const closed = { weekdays: [6, 7], dates: [] };
  const table = { ...nightly, closed };
  const open = openTimeOf(closed, 'UTC', LAST - 30 * DAY, LAST + 30 * DAY);
  const at = (afterMs: number) =>
    planState({ ...plan, table, rpoMs: 26 * HOUR }, known([lastNight], null, open), LAST + afterMs);
  t.match(at(2 * DAY), { stage: 'kept', exposureMs: 2 * HOUR, dueAt: LAST + 3 * DAY, breachAt: LAST + 74 * HOUR });
  t.match(at(74 * HOUR), { stage: 'overdue', exposureMs: 26 * HOUR });
  t.match(at(74 * HOUR + 1), { stage: 'breached' });
});

t.test('misses are counted, up to a bound', async (t) => {
  const table = timetable({ kind: 'cron', cron: readCron('* * * * *') }, 'UTC');
  const state = stateAt(30 * DAY, { table, rpoMs: null });
  t.match(state, { missed: MOST_MISSED, stage: 'at_risk', dueAt: LAST + MINUTE, nextChangeAt: null });
});

t.test('nothing changes before the instant at which it is to be looked at again', async (t) => {
  const cron = fc.constantFrom('0 22 * * *', '0 */4 * * *', '30 9 * * 1-5').map(readCron);
  const rpo = fc.option(fc.integer({ min: HOUR, max: 60 * HOUR }));
  holds(
    t,
    fc.property(cron, rpo, fc.nat(5 * DAY), fc.nat(1_000), fc.boolean(), (read, rpoMs, afterMs, permille, isSeen) => {
      const table = timetable({ kind: 'cron', cron: read }, 'Europe/Berlin');
      const own = { ...plan, table, rpoMs };
      const points = [isSeen ? { ...lastNight, completeness: 'seen' as const } : lastNight];
      const now = LAST + TAKES + afterMs;
      const { stage, missed, nextChangeAt } = planState(own, known(points), now);
      if (nextChangeAt === null) return true;
      if (nextChangeAt <= now) throw new Error('in the past');
      const between = now + Math.floor(((nextChangeAt - 1 - now) * permille) / 1_000);
      const later = planState(own, known(points), between);
      return later.stage === stage && later.missed === missed;
    }),
    { numRuns: 300 },
  );
});

t.test('a short rhythm is judged within a moment, also on a day on which the clocks change', async (t) => {
  const table = timetable({ kind: 'cron', cron: readCron('*/5 * * * *') }, 'Europe/Madrid');
  const startedAt = process.cpuUsage();
  for (const change of ['2026-03-28T23:00Z', '2026-10-24T22:00Z']) {
    const start = Temporal.Instant.from(change).epochMilliseconds;
    const points = known([point({ startedAt: start })]);
    const state = planState({ ...plan, table, durationMs: 0, rpoMs: null }, points, start + 30 * DAY);
    t.match(state, { stage: 'at_risk', missed: MOST_MISSED });
  }
  t.ok(process.cpuUsage(startedAt).user < 400_000, 'the judge asks this between two ticks');
});
