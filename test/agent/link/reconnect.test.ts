import t from 'tap';
import { createBackoff } from '../../../agent/link/backoff.ts';
import type { LinkEnd } from '../../../agent/link/link.ts';
import { reconnectDelayMs } from '../../../agent/link/reconnect.ts';
import { random } from '../../support/fake-random.ts';

const delay = (end: Partial<LinkEnd>, random: number) => {
  const whole: LinkEnd = { code: 'closed', message: '', returnInMs: undefined, connectedForMs: 0, ...end };
  return Math.round(
    reconnectDelayMs(
      whole,
      createBackoff(() => random),
      () => random,
    ),
  );
};

t.test('how long an agent stays away', async (t) => {
  t.equal(delay({}, 0.5), 500, 'a lost connection: as backoff says');
  t.equal(delay({ code: 'going_away', returnInMs: 4_000 }, 0), 2_000, 'a restart of the server: half of it at least');
  t.equal(delay({ code: 'going_away', returnInMs: 4_000 }, 0.999), 5_996, 'and half as much again at most');
  t.equal(delay({ code: 'going_away', returnInMs: undefined }, 0.5), 500, 'a goodbye without a time: as backoff says');
  t.equal(delay({ code: 'overloaded', returnInMs: 7_000 }, 0), 7_000, 'a time that was asked for is never undercut');
  t.equal(delay({ code: 'agent_unknown' }, 0.5), 300_000, 'an unknown agent asks every five minutes');
  t.equal(delay({ code: 'agent_retired', returnInMs: 1 }, 0.5), 300_000, 'a retired one too');
});

/** When 10,000 agents are back that lost their server at 0 s, in seconds after its return at `awayS`. */
function returns(awayS: number, goodbye: Partial<LinkEnd> = {}): number[] {
  return Array.from({ length: 10_000 }, (_, agent) => {
    let draws = 0;
    const draw = () => {
      draws += 1;
      return random('agent', agent, draws);
    };
    const backoff = createBackoff(draw);
    const lost: LinkEnd = { code: 'closed', message: '', returnInMs: undefined, connectedForMs: 60_000, ...goodbye };
    const refused: LinkEnd = { code: 'server_unreachable', message: '', returnInMs: undefined, connectedForMs: 0 };
    let atMs = reconnectDelayMs(lost, backoff, draw);
    while (atMs < awayS * 1_000) atMs += reconnectDelayMs(refused, backoff, draw);
    return atMs / 1_000 - awayS;
  });
}

/** The most that come in one second, by the mean of the seconds from the first to the last. */
function peakToMean(returnsS: readonly number[]): number {
  const perSecond = new Map<number, number>();
  for (const at of returnsS) perSecond.set(Math.floor(at), (perSecond.get(Math.floor(at)) ?? 0) + 1);
  const seconds = Math.max(...perSecond.keys()) - Math.min(...perSecond.keys()) + 1;
  return Math.max(...perSecond.values()) / (returnsS.length / seconds);
}

t.test('a fleet that lost its server comes back soon and evenly', async (t) => {
  for (const awayS of [1, 3, 5, 10, 20, 60, 300]) {
    const fleet = returns(awayS);
    const allBackS = Math.max(...fleet);
    t.ok(peakToMean(fleet) <= 2.5, `away ${awayS} s: peak to mean ${peakToMean(fleet).toFixed(2)}`);
    t.ok(allBackS <= 30, `away ${awayS} s: all back after ${allBackS.toFixed(1)} s`);
  }
});

t.test('a fleet that was told when to come back is spread around that time', async (t) => {
  const fleet = returns(5, { code: 'going_away', returnInMs: 20_000 });
  t.ok(peakToMean(fleet) <= 1.2, `peak to mean ${peakToMean(fleet).toFixed(2)}`);
  t.ok(Math.min(...fleet) >= 5, 'nobody knocks before half of it');
  t.ok(Math.max(...fleet) <= 25, 'nor after half as much again');
});

t.test('when the server takes longer than it said, those that were early have had their quick attempt', async (t) => {
  const fleet = returns(22, { code: 'going_away', returnInMs: 20_000 });
  t.ok(peakToMean(fleet) <= 3, `peak to mean ${peakToMean(fleet).toFixed(2)}`);
  t.ok(Math.max(...fleet) <= 30, 'all are back as soon as after a loss');
});

t.test('one agent whose network blinked is back within a second', async (t) => {
  t.ok(Math.max(...returns(0)) < 1);
});
