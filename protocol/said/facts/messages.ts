import type { Facts } from '../kinds.ts';

const lists = ['digest', 'summary', 'missed'] as const;

/** What people are told besides incidents, and why a message does not arrive. */
export const messageFacts = {
  /** What another program said, such as the operating system of an error. */
  program: { text: 'text' },
  unanswered: { withinMs: 'duration' },
  'list.title': { list: lists, entries: 'count', open: 'count' },
  'list.lead': { list: lists },
  'test.title': {},
  'test.lead': {},
  'trouble.title': {},
  'trouble.lead': { what: 'saids' },
  'trouble.over.title': {},
  'trouble.over.lead': {},
  'unseen.title': {},
  unseen: { count: 'count', longest: 'saids', more: 'count', afterMs: 'duration' },
  'unseen.device': { device: 'name', since: 'instant' },
  'drives.low.title': {},
  'drives.low': { count: 'count', lowest: 'saids', more: 'count', belowBytes: 'bytes' },
  'drives.low.device': { device: 'name', availableBytes: 'bytes' },
  'maintenance.ended': {
    title: 'text',
    client: 'name?',
    at: 'instant',
    tookMs: 'duration',
    returns: 'said',
    incidents: 'said',
  },
  'maintenance.returns': { total: 'count', back: 'count', restarted: 'count', missing: 'names' },
  'maintenance.incidents': { raised: 'count', open: 'count' },
  'delivery.removed': {},
  'delivery.given-up': { afterMs: 'duration', why: 'said' },
  'delivery.full': { waiting: 'count' },
  'delivery.unreadable': {},
  'delivery.answered': { by: ['receiver', 'telegram', 'mail'], status: 'digits?', text: 'text' },
  'delivery.redirected': { status: 'digits' },
  'delivery.misread': { as: ['telegram', 'ntfy'], text: 'text' },
  'delivery.no-secret': { secret: ['bot_token', 'password'] },
  'delivery.no-starttls': { text: 'text' },
  'delivery.closed': {},
} as const satisfies Facts;
