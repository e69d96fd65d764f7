import type { Facts } from '../kinds.ts';

/** What is wrong with the server itself. */
export const serverFacts = {
  'server.blind.storage': { since: 'instant', detail: 'text' },
  'server.blind.anchors': { since: 'instant', anchors: 'text' },
  'server.blind.fleet': { since: 'instant', silent: 'count', total: 'count', clients: 'count' },
  'server.blind.was': { from: 'instant', to: 'instant', why: ['start', 'stalled'] },
  'server.blind.over': {},
  'server.clock.doubt': {
    offMs: 'duration',
    side: ['ahead', 'behind'],
    asked: 'count',
    agreeing: 'count',
  },
  'server.clock.followed': {
    byMs: 'duration',
    direction: ['ahead', 'back'],
    asked: 'count',
    agreeing: 'count',
  },
  'server.clock.over': {},
  'history.lost': { losses: 'saids' },
  'history.lost.kind': {
    kind: ['missing', 'older', 'set_aside', 'damaged'],
    of: 'saids',
    more: 'count',
  },
  'history.lost.of': { device: 'name?', isSome: 'flag', from: 'instant?', to: 'instant?' },
  'history.lost.over': {},
} as const satisfies Facts;
