import type { GoodbyeReason } from '../../protocol/frame.ts';
import { formatDuration, formatInstant } from './wording.ts';

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
  | 'silent';

export interface GapEvidence {
  readonly before: Proof;
  readonly after: Proof | null;
  readonly announced: Announcement | null;
}

/** BOOTTIME must advance as server time did, within this. */
const TOLERANCE_MS = 2_000;
const TOLERANCE_RATIO = 500e-6;
/** Less sleep than this is rounding between two clocks. */
const MIN_SLEEP_MS = 1_000;

/**
 * Partitions the time between two proofs, `before.at < after.at`, exactly.
 * Same boot and a boot clock that kept pace: up, less the time asleep. Another boot: down until that boot began. Otherwise
 * nobody can know: unknown.
 */
export function classifyGap(before: Proof, after: Proof, announced: Announcement | null): Interval[] {
  const evidence: GapEvidence = { before, after, announced };
  const stretch = (start: number, end: number, state: LedgerState, reason: IntervalReason): Interval[] =>
    end > start ? [{ start, end, state, reason, evidence }] : [];
  const elapsedMs = after.at - before.at;

  if (before.bootId === after.bootId) {
    const bootElapsedMs = after.bootMs - before.bootMs;
    if (Math.abs(bootElapsedMs - elapsedMs) > toleranceMs(elapsedMs)) {
      return stretch(before.at, after.at, 'unknown', 'boot_clock_disagrees');
    }
    const sleptMs = bootElapsedMs - (after.monotonicMs - before.monotonicMs);
    if (sleptMs < MIN_SLEEP_MS) return stretch(before.at, after.at, 'up', 'same_boot');
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
  if (bootOrderDisagrees(before, after)) return stretch(before.at, after.at, 'unknown', 'boot_order_disagrees');
  const upFrom = clamp(bootedAt, before.at, after.at);
  return [
    ...stretch(before.at, upFrom, 'down', rebootReason(announced)),
    ...stretch(upFrom, after.at, 'up', 'reported'),
  ];
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

/** What is known of the time since the last proof: an announced shutdown is believed, everything else is open. */
export function openTail(last: Proof, announced: Announcement | null, until: number): Interval[] {
  if (until <= last.at) return [];
  const evidence: GapEvidence = { before: last, after: null, announced };
  const tail = (state: LedgerState, reason: IntervalReason): Interval[] => [
    { start: last.at, end: until, state, reason, evidence },
  ];
  switch (announced?.reason) {
    case 'shutdown':
      return tail('down', 'shutdown_announced');
    case 'reboot':
      return tail('down', 'reboot_announced');
    case 'sleep':
      return tail('excluded', 'asleep');
    default:
      return tail('unknown', 'silent');
  }
}

/** One sentence that says what proves an interval. */
export function explainInterval({ reason, evidence }: Pick<Interval, 'reason' | 'evidence'>): string {
  const { before, after } = evidence;
  const last = formatInstant(before.at);
  const next = after ? formatInstant(after.at) : '';
  switch (reason) {
    case 'reported':
      return 'The reports are of one boot of the machine, whose uptime grew as time passed.';
    case 'same_boot':
      return `Nothing arrived between ${last} and ${next}, but the machine had the same boot then and its uptime had grown as much: only the link was lost.`;
    case 'asleep':
      return `The machine's boot clock ran on while its running clock stood still after ${last}: it was suspended.`;
    case 'reboot_announced':
      return `The agent announced a reboot; the last proof of life before it is of ${last}.`;
    case 'shutdown_announced':
      return `The agent announced a shutdown; the last proof of life before it is of ${last}.`;
    case 'reboot_unexpected':
      return `The last proof of life of the old boot is of ${last}; the machine came back with another boot identity${after ? `, up for ${formatDuration(after.bootMs)} at ${next}` : ''}, and no reboot was announced.`;
    case 'boot_clock_disagrees':
      return `The same boot before and after, but its uptime does not match the time between ${last} and ${next}: the machine may have been paused.`;
    case 'boot_order_disagrees':
      return `The boot seen at ${next} claims to be older than the last proof of another boot at ${last}: a clone or a reverted snapshot.`;
    case 'silent':
      return `Nothing was heard after ${last}; nobody can say whether the machine or only its link was lost.`;
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
