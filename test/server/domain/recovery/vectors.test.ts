import t from 'tap';
import { attainment, linesOf, tallyRpo } from '../../../../server/domain/recovery/attainment.ts';
import { countCopies } from '../../../../server/domain/recovery/copies.ts';
import { readCron } from '../../../../server/domain/recovery/cron.ts';
import { type Drill, drillProof, drillState } from '../../../../server/domain/recovery/drill.ts';
import { ExposureLine } from '../../../../server/domain/recovery/exposure-line.ts';
import { lossAt } from '../../../../server/domain/recovery/outage.ts';
import { restoreOutlook } from '../../../../server/domain/recovery/outlook.ts';
import { planState } from '../../../../server/domain/recovery/plan-state.ts';
import type { RecoveryPoint } from '../../../../server/domain/recovery/point.ts';
import { timetable } from '../../../../server/domain/recovery/rhythm.ts';
import { rtoState } from '../../../../server/domain/recovery/rto.ts';
import { judgeRun, type RunEnd } from '../../../../server/domain/recovery/run.ts';
import { judgeSize } from '../../../../server/domain/recovery/size-sanity.ts';
import { holdOf, proposeRpoMs, worstCaseOfRhythm } from '../../../../server/domain/recovery/worst-case.ts';
import { point } from '../../../support/recovery.ts';

/** Each promise of recovery that a client can dispute, as it was written down. */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** On the day of an outage. */
const at = (time: string): number => Date.parse(`2026-10-02T${time.padEnd(8, ':00')}Z`);
const nightly = timetable({ kind: 'cron', cron: readCron('0 22 * * *') }, 'America/Costa_Rica');

t.test('RPO 1 h, failure at 12:00', async (t) => {
  const f = (startedAt: number, want: string, lossMs: number) => {
    const loss = lossAt(linesOf([point({ startedAt })]), at('12:00'), HOUR);
    t.match(loss, { verdict: want, lossMs }, new Date(startedAt).toISOString());
  };
  f(at('11:00'), 'met', HOUR);
  f(at('11:00') - 1, 'breached', HOUR + 1);
});

t.test('RTO 1 h, failure at 12:00', async (t) => {
  const f = (what: string, restored: string | null, partial: string | null, now: string, want: object) => {
    const [restoredAt, partialAt] = [restored, partial].map((time) => (time === null ? null : at(time)));
    const outage = { onset: at('12:00'), restoredAt: restoredAt ?? null, partialAt: partialAt ?? null };
    t.match(rtoState(outage, HOUR, at(now)), want, what);
  };
  f('restored at 13:00', '13:00', null, '14:00', { verdict: 'met', elapsedMs: HOUR, leftMs: 0 });
  f('a second later', '13:00:01', null, '14:00', { verdict: 'breached', leftMs: -1_000 });
  f('in part at 12:50, in full at 13:10', '13:10', '12:50', '14:00', { verdict: 'breached', elapsedMs: 70 * 60_000 });
  f('in part at 12:50: 10 min are left', null, '12:50', '12:50', { verdict: 'running', leftMs: 10 * 60_000 });
  f('23 min left', null, null, '12:37', { verdict: 'running', leftMs: 23 * 60_000 });
  f('the last instant', null, null, '13:00', { verdict: 'running', leftMs: 0 });
  f('over', null, null, '13:00:01', { verdict: 'breached' });
});

t.test('a recovery point is the start of a backup that finished and is whole', async (t) => {
  const started = at('10:00');
  const f = (what: string, over: Partial<RecoveryPoint>, want: number | null, when = '12:00') =>
    t.equal(
      ExposureLine.of([point({ startedAt: started, finishedAt: at('10:40'), ...over })]).newestAt(at(when)),
      want,
      what,
    );
  f('its start, not its end', {}, started);
  f('not before its end', {}, null, '10:39');
  f('a future date', { startedAt: at('18:00'), finishedAt: at('18:40'), seenAt: at('11:00') }, null, '20:00');
  f('1970', { startedAt: 0 }, null);
  f('merely seen', { completeness: 'seen' }, null);
  f('seen, and found whole by a check', { completeness: 'seen', verifiedAt: at('11:00') }, started);
  f('shrunken, empty, or not readable', { completeness: 'unknown' }, null);
  const ends = (what: string, end: RunEnd, want: string) => t.equal(judgeRun(end).completeness, want, what);
  ends('restic exit code 3', { tool: 'restic', exitCode: 3 }, 'failed');
  ends('an unknown code', { tool: 'restic', exitCode: 77 }, 'failed');
  ends('a Veeam "Warning"', { tool: 'veeam', result: 'Warning' }, 'complete');
  t.equal(judgeRun({ tool: 'veeam', result: 'Warning' }).hasNote, true, 'with a note');
});

t.test('RPO attainment is the share of time with an exposure within the target', async (t) => {
  // A daily job of 40 min against 24 h: 40 min of each day are over, although every run succeeds.
  const days = Array.from({ length: 31 }, (_, day) => at('22:00') + day * DAY);
  const points = days.map((startedAt) => point({ startedAt, finishedAt: startedAt + 40 * 60_000 }));
  const plan = { lines: linesOf(points), from: 0, end: Number.POSITIVE_INFINITY, blind: [] };
  const period = { from: at('23:00'), to: at('23:00') + 30 * DAY };
  const f = (rpoMs: number) => attainment(tallyRpo(plan, period, [{ from: 0, until: period.to, rpoMs }], period.to));
  t.match(f(DAY), { tally: { breachedMs: 30 * 40 * 60_000 }, ratio: 0.972222222, verdict: 'breached' });
  t.match(f(DAY + 40 * 60_000), { tally: { breachedMs: 0 }, ratio: 1, verdict: 'met' });
  t.match(f(26 * HOUR), { verdict: 'met', verifiedRatio: 0 }, 'none was verified');
});

t.test('the worst case is said when the plan is made', async (t) => {
  const worst = worstCaseOfRhythm(nightly, 40 * 60_000, at('12:00'));
  if (worst === null) return t.fail('it has one');
  t.equal(worst.exposureMs, DAY + 40 * 60_000);
  t.equal(holdOf(worst, DAY), 'never', 'a daily job of 40 min breaches 24 h');
  t.equal(proposeRpoMs(worst), 26 * HOUR);
  t.equal(holdOf(worst, 26 * HOUR), 'holds');
  const weekdays = { ...nightly, closed: { weekdays: [6, 7], dates: [] } };
  t.equal(
    worstCaseOfRhythm(weekdays, 40 * 60_000, at('12:00'))?.exposureMs,
    DAY + 40 * 60_000,
    'closed days are skipped',
  );
});

t.test('one miss is Normal, two are Medium, a breach of the contract is High', async (t) => {
  const plan = { id: 'p', from: 0, table: nightly, rpoMs: 3 * DAY, durationMs: 40 * 60_000, graceMs: 0 };
  // 22:00 in Costa Rica.
  const last = at('04:00');
  const line = ExposureLine.of([point({ startedAt: last })]);
  const f = (afterMs: number, want: string | null) =>
    t.equal(planState(plan, { complete: line, possible: line, blindSince: null }, last + afterMs).priority, want);
  f(DAY + 40 * 60_000 - 1, null);
  f(DAY + 40 * 60_000, 'normal');
  f(2 * DAY + 40 * 60_000, 'medium');
  f(3 * DAY, 'medium');
  f(3 * DAY + 1, 'high');
});

t.test('a drill is timed by the rule of an outage, and a sample proves no whole', async (t) => {
  const drill = (scope: Drill['scope'], minutes: number, bytes: number): Drill => ({
    id: `${scope}-${minutes}`,
    scope,
    startedAt: at('12:00'),
    finishedAt: at('12:00') + minutes * 60_000,
    result: 'restored',
    restoredBytes: bytes,
  });
  t.match(drillState(drill('full', 60, 1), HOUR, at('18:00')), { rto: 'met', isProof: true });
  t.match(drillState(drill('full', 61, 1), HOUR, at('18:00')), { rto: 'breached', isProof: true });
  t.match(drillState(drill('sample', 1, 1), HOUR, at('18:00')), { rto: null, isProof: false });
  const sample = drill('sample', 10, 6e9);
  t.match(drillProof([sample], { scope: 'full', maxAgeMs: DAY }, at('18:00')), { full: null, isOverdue: true });
  // Size today / median throughput of the drills, with their spread: 10, 20 and 30 MB a s.
  const drills = [sample, drill('full', 20, 24e9), drill('full', 30, 54e9)];
  const sizes = [{ at: at('10:00'), value: 72e9 }];
  const hours = (gigabytes: number, rate: number) => (gigabytes * 1e9 * 1_000) / (rate * 1e6);
  t.match(restoreOutlook(drills, sizes, HOUR, at('18:00')), {
    tookMs: hours(72, 20),
    leastMs: hours(72, 30),
    mostMs: hours(72, 10),
  });
});

t.test('copies are counted by place, and off-site is another place than the site of the machine', async (t) => {
  const line = ExposureLine.of([point({ startedAt: at('10:00') })]);
  const nas = { id: 'nas', siteId: 'office', medium: 'nas' } as const;
  const cloud = { id: 'cloud', siteId: null, medium: 'cloud' } as const;
  const machine = { siteId: 'office', medium: 'disk' } as const;
  const f = (places: (typeof nas | typeof cloud)[], want: object) =>
    t.match(countCopies(new Map(places.map(({ id }) => [id, line])), places, machine, null, at('12:00')), want);
  f([nas, cloud], { copyCount: 3, mediaCount: 3, offsiteCount: 1, is321: true });
  f([nas], { copyCount: 2, offsiteCount: 0, is321: false });
});

t.test('a shrunken or empty backup is told the same day', async (t) => {
  const before = [3, 2, 1].map((days) => point({ startedAt: at('10:00') - days * DAY, sizeBytes: 1_000 }));
  const f = (sizeBytes: number, want: string) =>
    t.equal(judgeSize({ startedAt: at('10:00'), sizeBytes, kind: 'full' }, before).verdict, want);
  f(500, 'plausible');
  f(499, 'shrunken');
  f(0, 'empty');
});
