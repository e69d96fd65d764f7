import fc from 'fast-check';
import t from 'tap';
import type { Priority } from '../../../../protocol/api/view.ts';
import { typed } from '../../../../protocol/said/said.ts';
import {
  pause,
  recompute,
  resolve,
  resume,
  settleBreach,
  startClock,
  tick,
} from '../../../../server/domain/sla/clock.ts';
import { isUndecided } from '../../../../server/domain/sla/clock-verdict.ts';
import type { ClockTerms, ResponseClock } from '../../../../server/domain/sla/response-clock.ts';
import { tierTerms } from '../../../../server/domain/sla/tiers.ts';
import { respond } from '../../../support/clock-acts.ts';
import { holds } from '../../../support/property.ts';
import { spoken } from '../../../support/spoken.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const zone = 'America/Costa_Rica';
const at = (local: string): number => Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds;
/** Monday 10:00. */
const monday = at('2026-10-05T10:00');

const contract = (version: number, tier: 'standard' | 'premium'): ClockTerms => ({
  version,
  terms: { ...tierTerms(tier, { timeZone: zone, startsOn: '2026-01-01' }), clockFrom: 'detection' },
  siteId: null,
  until: Number.POSITIVE_INFINITY,
});
const standard = contract(1, 'standard');
const premium = contract(2, 'premium');
const doing = (when: number, priority: Priority, under = standard) => ({
  at: when,
  priority,
  under,
  cause: typed('Why.'),
});
const begin = (priority: Priority, under = standard): ResponseClock =>
  startClock({ ...doing(monday, priority, under), startedAt: monday, reportedAt: null, previous: null });

t.test('a higher priority breaches a clock that stands still, and it is told', (t) => {
  const paused = pause(begin('normal'), 'Ann', 'no access', doing(monday + HOUR, 'normal'));
  const raisedAt = monday + 2 * HOUR;
  const raised = recompute(paused, doing(raisedAt, 'emergency'));
  t.equal(raised.dueAt, monday + 15 * MINUTE, 'spent before the pause began');
  t.match(settleBreach(raised, raisedAt), { outcome: 'breached', pauses: [{ from: monday + HOUR, to: raisedAt }] });
  const news = tick(raised, raisedAt);
  t.match(spoken(news), {
    kind: 'clock_breach',
    clock: { outcome: 'breached', breachToldAt: raisedAt },
    said: 'Nobody acknowledged it by 2026-10-05 16:15:00 UTC: the 15 min of version 1 of the contract are over. That we wait for the client does not cure it.',
  });
  const told = news?.clock ?? raised;
  t.equal(tick(told, raisedAt + HOUR), null, 'once');
  for (const clock of [raised, told]) {
    t.equal(recompute(clock, doing(raisedAt + 1, 'normal')).outcome, 'breached', 'no lower priority cures it');
    t.equal(resume(clock, doing(raisedAt + 1, 'emergency')).outcome, 'breached', 'nor going on');
    t.equal(respond(clock, doing(raisedAt + 1, 'emergency')).outcome, 'breached', 'nor a response');
    t.equal(resolve(clock, doing(raisedAt + 1, 'emergency')).outcome, 'breached', 'nor the end');
  }
  t.end();
});

t.test('so does another contract', (t) => {
  const paused = pause(begin('high'), 'Ann', 'no access', doing(monday + 5 * HOUR, 'high'));
  const changed = recompute(paused, doing(monday + 6 * HOUR, 'high', premium));
  t.equal(changed.dueAt, monday + 4 * HOUR);
  t.match(spoken(tick(changed, monday + 6 * HOUR)), {
    kind: 'clock_breach',
    said: /the 4 h of version 2 of the contract/,
  });
  t.end();
});

t.test('a clock that stands still with time left is not breached, however long', (t) => {
  const paused = pause(begin('high'), 'Ann', 'no access', doing(monday + 4 * HOUR - 1, 'high'));
  const changed = recompute(paused, doing(monday + 6 * HOUR, 'high', premium));
  t.match(changed, { outcome: 'paused', dueAt: null });
  t.equal(tick(changed, monday + 1_000 * HOUR), null);
  t.equal(respond(changed, doing(monday + 1_000 * HOUR, 'high', premium)).outcome, 'met', 'one millisecond was left');
  t.end();
});

type Act = 'pause' | 'resume' | Exclude<Priority, 'normal'> | 'normal' | 'premium' | 'standard' | 'wait';
const acts: readonly Act[] = [
  'pause',
  'resume',
  'emergency',
  'high',
  'medium',
  'normal',
  'premium',
  'standard',
  'wait',
];

/** Minute by minute, and without any of the code it judges: Costa Rica is six hours behind UTC all year. */
const isOpen = (ms: number): boolean => {
  const local = new Date(ms - 6 * HOUR);
  const minute = local.getUTCHours() * 60 + local.getUTCMinutes();
  return local.getUTCDay() >= 1 && local.getUTCDay() <= 5 && minute >= 480 && minute < 1_020;
};

function lateBy(now: number, minutes: number, pauses: readonly { from: number; to: number | null }[]): boolean {
  let spent = 0;
  for (let minute = monday; minute < now; minute += MINUTE) {
    if (spent >= minutes) return true;
    const isPaused = pauses.some(({ from, to }) => from <= minute && (to === null || minute < to));
    if (isOpen(minute) && !isPaused) spent += 1;
  }
  return false;
}

t.test('whatever is paused, raised and agreed anew: breached exactly when, at some look, the time was over', (t) => {
  const minutesOf: Record<string, Record<Priority, number>> = {
    standard: { emergency: 15, high: 480, medium: 720, normal: 1_440 },
    premium: { emergency: 15, high: 240, medium: 480, normal: 1_440 },
  };
  const steps = fc.array(fc.tuple(fc.constantFrom(...acts), fc.integer({ min: 0, max: 50 })), { maxLength: 14 });
  holds(
    t,
    fc.property(steps, (all) => {
      let [clock, now, priority, under]: [ResponseClock, number, Priority, ClockTerms] = [
        begin('medium'),
        monday,
        'medium',
        standard,
      ];
      let isBreached = false;
      const pauses: { from: number; to: number | null }[] = [];
      const look = (): void => {
        const { tier, response } = under.terms;
        const binding = priority === 'emergency' || response[priority].binding;
        isBreached ||= binding && lateBy(now, minutesOf[tier]?.[priority] ?? 0, pauses);
      };
      for (const [act, tenMinutes] of all) {
        now += tenMinutes * 10 * MINUTE;
        look();
        const waiting = pauses.find(({ to }) => to === null);
        if (act === 'pause' && !waiting && !isBreached) {
          pauses.push({ from: now, to: null });
          clock = pause(clock, 'Ann', 'r', doing(now, priority, under));
        } else if (act === 'resume' && waiting) {
          waiting.to = now;
          clock = resume(clock, doing(now, priority, under));
        } else if (act === 'premium' || act === 'standard') {
          under = act === 'premium' ? premium : standard;
          clock = recompute(clock, doing(now, priority, under));
        } else if (act !== 'pause' && act !== 'resume' && act !== 'wait') {
          priority = act;
          clock = recompute(clock, doing(now, priority, under));
        }
        look();
        const settled = settleBreach(clock, now);
        if ((settled.outcome === 'breached') !== isBreached) return false;
        if (isBreached === isUndecided(settled)) return false;
        const isOpenPause = settled.pauses.at(-1)?.to === null;
        if (isOpenPause !== (settled.outcome === 'paused')) return false;
      }
      return true;
    }),
    { numRuns: 400 },
  );
  t.end();
});
