import type { Backoff } from './backoff.ts';
import type { LinkEnd } from './link.ts';

/** A server that does not know this machine is asked again now and then: somebody may enrol or reinstate it. */
const UNWELCOME_RETRY_MS = 300_000;

const unwelcome: ReadonlySet<LinkEnd['code']> = new Set(['agent_unknown', 'agent_retired', 'identity_given_up']);

/**
 * How long to stay away after a link ended.
 * @param random uniform in [0, 1)
 */
export function reconnectDelayMs(end: LinkEnd, backoff: Backoff, random: () => number): number {
  const backoffMs = backoff.next(end.connectedForMs);
  if (unwelcome.has(end.code)) return UNWELCOME_RETRY_MS * (0.9 + 0.2 * random());
  if (end.returnInMs === undefined) return backoffMs;
  // All agents were told the same time; they come back spread around it. A retry asked for is never early.
  return end.returnInMs * (end.code === 'going_away' ? 0.5 + random() : 1 + 0.2 * random());
}
