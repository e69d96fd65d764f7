import fc from 'fast-check';
import t from 'tap';
import type { ClockEnd, ContractTerms } from '../../../../protocol/api/contract.ts';
import type { Priority } from '../../../../protocol/api/view.ts';
import { typed } from '../../../../protocol/said/said.ts';
import { noTimes, reach } from '../../../../server/domain/incidents/incident-times.ts';
import { arrive, markOnSite, recompute, resolve, startClock, tick } from '../../../../server/domain/sla/clock.ts';
import { clockEnds, type FourTimes, timeOf } from '../../../../server/domain/sla/clock-ends.ts';
import { explainClock } from '../../../../server/domain/sla/clock-explanation.ts';
import { reportTo, withTimes } from '../../../../server/domain/sla/known-times.ts';
import type { ClockTerms, ResponseClock } from '../../../../server/domain/sla/response-clock.ts';
import { readTerms } from '../../../../server/domain/sla/terms.ts';
import { tierTerms } from '../../../../server/domain/sla/tiers.ts';
import { unreached } from '../../../support/clock-acts.ts';
import { holds } from '../../../support/property.ts';
import { spoken } from '../../../support/spoken.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const zone = 'America/Costa_Rica';
const at = (local: string): number => Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds;
/** Monday 10:00; with 4 h for High it is due at 14:00. */
const monday = at('2026-10-05T10:00');
const due = at('2026-10-05T14:00');

function terms(over: Partial<ContractTerms> = {}): ClockTerms {
  const made = tierTerms('premium', { timeZone: zone, startsOn: '2026-01-01' });
  const emergency = { minutes: 15, aroundTheClock: true, onSiteMinutes: 120 };
  return { version: 1, terms: { ...made, emergency, ...over }, siteId: null, until: Number.POSITIVE_INFINITY };
}

const endingAt = (end: ClockEnd, over: Partial<ContractTerms> = {}): ClockTerms =>
  terms({ clockEnds: { report: end, detection: end }, ...over });
const computing = (when: number, under: ClockTerms, priority: Priority = 'high') => ({
  at: when,
  priority,
  under,
  cause: typed('Why.'),
});
const begin = (
  under: ClockTerms,
  reportedAt: number | null = monday,
  priority: Priority = 'high',
  startedAt = monday,
): ResponseClock => startClock({ ...computing(startedAt, under, priority), startedAt, reportedAt, previous: null });

t.test('what a person reported ends at the response, what we found at the acknowledgement', (t) => {
  const reported = begin(terms());
  t.equal(reported.endsAt, 'responded');
  t.match(spoken(reported.computations[0]?.why), /high has 4 h of service hours to respond to the client\.$/);
  const acknowledged = withTimes(
    reported,
    { ...unreached, acknowledgedAt: monday + HOUR },
    computing(monday + HOUR, terms()),
  );
  t.match(acknowledged, { outcome: 'running', respondedAt: null }, 'acknowledged is not responded');
  t.match(spoken(tick(acknowledged, due + 1)), {
    kind: 'clock_breach',
    said: /^No response to the client by 2026-10-05 20:00:00 UTC/,
  });
  const times = { ...unreached, acknowledgedAt: monday + HOUR, respondedAt: due };
  t.match(withTimes(acknowledged, times, computing(due, terms())), { outcome: 'met', respondedAt: due });
  t.match(withTimes(acknowledged, { ...times, respondedAt: due + 1 }, computing(due + 1, terms())), {
    outcome: 'breached',
    respondedAt: due + 1,
  });
  const found = begin(terms({ clockFrom: 'detection' }), null);
  t.equal(found.endsAt, 'acknowledged');
  t.match(withTimes(found, { ...unreached, acknowledgedAt: due }, computing(due, terms())), { outcome: 'met' });
  t.end();
});

t.test('each of the four times, as the contract says: met at the due time, breached one ms later', (t) => {
  for (const end of clockEnds) {
    const under = endingAt(end);
    const clock = begin(under);
    t.equal(clock.endsAt, end);
    const reachedAt = (when: number): ResponseClock => {
      if (end === 'restored') return resolve(clock, computing(when, under));
      const upTo = { acknowledged: 1, responded: 2, on_site: 3 }[end];
      const [acknowledgedAt, respondedAt, onSiteAt] = [1, 2, 3].map((step) => (step <= upTo ? when : null));
      const times = { acknowledgedAt, respondedAt, onSiteAt, restoredAt: null } as FourTimes;
      return withTimes(clock, times, computing(when, under));
    };
    t.match(reachedAt(due), { outcome: 'met', respondedAt: due }, end);
    t.match(reachedAt(due + 1), { outcome: 'breached', respondedAt: due + 1 }, end);
    const earlier = { acknowledged: {}, responded: { acknowledgedAt: monday }, on_site: { respondedAt: monday } };
    const before = end === 'restored' ? { onSiteAt: monday } : earlier[end];
    t.match(withTimes(clock, { ...unreached, ...before }, computing(monday, under)), { outcome: 'running' }, end);
    t.match(explainClock(reachedAt(due), under, due).sentence, / Met: .* 2026-10-05 20:00:00 UTC, .* before\.$/, end);
  }
  t.end();
});

t.test('what ends by itself is told apart, and counts as met only where the contract says so', (t) => {
  const byItself = { byItself: true, isTaken: false };
  for (const end of clockEnds) {
    const apart = endingAt(end);
    t.match(
      resolve(begin(apart), computing(due, apart), byItself),
      { outcome: 'recovered', recoveredAt: due, respondedAt: null },
      end,
    );
    t.match(
      explainClock(resolve(begin(apart), computing(due, apart), byItself), apart, due).sentence,
      /Not counted: it recovered by itself 2026-10-05 20:00:00 UTC\.$/,
    );
    t.match(resolve(begin(apart), computing(due + 1, apart), byItself), { outcome: 'breached', recoveredAt: due + 1 });
    t.match(resolve(begin(apart), computing(due, apart)), { outcome: 'met', recoveredAt: null }, 'by a person');
    const counted = endingAt(end, { selfRecovery: 'met' });
    t.match(resolve(begin(counted), computing(due, counted), byItself), { outcome: 'met', recoveredAt: due }, end);
  }
  const taken = { byItself: true, isTaken: true };
  const restored = endingAt('restored');
  t.match(
    resolve(begin(restored), computing(due, restored), taken),
    { outcome: 'met', respondedAt: due, recoveredAt: null },
    'a person had taken it, and then its condition ended: that is how a repair is seen',
  );
  const responded = endingAt('responded');
  t.match(
    resolve(begin(responded), computing(due, responded), taken),
    { outcome: 'recovered', respondedAt: null },
    'taken, but nobody had spoken with the client',
  );
  const recovered = resolve(begin(responded), computing(due, responded), byItself);
  t.equal(
    recompute(recovered, computing(due + HOUR, endingAt('responded'), 'normal')),
    recovered,
    'it stands for ever',
  );
  t.equal(tick(recovered, due + HOUR), null);
  t.end();
});

t.test('the time on site counts from the report, unless the contract counts from the mark', (t) => {
  const night = at('2026-10-03T20:00');
  const fromReport = terms();
  const clock = begin(fromReport, night, 'emergency', night);
  t.match(clock.onSite, { from: 'report', markedAt: night, dueAt: night + 2 * HOUR, outcome: 'running' });
  t.match(spoken(tick(clock, night + 2 * HOUR + 1)), {
    kind: 'clock_breach',
    said: /Nobody was on site by 2026-10-04 04:00:00 UTC/,
  });
  const there = { acknowledgedAt: night, respondedAt: night, onSiteAt: night + 2 * HOUR, restoredAt: null };
  const arrived = withTimes(clock, there, computing(night + 2 * HOUR, fromReport, 'emergency'));
  t.match(arrived.onSite, { arrivedAt: night + 2 * HOUR, outcome: 'met' });
  t.match(
    resolve(clock, computing(night + HOUR, fromReport, 'emergency')).onSite,
    { outcome: 'met' },
    'solved remotely in time',
  );
  t.match(resolve(clock, computing(night + HOUR, fromReport, 'emergency'), { byItself: true, isTaken: false }).onSite, {
    outcome: 'recovered',
  });

  const fromMark = terms({ onSiteFrom: 'not_remotely' });
  const waiting = begin(fromMark, night, 'emergency', night);
  t.equal(waiting.onSite, null);
  t.match(markOnSite(waiting, night + HOUR, 120).onSite, { from: 'not_remotely', dueAt: night + 3 * HOUR });

  t.equal(begin(fromReport, night, 'high', night).onSite, null, 'agreed for emergencies');
  const found = begin(fromReport, null, 'emergency', night);
  t.equal(found.onSite, null, 'nobody reported it, and detection starts our own target only');
  const reported = reportTo(
    found,
    { reportedAt: night + HOUR, times: unreached, byItself: false },
    computing(night + HOUR, fromReport, 'emergency'),
  );
  t.match(reported.onSite, { from: 'report', dueAt: night + 3 * HOUR });
  t.end();
});

t.test(
  'a priority that rises starts the time on site from the report, one that falls ends it, a verdict stays',
  (t) => {
    const under = terms();
    const high = withTimes(
      begin(under),
      { ...unreached, acknowledgedAt: monday, respondedAt: monday },
      computing(monday, under),
    );
    const raised = recompute(high, computing(monday + HOUR, under, 'emergency'));
    t.match(raised, { outcome: 'met', onSite: { dueAt: monday + 2 * HOUR } }, 'also after the response');
    t.equal(recompute(raised, computing(monday + HOUR, under, 'high')).onSite, null);
    const late = recompute(raised, computing(monday + 3 * HOUR, under, 'high'));
    t.match(late.onSite, { outcome: 'breached' }, 'no lower priority cures it');
    t.match(arrive(late, monday + 4 * HOUR).onSite, { outcome: 'breached', arrivedAt: monday + 4 * HOUR });
    const marked = markOnSite(begin(terms({ onSiteFrom: 'not_remotely' }), monday, 'emergency'), monday, 120);
    t.equal(recompute(marked, computing(monday + HOUR, under, 'high')).onSite, marked.onSite, 'a mark stays');
    t.end();
  },
);

t.test('another version of the contract may end the clock at what was reached long ago', (t) => {
  const clock = begin(endingAt('on_site'));
  const times = { ...unreached, acknowledgedAt: monday + HOUR, respondedAt: monday + HOUR };
  const version2 = { ...endingAt('responded'), version: 2 };
  const later = computing(monday + 2 * HOUR, version2);
  const next = withTimes(recompute(clock, later), times, later);
  t.match(next, { endsAt: 'responded', outcome: 'met', respondedAt: monday + HOUR });
  t.end();
});

t.test('a report about what we found: the contractual clock ends at the response', (t) => {
  const under = terms();
  const internal = withTimes(begin(under, null), { ...unreached, acknowledgedAt: monday }, computing(monday, under));
  t.match(internal, { contractual: false, outcome: 'met' });
  const reportedAt = monday + HOUR;
  const now = computing(reportedAt + MINUTE, under);
  const known = (over: Partial<FourTimes>, byItself = false) =>
    reportTo(internal, { reportedAt, times: { ...unreached, acknowledgedAt: monday, ...over }, byItself }, now);
  t.match(known({}), {
    contractual: true,
    endsAt: 'responded',
    outcome: 'running',
    earlier: [{ endsAt: 'acknowledged' }],
  });
  t.match(known({ respondedAt: monday }), { outcome: 'met', respondedAt: monday }, 'we had called them before');
  t.match(known({ restoredAt: monday + 30 * MINUTE }), { outcome: 'met', respondedAt: null }, 'restored before');
  t.match(known({ restoredAt: monday + 30 * MINUTE }, true), { outcome: 'recovered' }, 'it had ended by itself');
  t.end();
});

t.test('who gets further has got as far as that, and what was reached first stays', (t) => {
  const fresh = {
    state: 'open',
    acknowledgedAt: null,
    acknowledgedBy: null,
    resolvedAt: null,
    times: noTimes,
  } as const;
  t.match(reach(fresh, 'acknowledged', 'Ann', 5), {
    state: 'acknowledged',
    acknowledgedBy: 'Ann',
    times: { takenAt: 5, respondedAt: null },
  });
  const called = reach({ ...fresh, ...reach(fresh, 'acknowledged', 'Ann', 5) }, 'responded', 'Bob', 9);
  t.match(called, { acknowledgedBy: 'Ann', times: { takenAt: 5, respondedAt: 9, respondedBy: 'Bob', onSiteAt: null } });
  t.match(reach(fresh, 'on_site', 'Ann', 7), {
    state: 'acknowledged',
    acknowledgedAt: 7,
    times: { takenAt: 7, respondedAt: 7, onSiteAt: 7, onSiteBy: 'Ann' },
  });
  const byProgram = { ...fresh, state: 'acknowledged', acknowledgedAt: 3, acknowledgedBy: 'Bot' } as const;
  t.match(reach(byProgram, 'responded', 'Ann', 8), { acknowledgedAt: 8, acknowledgedBy: 'Ann', times: { takenAt: 8 } });
  t.end();
});

t.test('contracts that were made before keep what they meant', (t) => {
  const { clockEnds: _ends, selfRecovery: _self, onSiteFrom: _from, dutySaturdays: _duty, ...old } = terms().terms;
  t.match(readTerms(JSON.stringify(old)), {
    clockEnds: { report: 'acknowledged', detection: 'acknowledged' },
    selfRecovery: 'met',
    onSiteFrom: 'not_remotely',
    dutySaturdays: [],
  });
  t.same(readTerms(JSON.stringify(terms().terms)), terms().terms, 'what a version says counts');
  t.end();
});

t.test('whatever people do and in whichever order it is learnt: the verdict follows from the time alone', (t) => {
  const moment = fc.option(fc.integer({ min: 0, max: 8 * 60 }), { nil: null });
  holds(
    t,
    fc.property(
      fc.constantFrom(...clockEnds),
      moment,
      moment,
      moment,
      fc.integer({ min: 0, max: 8 * 60 }),
      (end, a, r, o, z) => {
        const when = (minutes: number | null) => (minutes === null ? null : monday + minutes * MINUTE);
        const under = endingAt(end);
        const over = monday + z * MINUTE;
        const acts = [
          { key: 'acknowledgedAt', at: when(a) },
          { key: 'respondedAt', at: when(r) },
          { key: 'onSiteAt', at: when(o) },
        ].flatMap(({ key, at }) => (at === null || at > over ? [] : [{ key, at }]));
        let clock = begin(under);
        let times: FourTimes = unreached;
        for (const act of acts.toSorted((x, y) => x.at - y.at)) {
          times = { ...times, [act.key]: act.at };
          clock = withTimes(clock, times, computing(act.at, under));
        }
        const isTaken = times.acknowledgedAt !== null;
        clock = resolve(clock, computing(over, under), { byItself: true, isTaken });
        const reached = end === 'restored' ? (isTaken ? over : null) : timeOf(times, end);
        const expected = (reached ?? over) > due ? 'breached' : reached === null ? 'recovered' : 'met';
        return clock.outcome === expected && clock.respondedAt === reached;
      },
    ),
  );
  t.end();
});
