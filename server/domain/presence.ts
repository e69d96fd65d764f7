import type { GoodbyeReason } from '../../protocol/frame.ts';
import type { DeviceKind, PresenceState } from '../../protocol/view.ts';
import {
  type Announcement,
  classifyGap,
  type GapEvidence,
  type Interval,
  isUnexpectedReboot,
  type Proof,
} from './ledger.ts';
import type { PresenceSettings } from './settings.ts';
import { formatDuration, formatInstant } from './wording.ts';

/** What is remembered of a device's presence. Plain data, kept as JSON. */
export interface PresenceMemory {
  /** Newest proof of life that carried a boot identity. */
  last: Proof | null;
  /** Start of the run of `up` that ends at `last`; not yet in the ledger. */
  upFrom: number | null;
  announced: Announcement | null;
  /** Recent gaps that were not wholly up, oldest first: late evidence may still fall into one. */
  gaps: GapEvidence[];
  unexpectedRebootAt: number | null;
}

export const freshPresence = (): PresenceMemory => ({
  last: null,
  upFrom: null,
  announced: null,
  gaps: [],
  unexpectedRebootAt: null,
});

const MAX_GAPS = 64;

/** A change of the ledger: what stands in [from, to) gives way to `intervals`. */
export interface LedgerChange {
  readonly from: number;
  readonly to: number;
  readonly intervals: readonly Interval[];
  /** True if it replaces what was written before. */
  readonly revision: boolean;
}

/** Takes in a proof of life, early or late, stepping `memory` in place. Returns what the ledger gains. */
export function takeProof(memory: PresenceMemory, proof: Proof): LedgerChange[] {
  const { last } = memory;
  if (!last) {
    memory.last = proof;
    memory.upFrom = proof.at;
    return [];
  }
  if (proof.at <= last.at) return takeLateProof(memory, proof);
  // A report that was made before the goodbye may arrive after it.
  const isBeforeGoodbye = memory.announced !== null && proof.at <= memory.announced.at;
  const announced = isBeforeGoodbye ? null : memory.announced;
  const intervals = classifyGap(last, proof, announced);
  if (isUnexpectedReboot(last, proof, announced)) memory.unexpectedRebootAt = Math.round(proof.at - proof.bootMs);
  memory.last = proof;
  if (!isBeforeGoodbye) memory.announced = null;
  if (intervals.every((interval) => interval.state === 'up')) return [];

  remember(memory, { before: last, after: proof, announced });
  const run = closeRun(memory.upFrom ?? last.at, last);
  const from = run[0]?.start ?? last.at;
  // The end of the gap, if up, begins the next run instead of being written now.
  const tail = intervals.at(-1);
  const upFrom = tail?.state === 'up' ? tail.start : proof.at;
  memory.upFrom = upFrom;
  const written = intervals.filter((interval) => interval.start < upFrom);
  return [{ from, to: upFrom, intervals: [...run, ...written], revision: false }];
}

function closeRun(from: number, last: Proof): Interval[] {
  if (last.at <= from) return [];
  const evidence: GapEvidence = { before: last, after: last, announced: null };
  return [{ start: from, end: last.at, state: 'up', reason: 'reported', evidence }];
}

/** Evidence about the past: it matters only inside a gap that was not proved up. */
function takeLateProof(memory: PresenceMemory, proof: Proof): LedgerChange[] {
  const index = memory.gaps.findIndex(
    (gap) => gap.after !== null && gap.before.at < proof.at && proof.at < gap.after.at,
  );
  const gap = memory.gaps[index];
  if (!gap?.after) return [];
  const { before, after, announced } = gap;
  // What was announced belongs to the silence that followed it.
  const announcedBefore = announced && announced.at < proof.at ? announced : null;
  const announcedAfter = announced && announced.at >= proof.at ? announced : null;
  const first = classifyGap(before, proof, announcedBefore);
  const second = classifyGap(proof, after, announcedAfter);
  const open = [
    { part: first, gap: { before, after: proof, announced: announcedBefore } },
    { part: second, gap: { before: proof, after, announced: announcedAfter } },
  ].filter(({ part }) => part.some((interval) => interval.state !== 'up'));
  memory.gaps.splice(index, 1, ...open.map((entry) => entry.gap));
  memory.gaps.splice(0, Math.max(0, memory.gaps.length - MAX_GAPS));
  // The last stretch of the newest gap may be the beginning of the present run, which is not in the ledger.
  const to = memory.upFrom !== null && memory.upFrom > before.at ? Math.min(after.at, memory.upFrom) : after.at;
  const intervals = [...first, ...second].flatMap((interval) =>
    interval.start < to ? [{ ...interval, end: Math.min(interval.end, to) }] : [],
  );
  return [{ from: before.at, to, intervals, revision: true }];
}

function remember(memory: PresenceMemory, gap: GapEvidence): void {
  memory.gaps.push(gap);
  if (memory.gaps.length > MAX_GAPS) memory.gaps.shift();
}

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
}

export interface Liveness {
  readonly state: PresenceState;
  readonly since: number;
  readonly reason: string;
  /** Set when the absence is an incident: its priority, and from when people are told. */
  readonly loss: { readonly priority: 'high' | 'medium'; readonly onset: number; readonly tellAt: number } | null;
}

/** What a device is at `now`, and why. */
export function judgeLiveness(facts: LivenessFacts, now: number, settings: PresenceSettings): Liveness {
  const { lastHeardAt, announced } = facts;
  if (lastHeardAt === null) {
    return { state: 'pending', since: now, reason: 'Enrolled, but it has never reported.', loss: null };
  }
  if (announced) return judgeAnnounced(facts, announced, now);
  const silentMs = now - lastHeardAt;
  const since = lastHeardAt;
  const lateAfterMs =
    facts.linkLostAt === null
      ? settings.lateAfterMs
      : Math.min(settings.lateAfterMs, settings.lateAfterLinkLossMs + (facts.linkLostAt - lastHeardAt));
  if (silentMs < lateAfterMs) return { state: 'up', since, reason: 'It reports.', loss: null };
  if (now < facts.judgeFrom) {
    return {
      state: 'unknown',
      since,
      reason: `Not heard since ${formatInstant(lastHeardAt)}; the server has just started and does not judge absence yet.`,
      loss: null,
    };
  }
  const heard = `Last proof of life ${formatInstant(lastHeardAt)}`;
  if (silentMs < settings.lostAfterMs) {
    const link = facts.linkLostAt === null ? '' : '; its connection closed without a goodbye';
    return { state: 'late', since, reason: `${heard}${link}.`, loss: null };
  }
  if (facts.kind === 'workstation')
    return { state: 'off', since, reason: `${heard}. Workstations may be off.`, loss: null };
  return {
    state: 'lost',
    since,
    reason: `No contact: host or link. ${heard}, ${formatDuration(silentMs)} ago.`,
    loss: { priority: 'high', onset: lastHeardAt, tellAt: lastHeardAt + settings.tellAfterMs },
  };
}

function judgeAnnounced(facts: LivenessFacts, announced: Announcement, now: number): Liveness {
  const deadline = announced.at + goodbyeDeadlinesMs[announced.reason];
  const said = `The agent said ${announced.reason.replace('_', ' ')} at ${formatInstant(announced.at)}`;
  const since = announced.at;
  if (announced.reason === 'sleep') return { state: 'asleep', since, reason: `${said}.`, loss: null };
  if (facts.kind === 'workstation' && now >= deadline) return { state: 'off', since, reason: `${said}.`, loss: null };
  if (announced.reason === 'shutdown') {
    return {
      state: 'off',
      since,
      reason: `${said}. A server is expected to run.`,
      loss: { priority: 'high', onset: announced.at, tellAt: announced.at },
    };
  }
  if (now < Math.max(deadline, facts.judgeFrom)) {
    return {
      state: 'expected',
      since,
      reason: `${said} and is expected back by ${formatInstant(deadline)}.`,
      loss: null,
    };
  }
  const overdue = `${said} and was expected back by ${formatInstant(deadline)}.`;
  // The agent's own stop says nothing about the host, so it weighs less.
  const priority = announced.reason === 'service_stop' || announced.reason === 'upgrade' ? 'medium' : 'high';
  return { state: 'lost', since, reason: overdue, loss: { priority, onset: announced.at, tellAt: deadline } };
}
