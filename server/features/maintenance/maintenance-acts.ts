import { noSuch, refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import type { Act } from '../../core/incidents/act.ts';
import { inScope, type Scope } from '../../domain/scope.ts';
import { nextOccurrence } from '../../domain/sla/maintenance.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Row } from '../../platform/store/tables.ts';
import { checkWindow } from './check-window.ts';
import type { MaintenanceBook } from './maintenance-book.ts';
import { cancelled, edited, hadBegun, latestInput, newWindow, type PlannedWindow } from './planned-window.ts';
import type { MaintenancePort } from './port.ts';
import type { WindowViews } from './window-views.ts';

export interface MaintenanceActNeeds {
  readonly store: Store;
  readonly book: MaintenanceBook;
  readonly now: () => number;
  readonly act: Act;
  readonly views: WindowViews;
}

const MAX_WINDOWS = 500;
const MAX_EDITS = 200;

/** Planned work as people make, change and call it off. */
export function createMaintenanceActs({
  store,
  book,
  now,
  act,
  views,
}: MaintenanceActNeeds): Pick<MaintenancePort, 'create' | 'update' | 'cancel'> {
  return {
    async create(scope, input, actor) {
      const warnings = await checkWindow(store, scope, input, now());
      const made = await act(actor, 'maintenance.create', scope, (changes, at) => {
        const standing = book.list(scope, input.clientId).filter(({ cancelledAt }) => cancelledAt === null);
        if (standing.length >= MAX_WINDOWS) {
          throw refused('conflict', said('refused.windows.most', { most: MAX_WINDOWS }));
        }
        const window = newWindow(input, at, actor.name);
        changes.record(window.id, { ...input });
        changes.add(store.scoped(scope).maintenance.insertStatement(rowOf(window)));
        changes.afterwards(() => book.put(window));
        return window;
      });
      return views.view(made, warnings);
    },

    async update(scope, id, input, actor) {
      if (changeable(book, scope, id, now()).clientId !== input.clientId) {
        throw refused('validation_failed', said('refused.window.client'));
      }
      const warnings = await checkWindow(store, scope, input, now());
      const changed = await act(actor, 'maintenance.change', scope, (changes, at) => {
        const window = changeable(book, scope, id, at);
        if (window.versions.length > MAX_EDITS) {
          throw refused('conflict', said('refused.window.edits', { most: MAX_EDITS }));
        }
        const after = edited(window, input, at, actor);
        const before = latestInput(window);
        const { clientId } = window;
        const edit = { windowId: id, clientId, atMs: at, by: actor.name, before, after: input };
        changes.record(id, { before, after: input, afterStart: hadBegun(after, after.versions.length - 2) });
        changes.add(...store.scoped(scope).maintenance.editStatements(edit));
        changes.afterwards(() => book.put(after));
        return after;
      });
      return views.view(changed, warnings);
    },

    async cancel(scope, id, actor) {
      const after = await act(actor, 'maintenance.cancel', scope, (changes, at) => {
        changes.record(id);
        const window = changeable(book, scope, id, at);
        changes.add(store.scoped(scope).maintenance.cancelStatement({ id, client_id: window.clientId }, at));
        const after = cancelled(window, at);
        changes.afterwards(() => book.put(after));
        return after;
      });
      return views.view(after);
    },
  };
}

function find(book: MaintenanceBook, scope: Scope, id: string): PlannedWindow {
  const window = book.get(id);
  if (window && inScope(scope, window.clientId)) return window;
  throw noSuch('window');
}

/** @throws VigiaError not_found, conflict if it is over or was cancelled */
function changeable(book: MaintenanceBook, scope: Scope, id: string, at: number): PlannedWindow {
  const window = find(book, scope, id);
  if (window.cancelledAt !== null) throw refused('conflict', said('refused.window.cancelled'));
  const input = latestInput(window);
  const goesOn = book.spansOf(window, at, at + 1).length > 0 || nextOccurrence(input, at) !== null;
  if (!goesOn) throw refused('conflict', said('refused.window.past'));
  return window;
}

function rowOf(window: PlannedWindow): Row<'maintenance_window'> {
  return {
    id: window.id,
    client_id: window.clientId,
    document_json: JSON.stringify(latestInput(window)),
    created_at: window.createdAt,
    created_by: window.createdBy,
    cancelled_at: window.cancelledAt,
  };
}
