import { readSaid } from '../../protocol/said/read.ts';
import { type Said, said } from '../../protocol/said/said.ts';
import type { GoodbyeReason } from '../../protocol/wire/frame.ts';
import { clipOpinions, type Opinion, observe } from './opinion.ts';

/**
 * The availability ledger: what a device was, from evidence alone. Two proofs of life and what was said between them decide the
 * gap between them; that is all, so the order in which proofs arrive does not matter.
 */

/** A moment at which the machine was certainly running, dated by the server, with the machine's own clocks. */
export interface Proof {
  readonly at: number;
  readonly bootId: string;
  readonly bootMs: number;
  readonly monotonicMs: number;
}

/** What the agent announced before it fell silent. */
export interface Announcement {
  readonly reason: GoodbyeReason;
  readonly at: number;
}

export type LedgerState = 'up' | 'down' | 'excluded' | 'unknown';

/** A half-open stretch [start, end) in ms. `reason` is a stable word, `evidence` what proves it. */
export interface Interval {
  readonly start: number;
  readonly end: number;
  readonly state: LedgerState;
  readonly reason: IntervalReason;
  readonly evidence: GapEvidence;
}

export type IntervalReason =
  | 'reported'
  | 'same_boot'
  | 'asleep'
  | 'reboot_announced'
  | 'reboot_unexpected'
  | 'shutdown_announced'
  | 'boot_clock_disagrees'
  | 'boot_order_disagrees'
  | 'silent'
  | 'reachable'
  | 'host_lost'
  | 'server_blind'
  | 'site_lost';

/** A stretch in which we could not see: the whole fleet, or one site. `to` is Infinity while it lasts. */
export interface BlindStretch {
  readonly from: number;
  readonly to: number;
  readonly reason: 'server_blind' | 'site_lost';
  readonly why: Said;
}

export interface GapEvidence {
  readonly before: Proof;
  readonly after: Proof | null;
  readonly announced: Announcement | null;
  /** What others said of the host meanwhile; absent if nobody was asked. */
  readonly opinions?: readonly Opinion[];
  /** Why we could not see; absent if we could. */
  readonly blind?: BlindStretch;
}

/** BOOTTIME must advance as server time did, within this. */
const TOLERANCE_MS = 2_000;
const TOLERANCE_RATIO = 500e-6;
/** Less sleep than this is rounding between two clocks. */
const MIN_SLEEP_MS = 1_000;

/**
 * Partitions the time between two proofs, `before.at < after.at`, exactly.
 * Same boot and a boot clock that kept pace: up, less the time asleep, whatever others said. Another boot: down until that boot
 * began, from the last proof of life or the last time that somebody else reached the host. Otherwise only others can know.
 */
export function classifyGap(
  before: Proof,
  after: Proof,
  announced: Announcement | null,
  opinions: readonly Opinion[] = [],
): Interval[] {
  const evidence: GapEvidence = { before, after, announced };
  const stretch = (start: number, end: number, state: LedgerState, reason: IntervalReason): Interval[] =>
    end > start ? [{ start, end, state, reason, evidence }] : [];
  if (ranOn(before, after)) return stretch(before.at, after.at, 'up', 'same_boot');
  if (before.bootId === after.bootId) {
    const bootElapsedMs = after.bootMs - before.bootMs;
    if (!keptPace(before, after)) {
      return observed(evidence, before.at, after.at, opinions, 'boot_clock_disagrees');
    }
    const sleptMs = bootElapsedMs - (after.monotonicMs - before.monotonicMs);
    // Nothing says when in the gap it slept; unless it was announced, the sleep is put at its start.
    const latestStart = Math.max(before.at, after.at - Math.round(sleptMs));
    const sleptFrom = announced?.reason === 'sleep' ? clamp(announced.at, before.at, latestStart) : before.at;
    const sleptUntil = Math.min(after.at, sleptFrom + Math.round(sleptMs));
    return [
      ...stretch(before.at, sleptFrom, 'up', 'same_boot'),
      ...stretch(sleptFrom, sleptUntil, 'excluded', 'asleep'),
      ...stretch(sleptUntil, after.at, 'up', 'same_boot'),
    ];
  }

  const bootedAt = Math.round(after.at - after.bootMs);
  if (bootOrderDisagrees(before, after)) {
    return observed(evidence, before.at, after.at, opinions, 'boot_order_disagrees');
  }
  const upFrom = clamp(bootedAt, before.at, after.at);
  const downFrom = lastReachedBefore(upFrom, before.at, opinions);
  return [
    ...observed(evidence, before.at, downFrom, opinions, 'silent'),
    ...stretch(downFrom, upFrom, 'down', rebootReason(announced)).map((down) => witness(down, opinions)),
    ...stretch(upFrom, after.at, 'up', 'reported'),
  ];
}

/** Whether the machine ran all the time between two proofs, by its own clocks: then nothing else is asked. */
export function ranOn(before: Proof, after: Proof): boolean {
  if (before.bootId !== after.bootId || !keptPace(before, after)) return false;
  return after.bootMs - before.bootMs - (after.monotonicMs - before.monotonicMs) < MIN_SLEEP_MS;
}

/** Whether the clock of one boot advanced as the server's did. */
function keptPace(before: Proof, after: Proof): boolean {
  const elapsedMs = after.at - before.at;
  return Math.abs(after.bootMs - before.bootMs - elapsedMs) <= toleranceMs(elapsedMs);
}

/** When somebody last reached the host before its new boot began; `start` if nobody did. */
function lastReachedBefore(bootedAt: number, start: number, opinions: readonly Opinion[]): number {
  return clipOpinions(opinions, start, bootedAt).findLast(({ host }) => host === 'up')?.to ?? start;
}

/** Names who saw the host last, if that was after its last proof of life. */
function witness(down: Interval, opinions: readonly Opinion[]): Interval {
  const { evidence, start } = down;
  const last = opinions.findLast(({ host, from }) => host === 'up' && from <= start);
  return last && start > evidence.before.at
    ? { ...down, evidence: { ...evidence, opinions: [{ ...last, seen: [] }] } }
    : down;
}

/** What others saw of a stretch; `otherwise` is the reason where nobody could say. */
function observed(
  gap: GapEvidence,
  start: number,
  end: number,
  opinions: readonly Opinion[],
  otherwise: IntervalReason,
): Interval[] {
  return observe(start, end, opinions).map((piece): Interval => {
    const evidence = piece.by ? { ...gap, opinions: [{ ...piece.by, seen: [] }] } : gap;
    const { start, end, host } = piece;
    if (host === 'unknown') return { start, end, state: host, reason: otherwise, evidence };
    return { start, end, state: host, reason: host === 'up' ? 'reachable' : 'host_lost', evidence };
  });
}

function rebootReason(announced: Announcement | null): IntervalReason {
  if (announced?.reason === 'reboot') return 'reboot_announced';
  if (announced?.reason === 'shutdown') return 'shutdown_announced';
  return 'reboot_unexpected';
}

/** True if the machine restarted between two proofs and had not announced it. */
export function isUnexpectedReboot(before: Proof, after: Proof, announced: Announcement | null): boolean {
  if (before.bootId === after.bootId || rebootReason(announced) !== 'reboot_unexpected') return false;
  return !bootOrderDisagrees(before, after);
}

/** A "new" boot that began before the last proof of the old one is a clone or a reverted snapshot, not a reboot. */
function bootOrderDisagrees(before: Proof, after: Proof): boolean {
  return after.at - after.bootMs < before.at - toleranceMs(after.at - before.at);
}

function toleranceMs(elapsedMs: number): number {
  return TOLERANCE_MS + elapsedMs * TOLERANCE_RATIO;
}

/**
 * What is known of the time since the last proof: an announced shutdown is believed until somebody reaches the host, others'
 * opinions count while they are fresh, and where we could not see ourselves that is said.
 */
export function openTail(
  last: Proof,
  announced: Announcement | null,
  until: number,
  opinions: readonly Opinion[] = [],
  blind: readonly BlindStretch[] = [],
): Interval[] {
  if (until <= last.at) return [];
  const evidence: GapEvidence = { before: last, after: null, announced };
  const tail = (state: LedgerState, reason: IntervalReason): Interval => {
    return { start: last.at, end: until, state, reason, evidence };
  };
  if (announced?.reason === 'sleep') return [tail('excluded', 'asleep')];
  if (announced?.reason === 'shutdown' || announced?.reason === 'reboot') {
    const end = tail('down', announced.reason === 'shutdown' ? 'shutdown_announced' : 'reboot_announced');
    const reached = opinions.find(({ host, to }) => host === 'up' && to > last.at)?.from ?? until;
    const from = clamp(reached, last.at, until);
    const down = from > last.at ? [{ ...end, end: from }] : [];
    const seen = observed(evidence, last.at, until, opinions, 'silent').filter(({ end }) => end > from);
    return [...down, ...seen.map((piece) => ({ ...piece, start: Math.max(piece.start, from) }))];
  }
  return observed(evidence, last.at, until, opinions, 'silent').flatMap((interval) => {
    return interval.state === 'unknown' ? darken(interval, blind) : [interval];
  });
}

const BLIND_WITH_LAST_PROOF_MS = 60_000;

/** Says of the parts of an unknown stretch that we could not see why not. The server's own blindness goes before a site's. */
function darken(interval: Interval, blind: readonly BlindStretch[]): Interval[] {
  const { before } = interval.evidence;
  const reaching = blind.map((stretch) =>
    // Between the last report and the last word of a link lies less than a round: one silence, not two.
    stretch.from - before.at <= BLIND_WITH_LAST_PROOF_MS
      ? { ...stretch, from: Math.min(stretch.from, before.at) }
      : stretch,
  );
  const hides = reaching.filter(({ from, to }) => from < interval.end && to > interval.start);
  const inside = (at: number): boolean => at > interval.start && at < interval.end;
  const cuts = hides.flatMap(({ from, to }) => [from, to]).filter(inside);
  const edges = [...new Set([interval.start, ...cuts, interval.end])].sort((a, b) => a - b);
  return edges.slice(0, -1).map((start, index) => {
    const end = edges[index + 1] ?? interval.end;
    const covering = hides.filter(({ from, to }) => from <= start && to >= end);
    const by = covering.find(({ reason }) => reason === 'server_blind') ?? covering[0];
    if (!by) return { ...interval, start, end };
    return { ...interval, start, end, reason: by.reason, evidence: { ...interval.evidence, blind: by } };
  });
}

/** What proves an interval. */
export function sayInterval({ reason, evidence }: Pick<Interval, 'reason' | 'evidence'>): Said {
  const { before, after, opinions, blind } = evidence;
  const lastAt = before.at;
  const span = { before: lastAt, after: after?.at ?? null };
  const last = opinions?.at(-1);
  const opinion = last ? said('ledger.opinion', { by: last.by, at: last.to, detail: last.detail }) : null;
  switch (reason) {
    case 'reported':
      return said('ledger.reported');
    case 'same_boot':
      return said('ledger.same-boot', span);
    case 'asleep':
      return said('ledger.asleep', { lastAt });
    case 'reboot_announced':
      return said('ledger.rebooted', { lastAt, announced: 'reboot' });
    case 'shutdown_announced':
      return said('ledger.rebooted', { lastAt, announced: 'shutdown' });
    case 'reboot_unexpected': {
      const back = { backAt: after?.at ?? null, upMs: after?.bootMs ?? 0 };
      return said('ledger.reboot-unexpected', { lastAt, ...back, reached: opinion });
    }
    case 'boot_clock_disagrees':
      return said('ledger.boot-clock', span);
    case 'boot_order_disagrees':
      return said('ledger.boot-order', span);
    case 'silent':
      return said('ledger.silent', { lastAt });
    case 'reachable':
      return said('ledger.host', { lastAt, host: 'up', opinion });
    case 'host_lost':
      return said('ledger.host', { lastAt, host: 'down', opinion });
    case 'server_blind':
    case 'site_lost':
      return said('ledger.blind', { lastAt, why: blind ? readSaid(blind.why) : null });
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
