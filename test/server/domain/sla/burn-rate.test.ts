import t from 'tap';
import { plain } from '../../../../protocol/said/plain.ts';
import { budgetLevel } from '../../../../server/domain/sla/budget.ts';
import { judgeBurnRate } from '../../../../server/domain/sla/burn-rate.ts';
import { CompactLedger } from '../../../../server/domain/sla/compact-ledger.ts';

const MIN = 60_000;
const HOUR = 60 * MIN;
const NOW = 100 * 24 * HOUR;

/** What a group at 99.9 % says, of which `share` of `size` members was down as given (ms before now). */
function judged(size: number, outages: { members: number; from: number; to: number }[], targetPpm = 999_000) {
  const ledgers = outages.map(({ members, from, to }) => ({
    members,
    ledger: CompactLedger.of([{ start: NOW - from, end: NOW - to, state: 'down' }]),
  }));
  return judgeBurnRate((windowMs) => ({
    downMs: ledgers.reduce((sum, { members, ledger }) => sum + members * ledger.tally(NOW - windowMs, NOW).downMs, 0),
    allowed: BigInt(1_000_000 - targetPpm) * BigInt(size * windowMs),
  }));
}

const wordsOf = (verdict: ReturnType<typeof judged>): string => (verdict === null ? '' : plain(verdict.said, 0));

t.test('the factors, at their exact edges', async (t) => {
  const f = (what: string, verdict: ReturnType<typeof judged>, want: string | null) =>
    t.equal(verdict?.priority ?? null, want, what);
  f('one binary host trips the first after 52 s', judged(1, [{ members: 1, from: 52_000, to: 0 }]), 'high');
  f('exactly at 51.84 s', judged(1, [{ members: 1, from: 51_840, to: 0 }]), 'high');
  f('not a millisecond before', judged(1, [{ members: 1, from: 51_839, to: 0 }]), null);
  t.match(
    wordsOf(judged(1, [{ members: 1, from: 51_840, to: 0 }])),
    /51 s down in the last 1 h, 14\.4 times as fast .* from 14\.4 on/,
  );
  f('all well', judged(100, []), null);
  f('2 of 100 for an hour: 20 times', judged(100, [{ members: 2, from: HOUR, to: 0 }]), 'high');
  f('1 of 100 for 6 h: 10 times', judged(100, [{ members: 1, from: 6 * HOUR, to: 0 }]), 'high');
  f('over for an hour: the short windows end it', judged(100, [{ members: 2, from: 2 * HOUR, to: HOUR }]), null);
  f('1 of 300 for a day: 3.3 times', judged(300, [{ members: 1, from: 24 * HOUR, to: 0 }]), 'normal');
  f('1 of 900 for 3 days: 1.1 times', judged(900, [{ members: 1, from: 72 * HOUR, to: 0 }]), 'normal');
  f('1 of 1100 for 3 days: 0.9 times', judged(1100, [{ members: 1, from: 72 * HOUR, to: 0 }]), null);
  f('a target of 100 % allows nothing', judged(1, [{ members: 1, from: 1, to: 0 }], 1_000_000), 'high');
});

t.test('budget levels at their exact edges', async (t) => {
  const budget = 1_000n * BigInt(30 * 24 * HOUR);
  const f = (downMs: number, want: string | null) => {
    const level = budgetLevel(downMs, budget);
    t.equal(level && `${level.percent} ${level.priority}`, want, `${downMs} ms`);
  };
  f(0, null);
  f(1_295_999, null);
  f(1_296_000, '50 normal');
  f(1_943_999, '50 normal');
  f(1_944_000, '75 medium');
  f(2_591_999, '75 medium');
  f(2_592_000, '100 high');
  t.equal(budgetLevel(0, 0n), null, 'a target of 100 % and no fault');
  t.equal(budgetLevel(1, 0n)?.percent, 100, 'a target of 100 % and one ms');
});
