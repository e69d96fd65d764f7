import fc from 'fast-check';
import t from 'tap';
import {
  endOutage,
  type OutageClock,
  outageState,
  partlyBack,
  redateOutage,
  startOutage,
  tickOutage,
  tightest,
} from '../../../../server/domain/incidents/outage-clock.ts';
import { holds } from '../../../support/property.ts';
import { BASE } from '../../../support/recovery.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const promise = { planId: 'p', plan: 'Files', rtoMs: HOUR, restoreMs: null };

t.test('12:00 to 13:00 is met; partial recovery at 12:50 does not stop it', async (t) => {
  const clock = startOutage(promise, BASE, null);
  t.match(clock, { dueAt: BASE + HOUR, riskAt: BASE + 48 * MINUTE, verdict: 'running' });
  t.match(outageState(clock, BASE + 37 * MINUTE), { leftMs: 23 * MINUTE, verdict: 'running' });
  t.equal(tickOutage(clock, BASE + 48 * MINUTE - 1), null);
  const warned = tickOutage(clock, BASE + 48 * MINUTE);
  t.match(warned, { kind: 'rto_warning', said: { params: { due: BASE + HOUR, restore: null } } });
  t.equal(tickOutage(warned?.clock as OutageClock, BASE + HOUR), null, 'warned once, and met at the very instant');
  const partial = partlyBack(clock, ['Shop'], BASE + 50 * MINUTE)?.clock as OutageClock;
  t.match(outageState(partial, BASE + HOUR + 1), { verdict: 'breached', partialAt: BASE + 50 * MINUTE });
  t.match(endOutage(partial, BASE + HOUR), { clock: { verdict: 'met', restoredAt: BASE + HOUR }, kind: null });
  const late = endOutage(clock, BASE + HOUR + 1);
  t.match(late, { clock: { verdict: 'breached' }, kind: 'rto_breach' }, 'a breach that nobody saw is told');
  t.equal(tickOutage(late?.clock as OutageClock, BASE + 9 * HOUR), null);
  t.equal(endOutage(late?.clock as OutageClock, BASE + 9 * HOUR), null);
  t.equal(partlyBack(late?.clock as OutageClock, ['Shop'], BASE), null);
});

t.test('it is at risk from when a restore would end too late', async (t) => {
  const f = (what: string, restoreMs: number, afterMs: number) =>
    t.equal(startOutage({ ...promise, restoreMs }, BASE, null).riskAt, BASE + afterMs, what);
  f('40 of 60 min', 40 * MINUTE, 20 * MINUTE);
  f('a short one warns at 80 % all the same', MINUTE, 48 * MINUTE);
  f('one that is too long from the first moment on', 2 * HOUR, 0);
});

t.test('what was decided is kept, also once it comes back', async (t) => {
  const breached = tickOutage(startOutage(promise, BASE, null), BASE + HOUR + 1)?.clock as OutageClock;
  t.match(breached, { verdict: 'breached', restoredAt: null });
  const over = endOutage(breached, BASE + 2 * HOUR);
  t.match(over, { kind: null, said: { params: { how: { params: { took: 2 * HOUR } } } } });
  const again = startOutage({ ...promise, rtoMs: 9 * HOUR }, BASE + 3 * HOUR, over?.clock as OutageClock);
  t.match(again, { verdict: 'running', dueAt: BASE + 12 * HOUR });
  t.same(again.earlier, [{ onsetAt: BASE, dueAt: BASE + HOUR, restoredAt: BASE + 2 * HOUR, verdict: 'breached' }]);
  const back = redateOutage(again, (at) => at - MINUTE);
  t.match(back, { onsetAt: BASE + 3 * HOUR - MINUTE, dueAt: BASE + 12 * HOUR - MINUTE });
  t.match(back.earlier, [{ onsetAt: BASE - MINUTE, dueAt: BASE + HOUR - MINUTE }]);
  const long = Array.from({ length: 99 }).reduce<OutageClock>((clock) => startOutage(promise, BASE, clock), again);
  t.equal(long.earlier.length, 50);
});

t.test('the tightest promise counts', async (t) => {
  const of = (planId: string, rtoMs: number) => ({ ...promise, planId, rtoMs });
  t.equal(tightest([]), null);
  t.match(tightest([of('c', 2), of('b', 1), of('a', 1)]), { planId: 'a' });
});

t.test('however often it is looked at, it is breached if and only if it ends after it is due', async (t) => {
  const looks = fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 20 });
  holds(
    t,
    fc.property(looks, fc.integer({ min: 0, max: 200 }), fc.integer({ min: 1, max: 100 }), (times, end, rtoMs) => {
      const before = times.filter((at) => at <= end).sort((a, b) => a - b);
      let clock = startOutage({ ...promise, rtoMs }, BASE, null);
      let breaches = 0;
      for (const at of before) {
        const news = tickOutage(clock, BASE + at);
        clock = news?.clock ?? clock;
        if (news?.kind === 'rto_breach') breaches += 1;
      }
      const over = endOutage(clock, BASE + end);
      if (over?.kind === 'rto_breach') breaches += 1;
      return (over?.clock.verdict === 'breached') === end > rtoMs && breaches === (end > rtoMs ? 1 : 0);
    }),
  );
});
