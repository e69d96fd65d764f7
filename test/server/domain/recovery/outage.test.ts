import fc from 'fast-check';
import t from 'tap';
import { linesOf } from '../../../../server/domain/recovery/attainment.ts';
import { type Drill, drillProof, drillState } from '../../../../server/domain/recovery/drill.ts';
import { lossAt } from '../../../../server/domain/recovery/outage.ts';
import { type RtoDecision, rtoState } from '../../../../server/domain/recovery/rto.ts';
import { holds } from '../../../support/property.ts';
import { anyPoints, BASE, newestBySearch, point } from '../../../support/recovery.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

t.test('what was lost at the onset', async (t) => {
  const lines = linesOf([
    point({ startedAt: BASE, verifiedAt: BASE + MINUTE }),
    point({ startedAt: BASE + HOUR }),
    point({ startedAt: BASE + 2 * HOUR, completeness: 'seen' }),
  ]);
  const f = (what: string, afterMs: number, rpoMs: number | null, want: object) =>
    t.match(lossAt(lines, BASE + afterMs, rpoMs), want, what);
  const known = { lossMs: 2 * HOUR, leastMs: HOUR, verifiedLossMs: 3 * HOUR, pointAt: BASE + HOUR };
  f('by what is whole, what may be, and what was verified', 3 * HOUR, 2 * HOUR, { ...known, verdict: 'met' });
  f('met only if what was seen is whole', 3 * HOUR, HOUR, {
    verdict: 'indeterminate',
    said: { key: 'recovery.loss.unproven', params: { loss: 2 * HOUR, perhaps: HOUR, rpo: HOUR } },
  });
  f('breached either way', 3 * HOUR, HOUR - 1, { verdict: 'breached', said: { key: 'recovery.loss.breached' } });
  f('no target', 3 * HOUR, null, { verdict: 'no_target', said: { key: 'recovery.loss.met', params: { rpo: null } } });
  const all = { lossMs: null, pointAt: null, leastMs: null, verifiedLossMs: null, said: { key: 'recovery.loss.all' } };
  f('before the first', -1, HOUR, { verdict: 'breached', ...all });
  f('and without a target', -1, null, { verdict: 'no_target', ...all });
  const seen = linesOf([point({ startedAt: BASE, completeness: 'seen' })]);
  t.match(lossAt(seen, BASE + 1, HOUR), { verdict: 'indeterminate', lossMs: null, leastMs: 1 });
});

t.test('the loss is the time since the newest point at that instant, and a later point changes nothing', async (t) => {
  holds(
    t,
    fc.property(anyPoints(40), fc.integer({ min: -40, max: 80 }), fc.nat(40), (points, after, rpoMs) => {
      const onset = BASE + after;
      const newest = newestBySearch(points, 'complete', onset);
      const { lossMs, verdict } = lossAt(linesOf(points), onset, rpoMs);
      if (lossMs !== (newest === null ? null : onset - newest)) return false;
      const later = point({ startedAt: onset, finishedAt: onset + 1 }, 'later');
      if (lossAt(linesOf([...points, later]), onset, rpoMs).verdict !== verdict) return false;
      return (verdict === 'met') === (newest !== null && onset - newest <= rpoMs);
    }),
  );
});

t.test('what is decided of an RTO is kept', async (t) => {
  const open = { onset: BASE, partialAt: null, restoredAt: null };
  const breached = rtoState(open, HOUR, BASE + HOUR + 1);
  t.match(breached, { verdict: 'breached', isOver: false, leftMs: -1, said: { params: { took: null } } });
  t.same(breached.decision, { verdict: 'breached', rtoMs: HOUR, dueAt: BASE + HOUR });
  const over = { ...open, restoredAt: BASE + 2 * HOUR };
  const f = (what: string, kept: RtoDecision | null, rtoMs: number, want: object) =>
    t.match(rtoState(over, rtoMs, BASE + 9 * HOUR, kept), want, what);
  f('a target that is loosened later changes nothing', breached.decision, 4 * HOUR, {
    verdict: 'breached',
    rtoMs: HOUR,
    elapsedMs: 2 * HOUR,
    leftMs: -HOUR,
    said: { key: 'recovery.rto.breached', params: { took: 2 * HOUR, rto: HOUR } },
  });
  const met = rtoState(over, 4 * HOUR, BASE + 2 * HOUR).decision;
  f('nor one that is tightened', met, HOUR, { verdict: 'met', rtoMs: 4 * HOUR });
  t.equal(rtoState(open, HOUR, BASE).decision, null, 'nothing is decided yet');
});

t.test('what has not happened yet does not count', async (t) => {
  const f = (what: string, over: object, now: number, want: object) =>
    t.match(rtoState({ onset: BASE, partialAt: null, restoredAt: null, ...over }, HOUR, now), want, what);
  f('a restoration of the future', { restoredAt: BASE + MINUTE }, BASE, { verdict: 'running', isOver: false });
  f('a part of it', { partialAt: BASE + MINUTE }, BASE, { partialAt: null });
  f('a part of it, then', { partialAt: BASE + MINUTE }, BASE + MINUTE, {
    partialAt: BASE + MINUTE,
    verdict: 'running',
  });
  f('restored before it failed', { restoredAt: BASE - 1 }, BASE + DAY, { verdict: 'met', elapsedMs: 0 });
  f('a failure of the future', {}, BASE - DAY, { verdict: 'running', elapsedMs: 0, leftMs: HOUR });
});

t.test('the clock of an outage counts each ms to the due time, and part of a service stops nothing', async (t) => {
  const ms = fc.nat(3 * HOUR);
  holds(
    t,
    fc.property(ms, fc.option(ms), fc.option(ms), ms, (rtoMs, partial, restored, after) => {
      const whole = { onset: BASE, partialAt: null, restoredAt: restored === null ? null : BASE + restored };
      const inPart = { ...whole, partialAt: partial === null ? null : BASE + partial };
      const now = BASE + after;
      const [a, b] = [rtoState(whole, rtoMs, now), rtoState(inPart, rtoMs, now)];
      const took = restored !== null && restored <= after ? restored : after;
      const want = took > rtoMs ? 'breached' : took === restored && restored <= after ? 'met' : 'running';
      return a.verdict === b.verdict && a.verdict === want && a.elapsedMs + a.leftMs === rtoMs && a.elapsedMs === took;
    }),
  );
});

const drill = (over: Partial<Drill>): Drill => ({
  id: 'd',
  scope: 'full',
  startedAt: BASE,
  finishedAt: BASE + HOUR,
  result: 'restored',
  restoredBytes: 1e9,
  ...over,
});

t.test('a drill is timed like an outage, and labelled', async (t) => {
  const f = (what: string, over: Partial<Drill>, now: number, want: object) =>
    t.same(drillState(drill(over), HOUR, BASE + now), want, what);
  f('in time', {}, DAY, { rto: 'met', elapsedMs: HOUR, isProof: true });
  f('a ms late', { finishedAt: BASE + HOUR + 1 }, DAY, { rto: 'breached', elapsedMs: HOUR + 1, isProof: true });
  const running = { finishedAt: null, result: 'running' } as const;
  f('as it runs', running, MINUTE, { rto: 'running', elapsedMs: MINUTE, isProof: false });
  f('as it runs too long', running, 2 * HOUR, { rto: 'breached', elapsedMs: 2 * HOUR, isProof: false });
  f('a byte differed', { result: 'mismatch' }, DAY, { rto: null, elapsedMs: HOUR, isProof: false });
  f('a sample', { scope: 'sample' }, DAY, { rto: null, elapsedMs: HOUR, isProof: false });
  f('ended in the future', { finishedAt: BASE + DAY }, MINUTE, { rto: 'running', elapsedMs: MINUTE, isProof: false });
  t.same(drillState(drill({}), null, BASE + DAY), { rto: null, elapsedMs: HOUR, isProof: true }, 'without a target');
});

t.test('the age of the last drill has its own target', async (t) => {
  const full = drill({ id: 'full' });
  const sample = drill({ id: 'sample', scope: 'sample', startedAt: BASE + DAY, finishedAt: BASE + DAY + HOUR });
  const failed = drill({ id: 'failed', result: 'missing', startedAt: BASE + 2 * DAY, finishedAt: BASE + 2 * DAY });
  const running = drill({ id: 'now', result: 'running', startedAt: BASE + 3 * DAY, finishedAt: null });
  const now = BASE + 9 * DAY;
  const f = (what: string, drills: Drill[], scope: Drill['scope'], maxAgeMs: number | null, want: object) => {
    t.match(drillProof(drills, { scope, maxAgeMs }, now), want, what);
    t.match(drillProof(drills.toReversed(), { scope, maxAgeMs }, now), want, `${what}: in any order`);
  };
  const age = 9 * DAY - HOUR;
  f('as old as its end', [full, sample], 'full', age, {
    ageMs: age,
    isOverdue: false,
    said: { key: 'recovery.drill.proven' },
  });
  f('a ms too old', [full, sample], 'full', age - 1, { isOverdue: true, said: { key: 'recovery.drill.overdue' } });
  f('a sample is no proof of all', [sample], 'full', 30 * DAY, {
    full: null,
    any: { id: 'sample' },
    ageMs: null,
    isOverdue: true,
  });
  f('but one where samples are wanted', [full, sample], 'sample', 9 * DAY, { ageMs: 8 * DAY - HOUR, isOverdue: false });
  f('all of it is a sample too', [full], 'sample', 9 * DAY, { ageMs: age });
  f('the last one failed', [full, failed, running], 'full', 30 * DAY, {
    failed: { id: 'failed' },
    full: { id: 'full' },
    isOverdue: false,
    said: { key: 'recovery.drill.failed', params: { why: 'missing' } },
  });
  f(
    'it failed, and then went well',
    [failed, drill({ id: 'again', startedAt: BASE + 4 * DAY, finishedAt: BASE + 5 * DAY })],
    'full',
    9 * DAY,
    {
      failed: null,
      full: { id: 'again' },
    },
  );
  f('none, and none is asked for', [], 'full', null, { ageMs: null, isOverdue: false, said: null });
  f('of the future', [drill({ startedAt: now, finishedAt: now + 1 })], 'full', DAY, {
    full: null,
    any: null,
    failed: null,
  });
});
