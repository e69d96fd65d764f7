import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import type { Act } from '../../core/incidents/act.ts';
import type { Scope } from '../../domain/scope.ts';
import { ALMOST_ALWAYS } from '../../domain/sla/silence.ts';
import type { Store } from '../../platform/store/store.ts';
import { checkWindow } from './check-window.ts';
import { createMaintenanceActs } from './maintenance-acts.ts';
import type { MaintenanceBook } from './maintenance-book.ts';
import { latestInput, newWindow } from './planned-window.ts';
import type { MaintenancePort } from './port.ts';
import { createSilentShares } from './silent-shares.ts';
import { createWindowViews } from './window-views.ts';

export interface MaintenancePortOptions {
  readonly store: Store;
  readonly book: MaintenanceBook;
  readonly now: () => number;
  readonly act: Act;
}

const DAY_MS = 86_400_000;
const MAX_OCCURRENCES = 1_000;
const PREVIEWED = 10;

/** Planned work as people make, change and see it. */
export function createMaintenancePort({ store, book, now, act }: MaintenancePortOptions): MaintenancePort {
  const views = createWindowViews(book, now);
  const shares = createSilentShares(book, now);

  function occurrencesBetween(scope: Scope, fromMs: number, toMs: number, clientId?: string) {
    const found = book
      .list(scope, clientId)
      .flatMap((window) => book.spansOf(window, fromMs, toMs).map((span) => ({ window, span })));
    if (found.length > MAX_OCCURRENCES) {
      throw refused('range_too_large', said('refused.windows.many', { most: MAX_OCCURRENCES }));
    }
    return found
      .toSorted((a, b) => a.span.start - b.span.start)
      .map(({ window, span }) => ({
        ...views.judged(window, span),
        title: latestInput(window).title,
        clientId: window.clientId,
      }));
  }

  return {
    list: (scope, clientId) =>
      book
        .list(scope, clientId)
        .reverse()
        .map((window) => views.view(window)),
    occurrences: occurrencesBetween,
    upcoming(scope) {
      const coming = occurrencesBetween(scope, now(), now() + DAY_MS);
      const silent = new Map(
        [...new Set(coming.map(({ windowId }) => windowId))].map((id) => [id, shares.ofWindow(id)]),
      );
      return coming.map((one) => ({ ...one, isAlmostAlways: (silent.get(one.windowId) ?? 0) >= ALMOST_ALWAYS }));
    },

    silentShare: (input, changed) => shares.ofPlan(input, changed),

    async preview(scope, input) {
      const at = now();
      const warnings = await checkWindow(store, scope, input, at);
      const window = newWindow(input, at, '');
      const occurrences = views.comingSpans(window, at, PREVIEWED).map((span) => views.judged(window, span));
      return { occurrences, warnings: [...warnings, ...views.lateNotice(window, at)] };
    },

    ...createMaintenanceActs({ store, book, now, act, views }),
  };
}
