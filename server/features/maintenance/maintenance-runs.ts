import type { CompiledQuery } from 'kysely';
import type { Priority } from '../../../protocol/api/view.ts';
import type { Said } from '../../../protocol/said/said.ts';
import { toRecord } from '../../core/incidents/rows.ts';
import { recurrenceOf } from '../../core/incidents/statements.ts';
import type { IncidentRecord } from '../../domain/incidents/incident.ts';
import { everyClient } from '../../domain/scope.ts';
import type { Span } from '../../domain/sla/maintenance.ts';
import type { Store } from '../../platform/store/store.ts';
import { suppressedByWindow } from './coverage.ts';
import type { MaintenanceBook } from './maintenance-book.ts';
import type { PlannedWindow } from './planned-window.ts';

/** A window that began: what people knew of by then, and who has to come back. Saved with every edge, so a restart goes on. */
export interface MaintenanceRun {
  readonly windowId: string;
  readonly clientId: string;
  readonly startedAt: number;
  /** Incidents that were open and told when it began, with their priority then. */
  readonly told: Map<string, Priority>;
  /** Devices that were there when it began, with their boot identity then. */
  readonly devices: Map<string, string | null>;
  endedAt: number | null;
  /** Until then devices may prove that they are back. */
  returnBy: number | null;
  /** Incidents that were raised meanwhile. */
  readonly raised: Set<string>;
  /** Told incidents that were resolved meanwhile, as they are by now; null until that is read. */
  readonly resolved: Map<string, { readonly key: string; record: IncidentRecord | null }>;
}

/** A fleet that was started before its server looks back this far for windows it did not see. */
const MISSED_MS = 24 * 3_600_000;

export interface LoadedRuns {
  readonly open: MaintenanceRun[];
  /** Windows of the last day that began and ended while no server ran. */
  readonly missed: { readonly window: PlannedWindow; readonly span: Span }[];
}

/** What the last process left, from the store alone. */
export async function loadRuns(store: Store, book: MaintenanceBook, now: number): Promise<LoadedRuns> {
  const { maintenance, incidents } = store.scoped(everyClient);
  const rows = await maintenance.runs(now - 2 * MISSED_MS);
  const open: MaintenanceRun[] = [];
  for (const row of rows.filter(({ finished_at }) => finished_at === null)) {
    const run: MaintenanceRun = {
      windowId: row.window_id,
      clientId: row.client_id,
      startedAt: row.started_at,
      told: new Map(JSON.parse(row.told_json) as [string, Priority][]),
      devices: new Map(JSON.parse(row.devices_json) as [string, string | null][]),
      endedAt: row.ended_at,
      returnBy: null,
      raised: new Set(),
      resolved: new Map(),
    };
    for (const incident of await incidents.suppressed(suppressedByWindow(row.window_id), row.started_at)) {
      const record = toRecord(incident);
      if (!run.told.has(record.id)) run.raised.add(record.id);
      else if (record.state === 'resolved') run.resolved.set(record.id, { key: record.key, record });
    }
    open.push(run);
  }
  const known = new Set(rows.map(({ window_id, started_at }) => `${window_id}/${started_at}`));
  const missed = book.list(everyClient).flatMap((window) =>
    book
      .spansOf(window, now - MISSED_MS, now)
      .filter(({ start, end }) => end <= now && start >= now - MISSED_MS && !known.has(`${window.id}/${start}`))
      .map((span) => ({ window, span })),
  );
  return { open, missed };
}

export function saveRun(store: Store, run: MaintenanceRun, finishedAt: number | null): CompiledQuery {
  return store.scoped(everyClient).maintenance.saveRunStatement({
    window_id: run.windowId,
    client_id: run.clientId,
    started_at: run.startedAt,
    told_json: JSON.stringify([...run.told]),
    devices_json: JSON.stringify([...run.devices]),
    ended_at: run.endedAt,
    finished_at: finishedAt,
  });
}

/** People learn what maintenance was, once. */
export function summaryStatement(
  store: Store,
  run: MaintenanceRun,
  payload: { readonly title: string; readonly said: Said; readonly clientId: string; readonly at: number },
): CompiledQuery {
  return store.outbox.tellStatement({
    clientId: run.clientId,
    key: `maintenance/${run.windowId}/${run.startedAt}/summary`,
    kind: 'maintenance.summary',
    payload,
    createdAt: payload.at,
    dueAt: payload.at,
  });
}

/** What waits to be told of an incident when a window begins waits until the window is over. */
export function holdStatement(store: Store, record: IncidentRecord, now: number, until: number): CompiledQuery {
  return store.outbox.holdStatement(`${recurrenceOf(record)}raised`, now, until);
}
