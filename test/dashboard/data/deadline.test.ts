import fc from 'fast-check';
import t from 'tap';
import { byDeadline, deadlineOf, onSiteClock } from '../../../dashboard/data/deadline.ts';
import type { ResponseClockView } from '../../../protocol/api/contract.ts';
import { holds } from '../../support/property.ts';
import { incident } from '../documents.ts';

const MINUTE_MS = 60_000;
const startMs = Date.parse('2026-10-06T12:00:00.000Z');
const at = (minutes: number) => new Date(startMs + minutes * MINUTE_MS).toISOString();

/** A clock of 100 minutes from 12:00. */
function clock(change: Partial<ResponseClockView> = {}): ResponseClockView {
  return {
    contractual: true,
    binding: true,
    outcome: 'running',
    startedAt: at(0),
    dueAt: at(100),
    halfAt: at(50),
    warnAt: at(80),
    respondedAt: null,
    endsAt: 'acknowledged',
    recoveredAt: null,
    targetMs: 100 * MINUTE_MS,
    timeZone: 'UTC',
    contractVersion: 1,
    pausedSince: null,
    onSite: null,
    ...change,
  };
}

t.test('a clock runs through its stages with the time, even before the server tells of it', async (t) => {
  const f = (minutes: number, want: [string, number | null], change: Partial<ResponseClockView> = {}) => {
    const { stage, ms } = deadlineOf(clock(change), startMs + minutes * MINUTE_MS);
    t.same([stage, ms === null ? null : ms / MINUTE_MS], want, `${minutes} min ${JSON.stringify(change)}`);
  };
  f(0, ['calm', 100]);
  f(49.9, ['calm', 50.1]);
  f(50, ['half', 50]);
  f(79.9, ['half', 20.1]);
  f(80, ['close', 20]);
  f(100, ['breached', 0]);
  f(112, ['breached', 12]);
  f(112, ['past', 12], { binding: false });
  f(112, ['breached', 12], { outcome: 'breached' });
  f(200, ['breached', 12], { outcome: 'breached', respondedAt: at(112) });
  f(200, ['met', null], { outcome: 'met', respondedAt: at(30) });
  f(200, ['recovered', null], { outcome: 'recovered', recoveredAt: at(30) });
  f(200, ['met', null], { outcome: 'met', recoveredAt: at(30) });
  f(90, ['paused', 30], { outcome: 'paused', dueAt: null, pausedSince: at(60) });
  f(90, ['none', null], { outcome: 'none', dueAt: null });
  f(90, ['none', null], { dueAt: null });
  f(90, ['calm', 10], { halfAt: null, warnAt: null });
});

t.test('being on site is a clock of its own from the moment it is marked', async (t) => {
  t.equal(onSiteClock(clock()), null);
  const onSite = {
    markedAt: at(10),
    from: 'not_remotely' as const,
    dueAt: at(130),
    arrivedAt: null,
    outcome: 'running' as const,
  };
  const own = onSiteClock(clock({ onSite, outcome: 'met', respondedAt: at(5) }));
  t.ok(own);
  t.equal(own!.halfAt, at(70));
  t.equal(deadlineOf(own!, startMs + 106 * MINUTE_MS).stage, 'close');
  t.equal(deadlineOf(own!, startMs + 131 * MINUTE_MS).stage, 'breached');
});

t.test('breached first, then the nearest due time, then what is only shown or paused, then the rest', async (t) => {
  const onSite = {
    markedAt: at(0),
    from: 'not_remotely' as const,
    dueAt: at(60),
    arrivedAt: null,
    outcome: 'running' as const,
  };
  const sorted = [
    incident({ id: 'none', priority: 'emergency' }),
    incident({ id: 'paused', clock: clock({ outcome: 'paused', dueAt: null }) }),
    incident({ id: 'shown', clock: clock({ binding: false, dueAt: at(-500) }) }),
    incident({ id: 'late', clock: clock({ dueAt: at(300) }) }),
    incident({ id: 'emergency', priority: 'emergency', clock: clock({ dueAt: at(90) }) }),
    incident({ id: 'answered-late', clock: clock({ outcome: 'breached', dueAt: at(1), respondedAt: at(2) }) }),
    incident({ id: 'on-site', clock: clock({ outcome: 'met', respondedAt: at(3), onSite }) }),
    incident({ id: 'breached', priority: 'normal', clock: clock({ outcome: 'breached', dueAt: at(20) }) }),
    incident({ id: 'resolved', state: 'resolved', clock: clock({ dueAt: at(0) }) }),
  ]
    .sort(byDeadline)
    .map(({ id }) => id);
  t.same(sorted.slice(0, 6), ['breached', 'on-site', 'emergency', 'late', 'shown', 'paused']);
  t.equal(sorted[6], 'none', 'without a clock the priority decides');
  t.same(sorted.slice(7).sort(), ['answered-late', 'resolved']);
});

t.test('the order is total, whatever clocks there are', async (t) => {
  const outcome = fc.constantFrom('running', 'paused', 'met', 'breached', 'none') satisfies fc.Arbitrary<string>;
  const anyClock = fc
    .tuple(outcome, fc.boolean(), fc.option(fc.integer({ min: -300, max: 300 })), fc.boolean())
    .map(([each, binding, due, answered]) =>
      clock({
        outcome: each,
        binding,
        dueAt: due === null ? null : at(due),
        respondedAt: answered ? at(0) : null,
      }),
    );
  const anyIncident = fc
    .tuple(
      fc.option(anyClock),
      fc.constantFrom('emergency', 'high', 'medium', 'normal'),
      fc.integer({ max: 99, min: 0 }),
    )
    .map(([each, priority, id]) => incident({ id: String(id), priority, clock: each }));
  await holds(
    t,
    fc.property(anyIncident, anyIncident, anyIncident, (a, b, c) => {
      const opposite = Math.sign(byDeadline(a, b)) === -Math.sign(byDeadline(b, a));
      const transitive = !(byDeadline(a, b) <= 0 && byDeadline(b, c) <= 0) || byDeadline(a, c) <= 0;
      return opposite && transitive;
    }),
  );
});
