import type { Calendar } from '../../../protocol/api/contract.ts';
import { type CalendarDay, calendarDays } from './calendar.ts';

/** A pause of a clock; `to` null: it still goes on. */
export interface Pause {
  readonly from: number;
  readonly to: number | null;
  readonly reason: string;
}

/** A stretch of the way to a due time. `businessMs` is what it counts for. */
export interface WalkStretch {
  readonly from: number;
  readonly to: number;
  readonly kind: 'open' | 'closed' | 'paused';
  readonly label: string;
  readonly businessMs: number;
}

export interface Walk {
  /** Null while a pause goes on, or if ten years do not hold so much open time. */
  readonly dueAt: number | null;
  /** An exact partition of the time from the start to the due time (or to the pause that goes on). */
  readonly stretches: readonly WalkStretch[];
}

const WALK_LIMIT_DAYS = 3_660;

/** Spends `businessMs` of open, unpaused time from `startMs` on: when it is spent, and stretch by stretch how. */
export function walkForward(
  calendar: Calendar,
  startMs: number,
  businessMs: number,
  pauses: readonly Pause[] = [],
): Walk {
  const stretches: WalkStretch[] = [];
  let left = businessMs;
  let dayCount = 0;
  for (const day of calendarDays(calendar, startMs)) {
    if (dayCount++ > WALK_LIMIT_DAYS) return { dueAt: null, stretches };
    for (const piece of pieces(day)) {
      let at = Math.max(piece.start, startMs);
      while (at < piece.end) {
        const pause = pauses.find(({ from, to }) => from <= at && (to === null || at < to));
        if (pause?.to === null) return { dueAt: null, stretches };
        if (pause) {
          const to = Math.min(piece.end, pause.to ?? piece.end);
          add(stretches, { from: at, to, kind: 'paused', label: pauseLabel(pause), businessMs: 0 });
          at = to;
          continue;
        }
        const stop = pauses.reduce((end, { from }) => (from > at && from < end ? from : end), piece.end);
        const spentMs = piece.isOpen ? Math.min(left, stop - at) : 0;
        const to = piece.isOpen && spentMs === left ? at + spentMs : stop;
        const kind = piece.isOpen ? 'open' : 'closed';
        add(stretches, { from: at, to, kind, label: piece.label, businessMs: spentMs });
        left -= spentMs;
        if (piece.isOpen && left === 0) return { dueAt: to, stretches };
        at = to;
      }
    }
  }
  return { dueAt: null, stretches };
}

/** When so much of a walk's business time is spent; null if the walk ends before. */
export function spentAt(stretches: readonly WalkStretch[], businessMs: number): number | null {
  let left = businessMs;
  for (const stretch of stretches) {
    if (stretch.businessMs >= left && stretch.kind === 'open') return stretch.from + left;
    left -= stretch.businessMs;
  }
  return null;
}

export function pauseLabel({ reason }: Pause): string {
  return `waiting for the client: ${reason}`;
}

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly isOpen: boolean;
  readonly label: string;
}

/** The whole day as open and closed pieces, in order. */
function* pieces({ start, end, open, closedLabel }: CalendarDay): Generator<Piece> {
  let at = start;
  for (const interval of open) {
    if (at < interval.start) yield { start: at, end: interval.start, isOpen: false, label: closedLabel };
    yield { ...interval, isOpen: true };
    at = interval.end;
  }
  if (at < end) yield { start: at, end, isOpen: false, label: closedLabel };
}

/** A night is one stretch, although midnight parts it. */
function add(stretches: WalkStretch[], added: WalkStretch): void {
  const last = stretches.at(-1);
  if (last && last.kind === added.kind && last.label === added.label && last.to === added.from) {
    stretches[stretches.length - 1] = { ...last, to: added.to, businessMs: last.businessMs + added.businessMs };
  } else stretches.push(added);
}
