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
