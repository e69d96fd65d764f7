import t from 'tap';
import { createBackoff } from '../../agent/backoff.ts';
import type { LinkEnd } from '../../agent/link.ts';
import { reconnectDelayMs } from '../../agent/reconnect.ts';

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
