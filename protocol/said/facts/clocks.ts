import type { Facts } from '../kinds.ts';

const ends = ['acknowledged', 'responded', 'on_site', 'restored'] as const;
const priorities = ['emergency', 'high', 'medium', 'normal'] as const;

/** What happens to the response clock of an incident, and why it is due when it is. */
export const clockFacts = {
  'clock.cause': {
    why: ['opened', 'came_back', 'by_itself', 'resolved', 'further', 'reported', 'answered_above', 'waiting'],
  },
  'clock.cause.priority': { from: priorities, to: priorities },
  'clock.cause.waited': { waitedMs: 'duration' },
  'clock.cause.contract': { version: 'digits' },
  'clock.terms': {
    version: 'digits?',
    tier: 'name',
    priority: priorities,
    targetMs: 'hours?',
    isAlways: 'flag',
    end: ends,
    standing: ['promised', 'internal', 'shown'],
  },
  'clock.computed': { cause: 'said', terms: 'said', contractEndsOn: 'date?' },
  'clock.recomputed': { why: 'said', dueAt: 'instant?', before: 'instant?' },
  'clock.again': { outcome: ['none', 'running', 'paused', 'met', 'recovered', 'breached'], dueAt: 'instant?' },
  'clock.contract': { cause: 'said', how: ['from_today', 'stays', 'changes'] },
  'clock.breached': { parts: 'saids' },
  'clock.missed': { end: ends, dueAt: 'instant?', targetMs: 'hours?', version: 'digits?' },
  'clock.explained': {
    startedAt: 'instant',
    isContractual: 'flag',
    targetMs: 'hours?',
    isAlways: 'flag',
    isFirm: 'flag',
    isWaiting: 'flag',
    end: ends,
    dueAt: 'instant?',
    waitedMs: 'duration?',
    verdict: 'said?',
  },
  'clock.recovered': { outcome: ['met', 'breached', 'none'], at: 'instant' },
  'clock.reached': { end: ends, at: 'instant', outcome: ['met', 'breached', 'none'], byMs: 'duration' },
  'clock.not-reached': { end: ends },
  'clock.resolved-before': {},
  'clock.no-cure': {},
  'clock.not-on-site': { dueAt: 'instant' },
  'clock.warning': { end: ends, isContractual: 'flag', dueAt: 'moment' },
  'clock.paused': { reason: 'text' },
  'clock.resumed': { waitedMs: 'duration', dueAt: 'instant?' },
  'clock.on-site-by': { dueAt: 'instant' },
  'clock.answered-above': {},
} as const satisfies Facts;
