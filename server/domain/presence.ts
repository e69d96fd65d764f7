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
  /** Oldest proof of life: the ledger begins there. */
  first: Proof | null;
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
  first: null,
  last: null,
  upFrom: null,
  announced: null,
  gaps: [],
  unexpectedRebootAt: null,
});

const MAX_GAPS = 64;

/**
 * A change of the ledger: what stands in [from, to) gives way to `intervals`; a row that reaches out at the end keeps its rest.
 * They cover [from, to) but for an end that belongs to the present run.
 */
export interface LedgerChange {
  readonly from: number;
  readonly to: number;
  readonly intervals: readonly Interval[];
  /** True if it replaces what was written before. */
  readonly revision: boolean;
}

/** Takes in a proof of life, early or late, stepping `memory` in place. Returns what the ledger gains. */
export function takeProof(memory: PresenceMemory, proof: Proof): LedgerChange[] {
  const { first, last } = memory;
  if (!first || !last) {
    memory.first = proof;
    memory.last = proof;
    memory.upFrom = proof.at;
    return [];
  }
  if (proof.at > last.at) return takeNextProof(memory, last, proof);
  return proof.at < first.at ? takeFirstProof(memory, first, proof) : takeLateProof(memory, proof);
}

function takeNextProof(memory: PresenceMemory, last: Proof, proof: Proof): LedgerChange[] {
  // A report that was made before the goodbye may arrive after it.
  const isBeforeGoodbye = memory.announced !== null && proof.at <= memory.announced.at;
  const announced = isBeforeGoodbye ? null : memory.announced;
  const intervals = classifyGap(last, proof, announced);
  if (isUnexpectedReboot(last, proof, announced)) memory.unexpectedRebootAt = Math.round(proof.at - proof.bootMs);
  memory.last = proof;
  if (!isBeforeGoodbye) memory.announced = null;
  if (isWhollyUp(intervals)) return [];

  remember(memory, [...memory.gaps, { before: last, after: proof, announced }]);
  const run = closeRun(memory.upFrom ?? last.at, last);
  memory.upFrom = last.at;
  return write(memory, run[0]?.start ?? last.at, proof.at, [...run, ...intervals], false);
}

function closeRun(from: number, last: Proof): Interval[] {
  if (last.at <= from) return [];
  const evidence: GapEvidence = { before: last, after: last, announced: null };
  return [{ start: from, end: last.at, state: 'up', reason: 'reported', evidence }];
}

/** Evidence from before all that is known: the ledger begins earlier. */
function takeFirstProof(memory: PresenceMemory, first: Proof, proof: Proof): LedgerChange[] {
  const intervals = classifyGap(proof, first, null);
  memory.first = proof;
  if (!isWhollyUp(intervals)) remember(memory, [{ before: proof, after: first, announced: null }, ...memory.gaps]);
  return write(memory, proof.at, first.at, intervals, false);
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
  const parts = [
    {
      gap: { before, after: proof, announced: announcedBefore },
      intervals: classifyGap(before, proof, announcedBefore),
    },
    { gap: { before: proof, after, announced: announcedAfter }, intervals: classifyGap(proof, after, announcedAfter) },
  ];
  const open = parts.filter(({ intervals }) => !isWhollyUp(intervals)).map((part) => part.gap);
  remember(memory, memory.gaps.toSpliced(index, 1, ...open));
  return write(
    memory,
    before.at,
    after.at,
    parts.flatMap(({ intervals }) => intervals),
    true,
  );
}

/** What is to be written of [from, to): an end that is up and leads into the present run becomes its beginning instead. */
function write(
  memory: PresenceMemory,
  from: number,
  to: number,
  intervals: readonly Interval[],
  revision: boolean,
): LedgerChange[] {
  const { upFrom } = memory;
  if (upFrom === null || upFrom > to) return [{ from, to, intervals, revision }];
  const tail = intervals.at(-1);
  memory.upFrom = tail?.state === 'up' ? tail.start : to;
  const written = intervals.slice(0, tail?.state === 'up' ? -1 : undefined);
  if (written.length === 0 && !revision) return [];
  return [{ from, to: Math.max(upFrom, memory.upFrom), intervals: written, revision }];
}

function isWhollyUp(intervals: readonly Interval[]): boolean {
  return intervals.every((interval) => interval.state === 'up');
}

function remember(memory: PresenceMemory, gaps: GapEvidence[]): void {
  memory.gaps = gaps.slice(-MAX_GAPS);
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
