import type { DeviceKind, PresenceState } from '../../protocol/api/view.ts';
import { type ParamsOf, type Said, said } from '../../protocol/said/said.ts';
import type { GoodbyeReason } from '../../protocol/wire/frame.ts';
import {
  type Announcement,
  classifyGap,
  type GapEvidence,
  type Interval,
  isUnexpectedReboot,
  openTail,
  type Proof,
  ranOn,
} from './ledger.ts';
import { clipOpinions, type Opinion } from './opinion.ts';
import type { PresenceSettings } from './settings.ts';

/** What is remembered of a device's presence. Plain data, kept as JSON. */
export interface PresenceMemory {
  /** Oldest proof of life: the ledger begins there. */
  first: Proof | null;
  /** Newest proof of life that carried a boot identity. */
  last: Proof | null;
  /** Start of the run of `up` that ends at `last`; not yet in the ledger. */
  upFrom: number | null;
  announced: Announcement | null;
  /** What others said of the host since `last`, oldest first; bounded. */
  opinions: Opinion[];
  /** Recent gaps that were not wholly up, oldest first: late evidence may still fall into one. */
  gaps: GapEvidence[];
  unexpectedRebootAt: number | null;
  /** When neighbours last reached the host while it was well: only then does their later failure say something. */
  reachedByPeersAt?: number | null;
}

export const freshPresence = (): PresenceMemory => ({
  first: null,
  last: null,
  upFrom: null,
  announced: null,
  opinions: [],
  gaps: [],
  unexpectedRebootAt: null,
});

const MAX_GAPS = 64;
const unchanged: readonly LedgerChange[] = [];

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
export function takeProof(memory: PresenceMemory, proof: Proof): readonly LedgerChange[] {
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

function takeNextProof(memory: PresenceMemory, last: Proof, proof: Proof): readonly LedgerChange[] {
  // A report that was made before the goodbye may arrive after it.
  const isBeforeGoodbye = memory.announced !== null && proof.at <= memory.announced.at;
  const announced = isBeforeGoodbye ? null : memory.announced;
  if (memory.opinions.length === 0 && ranOn(last, proof)) {
    memory.last = proof;
    if (!isBeforeGoodbye) memory.announced = null;
    return unchanged;
  }
  const opinions = clipOpinions(memory.opinions, last.at, proof.at);
  const intervals = classifyGap(last, proof, announced, opinions);
  if (isUnexpectedReboot(last, proof, announced)) memory.unexpectedRebootAt = Math.round(proof.at - proof.bootMs);
  memory.last = proof;
  memory.opinions = clipOpinions(memory.opinions, proof.at, Number.POSITIVE_INFINITY);
  if (!isBeforeGoodbye) memory.announced = null;
  if (isProvedUp(intervals)) return [];

  const said = opinions.length > 0 ? { opinions } : {};
  remember(memory, [...memory.gaps, { before: last, after: proof, announced, ...said }]);
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
  if (!isProvedUp(intervals)) remember(memory, [{ before: proof, after: first, announced: null }, ...memory.gaps]);
  return write(memory, proof.at, first.at, intervals, false);
}

/** Evidence about the past: it matters only inside a gap that was not proved up. */
function takeLateProof(memory: PresenceMemory, proof: Proof): LedgerChange[] {
  const index = memory.gaps.findIndex(
    (gap) => gap.after !== null && gap.before.at < proof.at && proof.at < gap.after.at,
  );
  const gap = memory.gaps[index];
  if (!gap?.after) return [];
  const { before, after, announced, opinions = [] } = gap;
  // What was announced belongs to the silence that followed it.
  const announcedBefore = announced && announced.at < proof.at ? announced : null;
  const announcedAfter = announced && announced.at >= proof.at ? announced : null;
  const parts = [part(before, proof, announcedBefore, opinions), part(proof, after, announcedAfter, opinions)];
  const open = parts.filter(({ intervals }) => !isProvedUp(intervals)).map((part) => part.gap);
  remember(memory, memory.gaps.toSpliced(index, 1, ...open));
  // Where others had reached the host, the present run may have begun before the gap.
  const run = closeRun(memory.upFrom ?? before.at, before);
  const intervals = [...run, ...parts.flatMap((part) => part.intervals)];
  return write(memory, run[0]?.start ?? before.at, after.at, intervals, true);
}

function part(before: Proof, after: Proof, announced: Announcement | null, all: readonly Opinion[]) {
  const opinions = clipOpinions(all, before.at, after.at);
  const gap: GapEvidence = { before, after, announced, ...(opinions.length > 0 ? { opinions } : {}) };
  return { gap, intervals: classifyGap(before, after, announced, opinions) };
}

/**
 * What was shown as down while nothing was heard, and is not by the evidence of `proof`: to be recorded as a revision, with what
 * stood and what stands. Null if nothing of it is taken back. To be asked before `proof` is taken in.
 */
export function takenBack(
  { last, announced, opinions }: PresenceMemory,
  proof: Proof,
): { readonly from: number; readonly to: number; readonly before: Interval[]; readonly after: Interval[] } | null {
  if (!last || proof.at <= last.at) return null;
  const believed = announced && proof.at > announced.at ? announced : null;
  const heard = clipOpinions(opinions, last.at, proof.at);
  const before = openTail(last, believed, proof.at, heard);
  const after = classifyGap(last, proof, believed, heard);
  // That a machine is up again after its new boot takes nothing back.
  const decided = last.bootId === proof.bootId ? after : after.filter(({ reason }) => reason !== 'reported');
  const shown = before.filter(({ state }) => state === 'down');
  const isTakenBack = decided.some(({ state, start, end }) => {
    return state !== 'down' && shown.some((down) => down.start < end && down.end > start);
  });
  return isTakenBack ? { from: last.at, to: proof.at, before, after } : null;
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

/** Proved up by the machine's own boot: nothing that comes late can change it. What others said is not that strong. */
function isProvedUp(intervals: readonly Interval[]): boolean {
  return intervals.every(({ state, reason }) => state === 'up' && reason !== 'reachable');
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
