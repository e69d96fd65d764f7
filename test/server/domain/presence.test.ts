import t from 'tap';
import type { GoodbyeReason } from '../../../protocol/wire/frame.ts';
import { judgeLiveness, type LivenessFacts } from '../../../server/domain/liveness.ts';
import { freshPresence, takeProof } from '../../../server/domain/presence.ts';
import { defaultSettings } from '../../../server/domain/settings.ts';
import { describeLedger, ledgerOf } from '../../support/ledger-model.ts';
import { spoken } from '../../support/spoken.ts';

const NOW = Date.UTC(2026, 2, 1);
const seconds = 1_000;
const minutes = 60_000;

function judge(facts: Partial<LivenessFacts>) {
  return judgeLiveness(
    { kind: 'server', lastHeardAt: NOW, linkLostAt: null, announced: null, judgeFrom: 0, ...facts },
    NOW,
    defaultSettings.presence,
  );
}

t.test('judgeLiveness: silence', async (t) => {
  const f = (facts: Partial<LivenessFacts>, want: string) => {
    const { state, loss } = judge(facts);
    t.equal(loss ? `${state} ${loss.priority} told after ${loss.tellAt - loss.onset} ms` : state, want);
  };
  const silent = (ms: number) => ({ lastHeardAt: NOW - ms });
  f({ lastHeardAt: null }, 'pending');
  f(silent(0), 'up');
  f(silent(11_999), 'up');
  f(silent(12_000), 'late');
  f(silent(26_999), 'late');
  f(silent(27_000), 'lost high told after 180000 ms');
  f(silent(9_000_000), 'lost high told after 180000 ms');

  // A link that closed without goodbye makes it late sooner, never later.
  f({ ...silent(3_999), linkLostAt: NOW - 3_999 }, 'up');
  f({ ...silent(4_000), linkLostAt: NOW - 4_000 }, 'late');
  f({ ...silent(9_000), linkLostAt: NOW - 3_999 }, 'up');
  f({ ...silent(9_000), linkLostAt: NOW - 4_000 }, 'late');
  f({ ...silent(12_000), linkLostAt: NOW }, 'late');
  f({ ...silent(26_999), linkLostAt: NOW - 20_000 }, 'late');
  f({ ...silent(27_000), linkLostAt: NOW - 20_000 }, 'lost high told after 180000 ms');

  // Workstations may be off: never an incident.
  f({ ...silent(12_000), kind: 'workstation' }, 'late');
  f({ ...silent(27_000), kind: 'workstation' }, 'off');
  f({ ...silent(9_000_000), kind: 'workstation' }, 'off');

  // The server has just started, or was blind: absence is not judged, presence is.
  f({ ...silent(11_999), judgeFrom: NOW + 1 }, 'up');
  f({ ...silent(12_000), judgeFrom: NOW + 1 }, 'unknown');
  f({ ...silent(27_000), judgeFrom: NOW + 1 }, 'unknown');
  f({ ...silent(27_000), judgeFrom: NOW }, 'lost high told after 180000 ms');
});

t.test('judgeLiveness: a goodbye is believed, with a deadline to come back', async (t) => {
  const f = (
    reason: GoodbyeReason,
    agoMs: number,
    want: string,
    kind: 'server' | 'workstation' = 'server',
    judgeFrom = 0,
  ) => {
    const announced = { reason, at: NOW - agoMs };
    const { state, loss } = judge({ kind, announced, lastHeardAt: announced.at, judgeFrom });
    t.equal(loss ? `${state} ${loss.priority} told after ${(loss.tellAt - loss.onset) / minutes} min` : state, want);
  };
  f('reboot', 15 * minutes - 1, 'expected');
  f('reboot', 15 * minutes, 'lost high told after 15 min');
  f('upgrade', 5 * minutes - 1, 'expected');
  f('upgrade', 5 * minutes, 'lost medium told after 5 min');
  f('service_stop', 10 * minutes - 1, 'expected');
  f('service_stop', 10 * minutes, 'lost medium told after 10 min');
  f('server_restart', 90 * seconds - 1, 'expected');
  f('server_restart', 90 * seconds, 'lost high told after 1.5 min');
  f('shutdown', 0, 'off high told after 0 min');
  f('shutdown', 99 * minutes, 'off high told after 0 min');
  f('sleep', 99 * minutes, 'asleep');
  f('reboot', 15 * minutes - 1, 'expected', 'server', NOW + 1);
  f('reboot', 15 * minutes, 'unknown', 'server', NOW + 1);

  f('shutdown', 0, 'off', 'workstation');
  f('reboot', 14 * minutes, 'expected', 'workstation');
  f('reboot', 15 * minutes, 'off', 'workstation');
  f('sleep', 0, 'asleep', 'workstation');
});

t.test('judgeLiveness says why, with its evidence', async (t) => {
  const f = (facts: Partial<LivenessFacts>, want: string) => t.equal(spoken(judge(facts).reason, NOW), want);
  const heard = NOW - 5_430 * seconds;
  f({ lastHeardAt: null }, 'Enrolled, but it has never reported.');
  f({}, 'It reports.');
  f({ lastHeardAt: NOW - 13_000 }, 'Last proof of life 2026-02-28 23:59:47 UTC.');
  f(
    { lastHeardAt: NOW - 13_000, linkLostAt: NOW - 12_000 },
    'Last proof of life 2026-02-28 23:59:47 UTC; its connection closed without a goodbye.',
  );
  f({ lastHeardAt: heard }, 'No contact: host or link. Last proof of life 2026-02-28 22:29:30 UTC, 1 h 30 min ago.');
  f(
    { lastHeardAt: heard, kind: 'workstation' },
    'Last proof of life 2026-02-28 22:29:30 UTC. Workstations may be off.',
  );
  f(
    { lastHeardAt: heard, judgeFrom: NOW + 1 },
    'Not heard since 2026-02-28 22:29:30 UTC; the server has just started and does not judge absence yet.',
  );
  const said = (reason: GoodbyeReason, at: number) => ({ announced: { reason, at }, lastHeardAt: at });
  f(
    said('service_stop', NOW),
    'The agent said service stop at 2026-03-01 00:00:00 UTC and is expected back by 2026-03-01 00:10:00 UTC.',
  );
  f(
    said('reboot', heard),
    'The agent said reboot at 2026-02-28 22:29:30 UTC and was expected back by 2026-02-28 22:44:30 UTC.',
  );
  f(said('sleep', NOW), 'The agent said sleep at 2026-03-01 00:00:00 UTC.');
  f(said('shutdown', NOW), 'The agent said shutdown at 2026-03-01 00:00:00 UTC. A server is expected to run.');
});

t.test('takeProof', async (t) => {
  const a = (at: number) => ({ at, bootId: 'a', bootMs: at + 100_000, monotonicMs: at + 100_000 });
  const b = (at: number, bootedAt: number) => ({
    at,
    bootId: 'b',
    bootMs: at - bootedAt,
    monotonicMs: at - bootedAt,
  });
  const f = (proofs: Parameters<typeof ledgerOf>[0], want: string) =>
    t.equal(describeLedger(ledgerOf(proofs).rows), want);

  f([a(0)], '');
  f([a(0), a(10_000), a(20_000)], 'up 0-20000');
  f([a(0), a(10_000), b(50_000, 40_000), b(60_000, 40_000)], 'up 0-10000, down 10000-40000, up 40000-60000');
  // Late evidence narrows a gap, wherever the run behind it stands by now.
  f([a(0), b(50_000, 40_000), a(10_000)], 'up 0-10000, down 10000-40000, up 40000-50000');
  f([a(0), b(50_000, 40_000), b(45_000, 40_000)], 'down 0-40000, up 40000-50000');
  const c = { at: 90_000, bootId: 'c', bootMs: 10_000, monotonicMs: 10_000 };
  const threeBoots = 'up 0-10000, down 10000-40000, up 40000-60000, down 60000-80000, up 80000-90000';
  f([a(0), a(10_000), b(50_000, 40_000), b(60_000, 40_000), c], threeBoots);
  f([a(0), b(50_000, 40_000), b(60_000, 40_000), c, a(10_000)], threeBoots);
  f([c, b(60_000, 40_000), a(10_000), a(0)], threeBoots);
  // Evidence from before all that is known begins the ledger earlier.
  f([a(20_000), a(0)], 'up 0-20000');
  f([b(50_000, 40_000), a(0)], 'down 0-40000, up 40000-50000');
});

t.test('a goodbye belongs to the silence that followed it', async (t) => {
  const memory = freshPresence();
  const a = (at: number) => ({ at, bootId: 'a', bootMs: at, monotonicMs: at });
  takeProof(memory, a(1_000));
  memory.announced = { reason: 'reboot', at: 5_000 };

  takeProof(memory, a(4_000));
  t.same(memory.announced, { reason: 'reboot', at: 5_000 }, 'a report made before the goodbye arrives after it');

  const changes = takeProof(memory, { at: 60_000, bootId: 'b', bootMs: 20_000, monotonicMs: 20_000 });
  t.same(
    changes[0]!.intervals.map(({ reason }) => reason),
    ['reported', 'reboot_announced'],
  );
  t.equal(memory.announced, null);
  t.equal(memory.unexpectedRebootAt, null);

  const [revision] = takeProof(memory, a(5_000));
  t.equal(revision?.revision, true);
  t.same(
    revision!.intervals.map(({ reason }) => reason),
    ['same_boot', 'reboot_announced'],
    'the goodbye stays with the later part',
  );
  const [second] = takeProof(memory, { at: 50_000, bootId: 'b', bootMs: 10_000, monotonicMs: 10_000 });
  t.same(
    second!.intervals.map(({ reason }) => reason),
    ['reboot_announced', 'reported'],
  );
});

t.test('a reboot that nobody announced is noted with its time', async (t) => {
  const memory = freshPresence();
  takeProof(memory, { at: 1_000, bootId: 'a', bootMs: 900, monotonicMs: 900 });
  takeProof(memory, { at: 61_000, bootId: 'b', bootMs: 20_000, monotonicMs: 20_000 });
  t.equal(memory.unexpectedRebootAt, 41_000);
});

t.test('gaps are remembered up to a bound; evidence inside a forgotten one changes nothing', async (t) => {
  const memory = freshPresence();
  const boot = (n: number) => ({ at: n * 10_000, bootId: `b${n}`, bootMs: 1_000, monotonicMs: 1_000 });
  for (let n = 0; n <= 70; n += 1) takeProof(memory, boot(n));
  t.equal(memory.gaps.length, 64);
  t.same(takeProof(memory, { at: 15_000, bootId: 'b1', bootMs: 6_000, monotonicMs: 6_000 }), []);
  t.equal(takeProof(memory, { at: 695_000, bootId: 'b69', bootMs: 6_000, monotonicMs: 6_000 }).length, 1);
  t.equal(memory.gaps.length, 64);
});
