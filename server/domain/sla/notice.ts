import type { MaintenanceInput } from '../../../protocol/api/maintenance.ts';
import { formatDuration, formatInstant } from '../wording.ts';
import { occurrences, type Span } from './maintenance.ts';

/**
 * What planned work excludes from availability. An instant is excluded if, and only if, the document that stood when the notice
 * of its window fell due covers it, and the document that stands at that instant still does. So what was declared or added too
 * late excludes nothing, what was withdrawn no longer does, and no edit ever changes what is past.
 */

/** A document and the instants between which it stood; `until` is Infinity for the one that stands. */
export interface WindowVersion {
  readonly since: number;
  readonly until: number;
  readonly by: string;
  readonly input: MaintenanceInput;
}

/** How long before its start a window has to be declared, by the contract in force at the start. */
export type NoticeAt = (startMs: number) => number;

/** A stretch that both documents agree on; it excludes what the targets of both cover. */
export interface ExcludedPiece extends Span {
  /** When its window had to be declared. */
  readonly noticeDueAt: number;
  readonly announced: WindowVersion;
  readonly standing: WindowVersion;
}

/** The excluded stretches inside [from, to), sorted by start. */
export function excludedPieces(
  versions: readonly WindowVersion[],
  noticeAt: NoticeAt,
  from: number,
  to: number,
): ExcludedPiece[] {
  const pieces: ExcludedPiece[] = [];
  for (const announced of versions) {
    for (const window of occurrences(announced.input, from, to)) {
      const noticeDueAt = window.start - noticeAt(window.start);
      if (noticeDueAt < announced.since || noticeDueAt >= announced.until) continue;
      for (const standing of versions) {
        for (const { start, end } of stretches(standing, window, announced === standing)) {
          const piece = { start: Math.max(start, from), end: Math.min(end, to), noticeDueAt, announced, standing };
          if (piece.end > piece.start) pieces.push(piece);
        }
      }
    }
  }
  return pieces.toSorted((a, b) => a.start - b.start);
}

/** What a document covers of a window while it stands. */
function stretches(version: WindowVersion, window: Span, isItsOwn: boolean): Span[] {
  const start = Math.max(window.start, version.since);
  const end = Math.min(window.end, version.until);
  if (end <= start) return [];
  return (isItsOwn ? [window] : occurrences(version.input, start, end)).map((span) => ({
    start: Math.max(start, span.start),
    end: Math.min(end, span.end),
  }));
}

/** When work was, is and will be going on inside [from, to): each document for as long as it stood. Sorted, without overlap. */
export function standingSpans(versions: readonly WindowVersion[], from: number, to: number): Span[] {
  const spans = versions.flatMap((version) => {
    const start = Math.max(from, version.since);
    const end = Math.min(to, version.until);
    if (end <= start) return [];
    return occurrences(version.input, start, end).map((span) => ({
      start: Math.max(span.start, version.since),
      end: Math.min(span.end, version.until),
    }));
  });
  return mergeSpans(spans.filter(({ start, end }) => end > start));
}

/** Sorted and without overlap; touching ones become one. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}

/** Whether a window as it stands excludes its time, and why. */
export function judgeWindow(
  versions: readonly WindowVersion[],
  window: Span,
  noticeAt: NoticeAt,
): { readonly excludes: boolean; readonly reason: string } {
  const noticeMs = noticeAt(window.start);
  const notice = noticeMs === 0 ? 'no notice' : `${formatDuration(noticeMs)} of notice`;
  const pieces = excludedPieces(versions, noticeAt, window.start, window.end).filter(isOfOneTarget);
  const covered = mergeSpans(pieces);
  const first = covered[0];
  const announced = pieces[0]?.announced;
  if (announced && covered.length === 1 && first?.start === window.start && first.end === window.end) {
    const ahead = formatDuration(window.start - announced.since);
    return {
      excludes: true,
      reason: `Declared at ${formatInstant(announced.since)}, ${ahead} before it starts; the contract asks for ${notice}.`,
    };
  }
  const latest = versions.findLast(({ since }) => since < window.end);
  const change = !latest || latest === versions[0] ? 'Declared' : 'Changed';
  const at = latest?.since ?? window.start;
  const when =
    at < window.start
      ? `only ${formatDuration(window.start - at)} before it starts`
      : `${formatDuration(at - window.start)} after its start`;
  const kept = covered.reduce((sum, { start, end }) => sum + end - start, 0);
  const effect =
    kept === 0
      ? 'it silences but excludes nothing'
      : `it silences; excluded is only what was declared in time and still stands, ${formatDuration(kept)}`;
  return { excludes: false, reason: `${change} ${when}; the contract asks for ${notice}: ${effect}.` };
}

/** False if the window was given another target in between: then it depends on the device. */
function isOfOneTarget({ announced, standing }: ExcludedPiece): boolean {
  const [a, b] = [announced.input, standing.input];
  return a === b || (a.clientId === b.clientId && a.target.kind === b.target.kind && a.target.id === b.target.id);
}
