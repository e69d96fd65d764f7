import type { MaintenanceOccurrence, MaintenanceWindow } from '../../../protocol/api/maintenance.ts';
import { nextOccurrence, type Span } from '../../domain/sla/maintenance.ts';
import { judgeWindow } from '../../domain/sla/notice.ts';
import type { MaintenanceBook } from './maintenance-book.ts';
import { hadBegun, latestInput, type PlannedWindow } from './planned-window.ts';

/** Windows as people see them: what runs, what comes, and what the contract makes of it. */
export interface WindowViews {
  view(window: PlannedWindow, warnings?: readonly string[]): MaintenanceWindow;
  judged(window: PlannedWindow, span: Span): MaintenanceOccurrence;
  /** The next `count` spans, with the one that runs. */
  comingSpans(window: PlannedWindow, at: number, count: number): Span[];
  /** A warning if the next span comes too soon after its notice to count as maintenance. */
  lateNotice(window: PlannedWindow, at: number): string[];
}

export function createWindowViews(book: MaintenanceBook, now: () => number): WindowViews {
  function judged(window: PlannedWindow, span: Span): MaintenanceOccurrence {
    const verdict = judgeWindow(window.versions, span, (start) => book.noticeMs(window.clientId, start));
    return { windowId: window.id, from: iso(span.start), to: iso(span.end), ...verdict };
  }

  function lateNotice(window: PlannedWindow, at: number): string[] {
    const first = comingSpans(window, at, 1)[0];
    const occurrence = first && judged(window, first);
    return occurrence && !occurrence.excludes ? [`The next window: ${occurrence.reason}`] : [];
  }

  function comingSpans(window: PlannedWindow, at: number, count: number): Span[] {
    const found = book.spansOf(window, at, at + 1);
    for (let after = found[0]?.end ?? at; found.length < count; ) {
      const next = nextOccurrence(latestInput(window), after - 1);
      if (!next || next.start >= (window.versions.at(-1)?.until ?? 0)) break;
      found.push(next);
      after = next.start + 1;
    }
    return found;
  }

  function view(window: PlannedWindow, warnings: readonly string[] = []): MaintenanceWindow {
    const at = now();
    const running = book.spansOf(window, at, at + 1)[0];
    const next = window.cancelledAt === null ? nextOccurrence(latestInput(window), at) : null;
    return {
      ...latestInput(window),
      id: window.id,
      createdAt: iso(window.createdAt),
      createdBy: window.createdBy,
      cancelledAt: window.cancelledAt === null ? null : iso(window.cancelledAt),
      running: running ? judged(window, running) : null,
      next: next && judged(window, next),
      edits: window.versions.slice(0, -1).map(({ input, until }, index) => ({
        at: iso(until),
        by: window.versions[index + 1]?.by ?? window.createdBy,
        afterStart: hadBegun(window, index),
        before: input,
      })),
      warnings: [...warnings, ...(window.cancelledAt === null ? lateNotice(window, at) : [])],
    };
  }

  return { view, judged, comingSpans, lateNotice };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
