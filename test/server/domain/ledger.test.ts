import t from 'tap';
import { plain } from '../../../protocol/said/plain.ts';
import type { GoodbyeReason } from '../../../protocol/wire/frame.ts';
import {
  classifyGap,
  type IntervalReason,
  isUnexpectedReboot,
  openTail,
  type Proof,
  sayInterval,
} from '../../../server/domain/ledger.ts';

const explain = (interval: Parameters<typeof sayInterval>[0]): string => plain(sayInterval(interval), 0);

const START = Date.UTC(2026, 2, 1);

/** A proof `atMs` after the start; the running clock follows the boot clock unless it is given. */
function proof(atMs: number, bootId: string, bootMs: number, monotonicMs = bootMs): Proof {
  return { at: START + atMs, bootId, bootMs, monotonicMs };
}
const announce = (reason: GoodbyeReason, atMs: number) => ({ reason, at: START + atMs });

t.test('classifyGap: what two proofs of life say about the time between them', async (t) => {
  const f = (before: Proof, after: Proof, want: string, announced: ReturnType<typeof announce> | null = null) => {
    const got = classifyGap(before, after, announced)
      .map(({ start, end, state, reason }) => `${state} ${start - START}-${end - START} ${reason}`)
      .join(', ');
    t.equal(got, want);
  };
  const before = proof(0, 'a', 100_000);

  // The same boot and a boot clock that kept pace within 2 s + 500 ppm.
  f(before, proof(60_000, 'a', 160_000), 'up 0-60000 same_boot');
  f(before, proof(60_000, 'a', 162_030), 'up 0-60000 same_boot');
  f(before, proof(60_000, 'a', 162_031), 'unknown 0-60000 boot_clock_disagrees');
  f(before, proof(60_000, 'a', 157_970), 'up 0-60000 same_boot');
  f(before, proof(60_000, 'a', 157_969), 'unknown 0-60000 boot_clock_disagrees');
  f(before, proof(86_400_000, 'a', 86_545_200), 'up 0-86400000 same_boot');
  f(before, proof(86_400_000, 'a', 86_545_201), 'unknown 0-86400000 boot_clock_disagrees');

  // Asleep: the boot clock ran on, the running clock stood still. A second of difference is rounding.
  f(before, proof(60_000, 'a', 160_000, 159_001), 'up 0-60000 same_boot');
  f(before, proof(60_000, 'a', 160_000, 130_000), 'excluded 0-30000 asleep, up 30000-60000 same_boot');
  f(before, proof(60_000, 'a', 160_000, 100_000), 'excluded 0-60000 asleep');
  f(before, proof(60_000, 'a', 162_000, 100_000), 'excluded 0-60000 asleep');
  f(
    before,
    proof(60_000, 'a', 160_000, 130_000),
    'up 0-10000 same_boot, excluded 10000-40000 asleep, up 40000-60000 same_boot',
    announce('sleep', 10_000),
  );
  f(
    before,
    proof(60_000, 'a', 160_000, 130_000),
    'up 0-30000 same_boot, excluded 30000-60000 asleep',
    announce('sleep', 50_000),
  );
  f(before, proof(60_000, 'a', 160_000), 'up 0-60000 same_boot', announce('service_stop', 10_000));

  // Another boot: down until it began.
  f(before, proof(60_000, 'b', 20_000), 'down 0-40000 reboot_unexpected, up 40000-60000 reported');
  f(before, proof(60_000, 'b', 0), 'down 0-60000 reboot_unexpected');
  f(
    before,
    proof(60_000, 'b', 20_000),
    'down 0-40000 reboot_announced, up 40000-60000 reported',
    announce('reboot', 100),
  );
  f(
    before,
    proof(60_000, 'b', 20_000),
    'down 0-40000 shutdown_announced, up 40000-60000 reported',
    announce('shutdown', 100),
  );
  f(
    before,
    proof(60_000, 'b', 20_000),
    'down 0-40000 reboot_unexpected, up 40000-60000 reported',
    announce('service_stop', 100),
  );

  // A boot that began before the last proof of the other one: a clone, or a snapshot that was taken back.
  f(before, proof(60_000, 'b', 62_030), 'up 0-60000 reported');
  f(before, proof(60_000, 'b', 62_031), 'unknown 0-60000 boot_order_disagrees');
  f(before, proof(60_000, 'b', 9_000_000), 'unknown 0-60000 boot_order_disagrees');
});

t.test('isUnexpectedReboot', async (t) => {
  const before = proof(0, 'a', 100_000);
  const f = (after: Proof, reason: GoodbyeReason | null, want: boolean) =>
    t.equal(isUnexpectedReboot(before, after, reason && announce(reason, 0)), want);
  f(proof(60_000, 'a', 160_000), null, false);
  f(proof(60_000, 'b', 20_000), null, true);
  f(proof(60_000, 'b', 20_000), 'service_stop', true);
  f(proof(60_000, 'b', 20_000), 'reboot', false);
  f(proof(60_000, 'b', 20_000), 'shutdown', false);
  f(proof(60_000, 'b', 900_000), null, false);
});

t.test('openTail: since the last proof only an announced end is believed', async (t) => {
  const last = proof(0, 'a', 100_000);
  const f = (reason: GoodbyeReason | null, want: string) => {
    const tail = openTail(last, reason && announce(reason, 0), START + 5_000);
    t.equal(
      tail.map(({ state, reason, start, end }) => `${state} ${reason} ${start - START}-${end - START}`).join(),
      want,
    );
  };
  f(null, 'unknown silent 0-5000');
  f('service_stop', 'unknown silent 0-5000');
  f('upgrade', 'unknown silent 0-5000');
  f('shutdown', 'down shutdown_announced 0-5000');
  f('reboot', 'down reboot_announced 0-5000');
  f('sleep', 'excluded asleep 0-5000');
  t.same(openTail(last, null, last.at), []);
});

t.test('each reason is a sentence with its evidence', async (t) => {
  const evidence = { before: proof(0, 'a', 100_000), after: proof(60_000, 'b', 20_000), announced: null };
  const f = (reason: IntervalReason, want: string) => t.equal(explain({ reason, evidence }), want);
  f('reported', 'The reports are of one boot of the machine, whose uptime grew as time passed.');
  f(
    'same_boot',
    'Nothing arrived between 2026-03-01 00:00:00 UTC and 2026-03-01 00:01:00 UTC, but the machine had the same boot then and its uptime had grown as much: only the link was lost.',
  );
  f(
    'asleep',
    "The machine's boot clock ran on while its running clock stood still after 2026-03-01 00:00:00 UTC: it was suspended.",
  );
  f(
    'reboot_announced',
    'The agent announced a reboot; the last proof of life before it is of 2026-03-01 00:00:00 UTC.',
  );
  f(
    'shutdown_announced',
    'The agent announced a shutdown; the last proof of life before it is of 2026-03-01 00:00:00 UTC.',
  );
  f(
    'reboot_unexpected',
    'The last proof of life of the old boot is of 2026-03-01 00:00:00 UTC; the machine came back with another boot identity, up for 20 s at 2026-03-01 00:01:00 UTC, and no reboot was announced.',
  );
  f(
    'boot_clock_disagrees',
    'The same boot before and after, but its uptime does not match the time between 2026-03-01 00:00:00 UTC and 2026-03-01 00:01:00 UTC: the machine may have been paused.',
  );
  f(
    'boot_order_disagrees',
    'The boot seen at 2026-03-01 00:01:00 UTC claims to be older than the last proof of another boot at 2026-03-01 00:00:00 UTC: a clone or a reverted snapshot.',
  );
  f(
    'silent',
    'Nothing was heard after 2026-03-01 00:00:00 UTC; nobody can say whether the machine or only its link was lost.',
  );
  t.equal(
    explain({ reason: 'reboot_unexpected', evidence: { ...evidence, after: null } }),
    'The last proof of life of the old boot is of 2026-03-01 00:00:00 UTC; the machine came back with another boot identity, and no reboot was announced.',
  );
});
