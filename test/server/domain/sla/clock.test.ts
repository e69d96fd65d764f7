import fc from 'fast-check';
import t from 'tap';
import type { ContractTerms } from '../../../../protocol/api/contract.ts';
import type { Priority } from '../../../../protocol/api/view.ts';
import { plain } from '../../../../protocol/said/plain.ts';
import { said, typed } from '../../../../protocol/said/said.ts';
import {
  arrive,
  markOnSite,
  pause,
  recompute,
  resolve,
  resume,
  settleBreach,
  startClock,
  tick,
} from '../../../../server/domain/sla/clock.ts';
import { explainClock } from '../../../../server/domain/sla/clock-explanation.ts';
import { reportTo } from '../../../../server/domain/sla/known-times.ts';
import type { ClockTerms, ResponseClock } from '../../../../server/domain/sla/response-clock.ts';
import { type Tier, tierTerms } from '../../../../server/domain/sla/tiers.ts';
import { reported, respond } from '../../../support/clock-acts.ts';
import { holds } from '../../../support/property.ts';
import { spoken } from '../../../support/spoken.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const zone = 'America/Costa_Rica';
const at = (local: string): number => Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds;
const local = (ms: number | null): string | null =>
  ms === null ? null : Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainDateTime().toString();
/** Monday 10:00. */
const monday = at('2026-10-05T10:00');

function terms(tier: Tier, over: Partial<ContractTerms> = {}, version: number | null = 1): ClockTerms {
  const until = over.endsOn ? at(`${over.endsOn}T00:00`) + 24 * HOUR : Number.POSITIVE_INFINITY;
  const made = {
    ...tierTerms(tier, { timeZone: zone, startsOn: '2026-01-01' }),
    clockFrom: 'detection' as const,
    ...over,
  };
  return { version, terms: made, siteId: null, until };
}

const premium = terms('premium');
const begin = (priority: Priority = 'high', under = premium, startedAt = monday): ResponseClock =>
  startClock({
    at: startedAt,
    startedAt,
    reportedAt: null,
    priority,
    under,
    cause: said('clock.cause', { why: 'opened' }),
    previous: null,
  });
const doing = (when: number, priority: Priority = 'high', under = premium) => ({
  at: when,
  priority,
  under,
  cause: typed('Why.'),
});

const newsOf = (news: ReturnType<typeof tick>): string => (news === null ? '' : plain(news.said, 0));

t.test('a clock starts with its due time and its milestones', (t) => {
  const clock = begin();
  t.match(clock, { contractual: true, binding: true, outcome: 'running', respondedAt: null, timeZone: zone });
  t.same([clock.halfAt, clock.warnAt, clock.dueAt].map(local), [
    '2026-10-05T12:00:00',
    '2026-10-05T13:12:00',
    '2026-10-05T14:00:00',
  ]);
  t.same(spoken(clock.computations), [
    {
      at: monday,
      why: 'It was opened. By version 1 of the contract (Premium) high has 4 h of service hours to acknowledge it.',
      priority: 'high',
      targetMs: 4 * HOUR,
      dueAt: clock.dueAt,
      contractVersion: 1,
    },
  ]);
  t.end();
});

t.test('what is promised', (t) => {
  const internal = startClock({
    ...doing(monday, 'high', terms('premium', { clockFrom: 'report' })),
    startedAt: monday,
    reportedAt: null,
    previous: null,
  });
  t.equal(internal.contractual, false, 'detection alone, where the contract counts from a report');
  t.match(spoken(internal.computations[0]?.why), /as our internal target\.$/);
  const reported = startClock({
    ...doing(monday, 'high', terms('premium', { clockFrom: 'report' })),
    startedAt: monday,
    reportedAt: monday,
    previous: null,
  });
  t.equal(reported.contractual, true, 'a report');
  t.equal(begin('high', terms('standard', {}, null)).contractual, false, 'no contract');
  const shown = begin('normal', terms('standard'));
  t.match(shown, { binding: false, outcome: 'running' });
  t.match(spoken(shown.computations[0]?.why), /shown and never breached/);
  const { response } = premium.terms;
  const none = begin('normal', terms('own', { response: { ...response, normal: { minutes: null, binding: true } } }));
  t.match(none, { dueAt: null, warnAt: null, halfAt: null, outcome: 'none' });
  t.match(spoken(none.computations[0]?.why), /no response time is agreed for normal/);
  const ending = begin('high', terms('premium', { endsOn: '2026-10-04' }));
  t.match(
    spoken(ending.computations[0]?.why),
    /The contract ends on 2026-10-04; the clock goes on under the terms it started with\.$/,
  );
  t.end();
});

t.test('a person responds: at the due time it is met, one ms later it is breached', (t) => {
  const clock = begin();
  const due = clock.dueAt ?? 0;
  t.match(respond(clock, doing(due)), { outcome: 'met', respondedAt: due });
  t.match(respond(clock, doing(due + 1)), { outcome: 'breached', respondedAt: due + 1 });
  const met = respond(clock, doing(due));
  t.equal(respond(met, doing(due + HOUR)), met, 'the first response counts');
  t.match(resolve(clock, doing(due)), { outcome: 'met', respondedAt: null }, 'resolved before due');
  t.match(resolve(clock, doing(due + 1)), { outcome: 'breached', respondedAt: null });
  t.equal(resolve(met, doing(due + HOUR)), met, 'a resolution later changes nothing');
  const shown = begin('normal', terms('standard'));
  t.match(respond(shown, doing((shown.dueAt ?? 0) + HOUR, 'normal')), { outcome: 'none' }, 'late, and never breached');
  t.match(respond(shown, doing(monday + HOUR, 'normal')), { outcome: 'met' });
  t.end();
});

t.test('a pause stops business time only', (t) => {
  const paused = pause(begin(), 'Ann', 'no access', doing(monday + HOUR));
  t.match(paused, {
    outcome: 'paused',
    dueAt: null,
    pauses: [{ from: monday + HOUR, to: null, reason: 'no access', by: 'Ann' }],
  });
  t.equal(tick(paused, monday + 1000 * HOUR), null, 'nothing is told while it stands still');
  const resumed = resume(paused, doing(at('2026-10-06T09:00')));
  t.equal(local(resumed.dueAt), '2026-10-06T12:00:00', '3 h were left');
  t.equal(resumed.outcome, 'running');
  t.same(
    resumed.computations.map(({ dueAt }) => local(dueAt)),
    ['2026-10-05T14:00:00', null, '2026-10-06T12:00:00'],
  );
  const answered = respond(paused, doing(at('2026-10-07T09:00')));
  t.match(answered, { outcome: 'met', pauses: [{ to: at('2026-10-07T09:00') }] }, 'a response ends the pause');
  t.match(resolve(paused, doing(at('2026-10-07T09:00'))), { outcome: 'met' });
  t.end();
});

t.test('another priority or other terms are computed from the start, and every due time is kept', (t) => {
  const lower = recompute(begin(), doing(monday + HOUR, 'medium'));
  t.same(
    lower.computations.map(({ priority, dueAt }) => [priority, local(dueAt)]),
    [
      ['high', '2026-10-05T14:00:00'],
      ['medium', '2026-10-06T09:00:00'],
    ],
  );
  const advanced = recompute(begin(), doing(monday + HOUR, 'high', terms('advanced', {}, 2)));
  t.same([local(advanced.dueAt), advanced.computations.at(-1)?.contractVersion], ['2026-10-05T16:00:00', 2]);
  const higher = recompute(begin('medium'), doing(at('2026-10-05T15:00'), 'high'));
  t.equal(local(higher.dueAt), '2026-10-05T14:00:00', 'already gone');
  t.match(tick(higher, at('2026-10-05T15:00')), { kind: 'clock_breach' });
  t.end();
});

t.test('a verdict stands for ever', (t) => {
  const clock = begin();
  const late = (clock.dueAt ?? 0) + 1;
  const breached = tick(clock, late)?.clock ?? clock;
  t.equal(breached.outcome, 'breached');
  t.equal(recompute(breached, doing(late, 'normal')), breached, 'no lower priority cures it');
  t.equal(recompute(clock, doing(late, 'normal')).outcome, 'breached', 'also if nobody had looked yet');
  t.match(respond(breached, doing(late + 1)), { outcome: 'breached', respondedAt: late + 1 });
  t.match(resolve(breached, doing(late + 1)), { outcome: 'breached' });
  const met = respond(clock, doing(monday + 1));
  t.equal(recompute(met, doing(monday + 2, 'emergency')), met);
  t.equal(settleBreach(met, late + HOUR), met);
  t.equal(tick(met, late + HOUR), null);
  t.end();
});

t.test('80 % is told once, then the breach once', (t) => {
  const clock = begin();
  const { warnAt, dueAt } = { warnAt: clock.warnAt ?? 0, dueAt: clock.dueAt ?? 0 };
  t.equal(tick(clock, warnAt - 1), null);
  const warned = tick(clock, warnAt);
  t.match(spoken(warned, warnAt), {
    kind: 'clock_warning',
    said: '80 % of the time is spent: the acknowledgement is due 2026-10-05 20:00:00 UTC, in 48 min.',
  });
  t.equal(tick(warned?.clock ?? clock, warnAt + 1), null, 'once');
  t.equal(tick(warned?.clock ?? clock, dueAt), null, 'at the due time there is still time');
  const late = tick(warned?.clock ?? clock, dueAt + 1);
  t.match(spoken(late), {
    kind: 'clock_breach',
    said: 'Nobody acknowledged it by 2026-10-05 20:00:00 UTC: the 4 h of version 1 of the contract are over.',
    clock: { outcome: 'breached', breachToldAt: dueAt + 1 },
  });
  t.equal(tick(late?.clock ?? clock, dueAt + HOUR), null, 'once');
  t.match(tick(clock, dueAt + HOUR), { kind: 'clock_breach' }, 'after a long stop only what matters is told');
  t.match(
    newsOf(tick(begin('high', terms('premium', {}, null)), dueAt + 1)),
    /the 4 h of our internal target are over/,
  );
  const shown = begin('normal', terms('standard'));
  t.equal(tick(shown, (shown.dueAt ?? 0) + HOUR), null, 'shown, never breached');
  const answeredLate = respond(clock, doing(dueAt + 1));
  t.match(tick(answeredLate, dueAt + 2), { kind: 'clock_breach' }, 'also if the response came first');
  t.end();
});

t.test('on site: the wall clock, from the moment it is marked', (t) => {
  const friday = at('2026-10-02T16:55');
  const clock = respond(begin('emergency', premium, friday), doing(friday + MINUTE, 'emergency'));
  const marked = markOnSite(clock, friday + 5 * MINUTE, 120);
  t.equal(local(marked.onSite?.dueAt ?? null), '2026-10-02T19:00:00', 'in the evening, outside of all hours');
  const due = marked.onSite?.dueAt ?? 0;
  t.match(arrive(marked, due).onSite, { arrivedAt: due, outcome: 'met' });
  t.match(arrive(marked, due + 1).onSite, { outcome: 'breached' });
  t.equal(tick(marked, due), null);
  const late = tick(marked, due + 1);
  t.match(late, { kind: 'clock_breach', clock: { onSite: { outcome: 'breached' }, outcome: 'met' } });
  t.match(newsOf(late), /Nobody was on site by 2026-10-03 01:00:00 UTC/);
  t.equal(tick(late?.clock ?? marked, due + 2), null);
  t.match(arrive(late?.clock ?? marked, due + HOUR).onSite, { arrivedAt: due + HOUR, outcome: 'breached' });
  t.match(resolve(marked, doing(due, 'emergency')).onSite, { outcome: 'met' });
  t.match(resolve(marked, doing(due + 1, 'emergency')).onSite, { outcome: 'breached' });
  t.equal(arrive(clock, due), clock, 'nothing was marked');
  t.end();
});

t.test('a report of a person makes the clock contractual, from the report on', (t) => {
  const fromReport = terms('premium', { clockFrom: 'report' });
  const internal = begin('high', fromReport);
  const reportedAt = at('2026-10-05T11:00');
  const open = reported(reportedAt);
  const contractual = reportTo(internal, open, doing(reportedAt + MINUTE, 'high', fromReport));
  t.match(contractual, { contractual: true, startedAt: reportedAt, reportedAt, outcome: 'running' });
  t.equal(local(contractual.dueAt), '2026-10-05T15:00:00');
  t.same(
    contractual.earlier.map(({ startedAt, contractual: was }) => [startedAt, was]),
    [[monday, false]],
  );
  t.equal(contractual.computations.length, 2, 'both due times are kept');
  t.equal(
    reportTo(contractual, reported(reportedAt + HOUR), doing(reportedAt + HOUR, 'high', fromReport)),
    contractual,
  );

  const missed = tick(internal, at('2026-10-05T14:30'))?.clock ?? internal;
  const late = reportTo(missed, reported(at('2026-10-05T14:30')), doing(at('2026-10-05T14:31'), 'high', fromReport));
  t.match(late, { outcome: 'running', contractual: true, earlier: [{ outcome: 'breached', contractual: false }] });

  const answered = respond(internal, doing(monday + HOUR, 'high', fromReport));
  const afterwards = reported(monday + 2 * HOUR, answered.respondedAt);
  t.match(reportTo(answered, afterwards, doing(monday + 2 * HOUR, 'high', fromReport)), {
    outcome: 'met',
    contractual: true,
    respondedAt: monday + HOUR,
  });
  const before = reported(monday - 3 * HOUR, answered.respondedAt);
  t.match(
    reportTo(answered, before, doing(monday + 2 * HOUR, 'high', fromReport)),
    { outcome: 'met' },
    'it was Monday 07:00: 3 h of hours',
  );
  const long = reported(at('2026-10-02T12:00'), answered.respondedAt);
  t.match(
    reportTo(answered, long, doing(monday + 2 * HOUR, 'high', fromReport)),
    { outcome: 'breached' },
    'reported on Friday',
  );

  const detected = reportTo(begin(), reported(monday - HOUR), doing(monday + HOUR));
  t.match(detected, { startedAt: monday - HOUR, earlier: [] }, 'a clock from detection starts at the earlier report');
  t.match(reportTo(begin(), reported(monday + HOUR), doing(monday + HOUR)), {
    startedAt: monday,
    reportedAt: monday + HOUR,
  });
  t.match(
    reportTo(begin('high', terms('standard', {}, null)), open, doing(reportedAt, 'high', terms('standard', {}, null))),
    { contractual: false },
  );
  t.end();
});

t.test('another round keeps what the earlier ones came to, within bounds', (t) => {
  let clock = respond(begin(), doing(monday + HOUR));
  for (let round = 1; round <= 300; round += 1) {
    const when = monday + round * 10 * HOUR;
    clock = startClock({ ...doing(when), startedAt: when, reportedAt: null, previous: clock });
  }
  t.same([clock.earlier.length, clock.computations.length], [50, 200]);
  t.match(
    startClock({
      ...doing(monday),
      startedAt: monday,
      reportedAt: null,
      previous: respond(begin(), doing(monday + HOUR)),
    }),
    {
      outcome: 'running',
      respondedAt: null,
      earlier: [{ outcome: 'met', respondedAt: monday + HOUR }],
    },
  );
  t.end();
});

t.test('whatever is paused, responded and reprioritised: a verdict never changes, and a breach is never cured', (t) => {
  type Step = readonly [kind: 'pause' | 'resume' | 'respond' | 'high' | 'medium' | 'normal' | 'tick', afterMs: number];
  const kinds = ['pause', 'resume', 'respond', 'high', 'medium', 'normal', 'tick'] as const;
  const steps: fc.Arbitrary<Step[]> = fc.array(
    fc.tuple(fc.constantFrom(...kinds), fc.integer({ min: 1, max: 12 * HOUR })),
    { maxLength: 12 },
  );
  const apply = (clock: ResponseClock, kind: Step[0], now: number): ResponseClock => {
    const priority = clock.computations.at(-1)?.priority ?? 'high';
    if (kind === 'tick') return tick(clock, now)?.clock ?? clock;
    if (kind === 'respond') return respond(clock, doing(now, priority));
    if (kind === 'pause')
      return settleBreach(clock, now).outcome === 'running' ? pause(clock, 'Ann', 'r', doing(now, priority)) : clock;
    if (kind === 'resume') return clock.outcome === 'paused' ? resume(clock, doing(now, priority)) : clock;
    return recompute(clock, doing(now, kind));
  };
  holds(
    t,
    fc.property(steps, (acts) => {
      let clock = begin();
      let now = monday;
      for (const [kind, afterMs] of acts) {
        now += afterMs;
        const mustBreach = clock.outcome === 'running' && clock.dueAt !== null && now > clock.dueAt;
        const next = apply(clock, kind, now);
        if ((clock.outcome === 'met' || clock.outcome === 'breached') && next.outcome !== clock.outcome) return false;
        if (mustBreach && settleBreach(next, now).outcome !== 'breached') return false;
        if (next.computations.length < clock.computations.length) return false;
        clock = next;
      }
      return true;
    }),
  );
  t.end();
});

t.test('the explanation tells how a due time came about', (t) => {
  const paused = pause(
    begin('high', premium, at('2026-10-02T16:00')),
    'Ann',
    'no access',
    doing(at('2026-10-05T09:00')),
  );
  const waiting = explainClock(paused, premium, at('2026-10-05T10:00'));
  t.match(waiting.sentence, /^The clock started 2026-10-02 22:00:00 UTC with 4 h of service hours; it stands still/);
  t.same(
    waiting.stretches.map(({ kind, label, businessMs }) => [kind, label, businessMs / HOUR]),
    [
      ['open', 'Fri 08:00-17:00', 1],
      ['closed', 'closed', 0],
      ['open', 'Mon 08:00-17:00', 1],
      ['paused', 'waiting for the client: no access', 0],
    ],
  );
  const done = respond(resume(paused, doing(at('2026-10-05T11:00'))), doing(at('2026-10-05T12:30')));
  const { sentence, stretches, pauses, computations } = explainClock(done, premium, at('2026-10-08T10:00'));
  t.equal(
    sentence,
    'The clock started 2026-10-02 22:00:00 UTC; after 4 h of service hours the acknowledgement is due 2026-10-05 19:00:00 UTC. Waiting for the client took 2 h, in which it stood still. Met: a person acknowledged it 2026-10-05 18:30:00 UTC, 30 min before.',
  );
  t.equal(stretches.at(-1)?.to, new Date(done.dueAt ?? 0).toISOString());
  t.match(pauses, [{ reason: 'no access', by: 'Ann' }]);
  t.equal(computations.length, 3);
  const late = tick(begin(), at('2026-10-05T14:01'))?.clock ?? begin();
  t.match(explainClock(late, premium, monday).sentence, /Breached: nobody had acknowledged it by then\.$/);
  t.match(
    explainClock(respond(late, doing(at('2026-10-05T15:00'))), premium, monday).sentence,
    /Breached: a person acknowledged it .* 1 h late\.$/,
  );
  t.match(
    explainClock(resolve(begin(), doing(monday + 1)), premium, monday).sentence,
    /Met: it was resolved before\.$/,
  );
  const shown = terms('standard', {}, null);
  t.match(
    explainClock(begin('normal', shown), shown, monday).sentence,
    /^The clock of our internal target started .* \(shown, never breached\)/,
  );
  t.match(
    explainClock(respond(begin('normal', shown), doing(at('2027-01-05T10:00'), 'normal', shown)), shown, monday)
      .sentence,
    /A person acknowledged it 2027-01-05 16:00:00 UTC\.$/,
  );
  t.end();
});
