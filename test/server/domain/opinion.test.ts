import fc from 'fast-check';
import t from 'tap';
import { plain } from '../../../protocol/said/plain.ts';
import { typed } from '../../../protocol/said/said.ts';
import { classifyGap, openTail, type Proof, sayInterval } from '../../../server/domain/ledger.ts';
import { addOpinion, clipOpinions, OPINION_HOLDS_MS, type Opinion, observe } from '../../../server/domain/opinion.ts';
import { holds } from '../../support/property.ts';

const explain = (interval: Parameters<typeof sayInterval>[0]): string => plain(sayInterval(interval), 0);

const opinion = (from: number, to: number, host: 'up' | 'down'): Opinion => ({
  from,
  to,
  host,
  by: 'web-2',
  detail: 'x.',
  seen: from === to ? [from] : [from, to],
});
const proof = (at: number, bootId: string, bootMs: number): Proof => ({ at, bootId, bootMs, monotonicMs: bootMs });
const describe = (pieces: readonly { start: number; end: number; state?: string; host?: string; reason?: string }[]) =>
  pieces
    .map((one) => `${one.state ?? one.host}${one.reason ? ` ${one.reason}` : ''} ${one.start}-${one.end}`)
    .join(', ');

t.test('addOpinion keeps edges only', async (t) => {
  const said = { host: 'up', by: 'web-2', detail: 'x.' } as const;
  let all: Opinion[] = [];
  const f = (at: number, host: 'up' | 'down', isEdge: boolean, want: string) => {
    const added = addOpinion(all, { ...said, host, at });
    all = added.opinions;
    t.equal(added.isEdge, isEdge);
    t.equal(all.map(({ from, to, host }) => `${host} ${from}-${to}`).join(), want);
  };
  f(0, 'up', true, 'up 0-0');
  f(60_000, 'up', false, 'up 0-60000');
  f(120_000, 'down', true, 'up 0-60000,down 120000-120000');
  f(119_000, 'up', false, 'up 0-60000,down 120000-120000');
  f(120_000 + OPINION_HOLDS_MS, 'down', false, 'up 0-60000,down 120000-270000');
  f(270_001 + OPINION_HOLDS_MS, 'down', true, 'up 0-60000,down 120000-270000,down 420001-420001');
  for (let n = 0; n < 99; n += 1)
    all = addOpinion(all, { ...said, host: n % 2 ? 'up' : 'down', at: 500_000 + n }).opinions;
  t.equal(all.length, 32);
});

t.test('observe: up only between two observations of up', async (t) => {
  const f = (opinions: Opinion[], end: number, want: string) => t.equal(describe(observe(0, end, opinions)), want);
  f([], 10_000, 'unknown 0-10000');
  f([opinion(15_000, 15_000, 'up')], 20_000, 'up 0-20000');
  f([opinion(15_000, 75_000, 'up')], 75_000 + OPINION_HOLDS_MS, 'up 0-225000');
  f([opinion(15_000, 75_000, 'up')], 75_001 + OPINION_HOLDS_MS, 'up 0-75000, unknown 75000-225001');
  f([opinion(15_000, 15_000, 'down')], 20_000, 'down 0-20000');
  f([opinion(10_000, 20_000, 'up'), opinion(30_000, 40_000, 'down')], 40_000, 'up 0-20000, down 20000-40000');
  f([opinion(10_000, 20_000, 'down'), opinion(30_000, 40_000, 'up')], 40_000, 'down 0-30000, up 30000-40000');
  // Nobody could be asked for long.
  f([opinion(200_000, 200_000, 'up')], 200_000, 'unknown 0-200000');
});

t.test('while it is silent: the ledger says what others say', async (t) => {
  const last = proof(0, 'a', 100_000);
  const f = (opinions: Opinion[], until: number, want: string) =>
    t.equal(describe(openTail(last, null, until, opinions)), want);
  f([opinion(15_000, 75_000, 'up')], 80_000, 'up reachable 0-80000');
  f([opinion(15_000, 15_000, 'down')], 80_000, 'down host_lost 0-80000');
  // An announced end is believed until somebody reaches the host.
  const tail = openTail(last, { reason: 'reboot', at: 1_000 }, 80_000, [opinion(60_000, 60_000, 'up')]);
  t.equal(describe(tail), 'down reboot_announced 0-60000, up reachable 60000-80000');
});

t.test('what we could not see is said, of the unknown only', async (t) => {
  const last = proof(0, 'a', 100_000);
  const blind = [
    { from: 120_000, to: 130_000, reason: 'server_blind' as const, why: typed('We were blind.') },
    { from: 125_000, to: 150_000, reason: 'site_lost' as const, why: typed('The site was lost.') },
  ];
  const tail = openTail(last, null, 160_000, [], blind);
  t.equal(
    describe(tail),
    'unknown silent 0-120000, unknown server_blind 120000-125000, unknown server_blind 125000-130000, unknown site_lost 130000-150000, unknown silent 150000-160000',
  );
  t.equal(describe(openTail(proof(100_000, 'a', 1), null, 122_000, [], blind)), 'unknown server_blind 100000-122000');
  t.match(explain(tail[1]!), /^Nothing was heard after .* UTC\. We were blind\.$/);
  t.equal(describe(openTail(last, null, 60_000, [opinion(15_000, 60_000, 'down')], blind)), 'down host_lost 0-60000');
});

t.test('the boot identity decides, whatever others said', async (t) => {
  const before = proof(0, 'a', 100_000);
  const f = (after: Proof, opinions: Opinion[], want: string) =>
    t.equal(describe(classifyGap(before, after, null, opinions)), want);
  f(proof(90_000, 'a', 190_000), [opinion(15_000, 75_000, 'down')], 'up same_boot 0-90000');
  f(proof(90_000, 'b', 10_000), [], 'down reboot_unexpected 0-80000, up reported 80000-90000');
  // From the last time that somebody reached it.
  f(
    proof(90_000, 'b', 10_000),
    [opinion(15_000, 30_000, 'up')],
    'up reachable 0-30000, down reboot_unexpected 30000-80000, up reported 80000-90000',
  );
  // Reached before and after the boot: from the last answer before it.
  f(
    proof(290_000, 'b', 100_000),
    [opinion(15_000, 280_000, 'up')],
    'up reachable 0-15000, down reboot_unexpected 15000-190000, up reported 190000-290000',
  );
  // The machine's own clocks contradict the server's: only others know.
  f(proof(90_000, 'a', 150_000), [], 'unknown boot_clock_disagrees 0-90000');
  f(proof(90_000, 'a', 150_000), [opinion(15_000, 80_000, 'down')], 'down host_lost 0-90000');
});

t.test('each opinion is a sentence with its evidence', async (t) => {
  const asked: Opinion = {
    from: 15_000,
    to: 75_000,
    host: 'up',
    by: 'web-2',
    detail: '192.0.2.9:22 took the connection.',
    seen: [15_000, 75_000],
  };
  const last = proof(0, 'a', 100_000);
  t.equal(
    explain(openTail(last, null, 75_000, [asked])[0]!),
    'The agent was silent after 1970-01-01 00:00:00 UTC, but its host answered: web-2 at 1970-01-01 00:01:15 UTC: 192.0.2.9:22 took the connection.',
  );
  const down: Opinion = { ...asked, host: 'down', detail: 'Nothing answered at 192.0.2.9 on port 22.' };
  t.equal(
    explain(openTail(last, null, 75_000, [down])[0]!),
    'The agent was silent after 1970-01-01 00:00:00 UTC, and so was its host: web-2 at 1970-01-01 00:01:15 UTC: Nothing answered at 192.0.2.9 on port 22.',
  );
});

const anyOpinions = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 400_000 }), fc.constantFrom('up' as const, 'down' as const)), {
    maxLength: 12,
  })
  .map((answers) => {
    let all: Opinion[] = [];
    for (const [at, host] of answers.toSorted(([a], [b]) => a - b)) {
      all = addOpinion(all, { at, host, by: 'p', detail: 'x.' }).opinions;
    }
    return all;
  });

t.test('observed and open time is partitioned exactly, and clipping changes nothing inside', async (t) => {
  holds(
    t,
    fc.property(anyOpinions, fc.integer({ min: 1, max: 600_000 }), (opinions, end) => {
      for (const pieces of [observe(0, end, opinions), openTail(proof(0, 'a', 1), null, end, opinions)]) {
        let at = 0;
        for (const piece of pieces) {
          if (piece.start !== at || piece.end <= piece.start) throw new Error(describe(pieces));
          at = piece.end;
        }
        if (at !== end) throw new Error(describe(pieces));
      }
      const clipped = observe(0, end, clipOpinions(opinions, 0, end));
      if (describe(clipped) !== describe(observe(0, end, opinions))) throw new Error(describe(clipped));
    }),
    { numRuns: 1_000 },
  );
});
