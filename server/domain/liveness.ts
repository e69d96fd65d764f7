import type { DeviceKind, PresenceState } from '../../protocol/api/view.ts';
import { type ParamsOf, type Said, said } from '../../protocol/said/said.ts';
import type { GoodbyeReason } from '../../protocol/wire/frame.ts';
import type { Announcement } from './ledger.ts';
import type { Opinion } from './opinion.ts';
import type { PresenceSettings } from './settings.ts';

/** How long the machine may stay away after a goodbye before that counts as loss (rules: a goodbye is believed). */
export const goodbyeDeadlinesMs: Record<GoodbyeReason, number> = {
  reboot: 15 * 60_000,
  upgrade: 5 * 60_000,
  service_stop: 10 * 60_000,
  shutdown: 0,
  sleep: 0,
  server_restart: 90_000,
};

/** What liveness is judged from: times in ms of the server's clock. */
export interface LivenessFacts {
  readonly kind: DeviceKind;
  /** Any frame counts, also a pong. */
  readonly lastHeardAt: number | null;
  /** When the link closed without goodbye, or null while it is open. */
  readonly linkLostAt: number | null;
  readonly announced: Announcement | null;
  /** Until then the server does not judge absence, because it has just started or was itself blind. */
  readonly judgeFrom: number;
  /** A maintenance window covers it: a reboot may take longer. */
  readonly inMaintenance?: boolean;
  /** Why the server itself cannot see at the moment. */
  readonly blind?: Said | null;
  /** That its site is out of contact. */
  readonly siteLost?: Said | null;
  /** The newest word of others on its host, if it is fresh. */
  readonly opinion?: Opinion | null;
}

/** Who is to blame for an absence, in the order in which it is decided; the server's own blindness comes first and is no loss. */
export type Blame = 'site' | 'agent' | 'host' | 'contact';

export interface Loss {
  readonly priority: 'high' | 'medium';
  readonly onset: number;
  readonly tellAt: number;
  readonly blame: Blame;
}

export interface Liveness {
  readonly state: PresenceState;
  readonly since: number;
  readonly reason: Said;
  /** Set when the absence is an incident: its priority, and from when people are told. */
  readonly loss: Loss | null;
}

// Nearly every device at nearly every moment.
const pending = said('presence.pending');
const reports = said('presence.up');

/** What a device is at `now`, and why. */
export function judgeLiveness(facts: LivenessFacts, now: number, settings: PresenceSettings): Liveness {
  const { lastHeardAt, announced } = facts;
  if (lastHeardAt === null) {
    return { state: 'pending', since: now, reason: pending, loss: null };
  }
  if (announced) return judgeAnnounced(facts, announced, now);
  const silentMs = now - lastHeardAt;
  const since = lastHeardAt;
  const lateAfterMs =
    facts.linkLostAt === null
      ? settings.lateAfterMs
      : Math.min(settings.lateAfterMs, settings.lateAfterLinkLossMs + (facts.linkLostAt - lastHeardAt));
  if (silentMs < lateAfterMs) return { state: 'up', since, reason: reports, loss: null };
  if (now < facts.judgeFrom) {
    return {
      state: 'unknown',
      since,
      reason: said('presence.starting', { heardAt: lastHeardAt }),
      loss: null,
    };
  }
  const { blind } = facts;
  const heardAt = lastHeardAt;
  if (blind) return { state: 'unknown', since, reason: said('presence.blind', { blind, heardAt }), loss: null };
  if (silentMs < settings.lostAfterMs) {
    const isLinkClosed = facts.linkLostAt !== null;
    return { state: 'late', since, reason: said('presence.late', { heardAt, isLinkClosed }), loss: null };
  }
  if (facts.kind === 'workstation')
    return { state: 'off', since, reason: said('presence.may-be-off', { heardAt }), loss: null };
  const { blame, priority, why } = blameFor(facts);
  return {
    state: 'lost',
    since,
    reason: said('presence.lost', { blame: why, heardAt }),
    loss: { priority, onset: lastHeardAt, tellAt: lastHeardAt + settings.tellAfterMs, blame },
  };
}

/** Who is to blame, when the server itself sees: site, agent, host, and otherwise nobody can say. */
function blameFor({ siteLost, opinion }: LivenessFacts): { blame: Blame; priority: 'high' | 'medium'; why: Said } {
  if (siteLost) return { blame: 'site', priority: 'high', why: siteLost };
  if (opinion?.host === 'up') return { blame: 'agent', priority: 'medium', why: said('blame.agent', of(opinion)) };
  if (opinion) return { blame: 'host', priority: 'high', why: said('blame.host', of(opinion)) };
  return { blame: 'contact', priority: 'high', why: said('blame.contact') };
}

function of({ by, to, detail }: Opinion): ParamsOf<'blame.host'> {
  return { by, at: to, detail };
}

/** A reboot inside a maintenance window may take this long. */
const MAINTENANCE_REBOOT_MS = 30 * 60_000;

function judgeAnnounced(facts: LivenessFacts, announced: Announcement, now: number): Liveness {
  const isPlanned = announced.reason === 'reboot' && facts.inMaintenance;
  const deadline = announced.at + (isPlanned ? MAINTENANCE_REBOOT_MS : goodbyeDeadlinesMs[announced.reason]);
  const goodbye = { goodbye: announced.reason, at: announced.at };
  const since = announced.at;
  if (announced.reason === 'sleep')
    return { state: 'asleep', since, reason: said('presence.goodbye', goodbye), loss: null };
  if (facts.kind === 'workstation' && now >= deadline)
    return { state: 'off', since, reason: said('presence.goodbye', goodbye), loss: null };
  if (announced.reason === 'shutdown') {
    return {
      state: 'off',
      since,
      reason: said('presence.shut-down', goodbye),
      loss: { priority: 'high', onset: announced.at, tellAt: announced.at, blame: 'host' },
    };
  }
  if (now < deadline) {
    return {
      state: 'expected',
      since,
      reason: said('presence.expected', { ...goodbye, backBy: deadline }),
      loss: null,
    };
  }
  // Overdue while the server did not look: it may be back already, and has not had time to say so.
  if (now < facts.judgeFrom) {
    return {
      state: 'unknown',
      since,
      reason: said('presence.starting', { heardAt: facts.lastHeardAt ?? since }),
      loss: null,
    };
  }
  const overdue = (why: Said | null): Said => said('presence.overdue', { why, ...goodbye, backBy: deadline });
  if (facts.blind) return { state: 'unknown', since, reason: overdue(facts.blind), loss: null };
  // The agent's own stop says nothing about the host, so it weighs less.
  const ownStop = announced.reason === 'service_stop' || announced.reason === 'upgrade' ? 'medium' : 'high';
  const { blame, priority, why } = blameFor(facts);
  return {
    state: 'lost',
    since,
    reason: overdue(blame === 'contact' ? null : why),
    loss: { priority: blame === 'contact' ? ownStop : priority, onset: announced.at, tellAt: deadline, blame },
  };
}
