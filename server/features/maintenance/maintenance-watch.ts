import type { Priority } from '../../../protocol/api/view.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import type { ChangeSet } from '../../core/incidents/change-set.ts';
import type { IncidentBook } from '../../core/incidents/incident-book.ts';
import type { Judge } from '../../core/incidents/judge.ts';
import type { IncidentRecord, IncidentStep, Notice, StepPolicy } from '../../domain/incidents/incident.ts';
import { covers, type Span } from '../../domain/sla/maintenance.ts';
import { deviceFacts } from '../../fleet/device-facts.ts';
import { note } from '../../fleet/device-notes.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Store } from '../../platform/store/store.ts';
import { type Coverage, createCoverage, isSuppressedByWindow, silence, suppressedByWindow } from './coverage.ts';
import type { MaintenanceBook } from './maintenance-book.ts';
import { holdStatement, type LoadedRuns, type MaintenanceRun, saveRun, summaryStatement } from './maintenance-runs.ts';
import { latestInput, type PlannedWindow } from './planned-window.ts';
import { isExpectedBack, ReturnWatch } from './return-watch.ts';

export interface MaintenanceWatchOptions {
  readonly store: Store;
  readonly fleet: Pick<Fleet, 'devices' | 'clients'>;
  readonly book: IncidentBook;
  readonly windows: MaintenanceBook;
  readonly serviceMembers?: (serviceId: string) => readonly string[];
}

/** How long after the end a device may take to prove that it is back. */
export const RETURN_WITHIN_MS = 15 * 60_000;
/** What waited when the window began is told this long after its end, unless it is over by then. */
const HELD_AFTER_END_MS = 60_000;
const ranks: Record<Priority, number> = { emergency: 3, high: 2, medium: 1, normal: 0 };

/**
 * Follows the windows as they begin and end: marks the devices, keeps their incidents quiet, tells at the end what differs from
 * the beginning, and sums up once every device has proved that it is back.
 */
export class MaintenanceWatch implements Judge {
  readonly about = 'maintenance';
  readonly policy: StepPolicy;
  readonly #options: MaintenanceWatchOptions;
  readonly #coverage: Coverage;
  readonly #returns: ReturnWatch;
  #runs: MaintenanceRun[];
  #missed: LoadedRuns['missed'];
  /** Told incidents that were resolved in a window before its beginning was seen. */
  readonly #toldBefore = new Map<string, Map<string, Priority>>();
  #looked: { readonly version: number; readonly until: number; readonly devices: number } | null = null;

  constructor(options: MaintenanceWatchOptions, { open, missed }: LoadedRuns) {
    this.#options = options;
    this.#runs = open;
    this.#missed = missed;
    const { windows, fleet, serviceMembers } = options;
    this.#coverage = createCoverage({ book: windows, fleet, ...(serviceMembers && { serviceMembers }) });
    this.#returns = new ReturnWatch(options);
    this.policy = silence({
      coverage: this.#coverage,
      wasTold: (windowId, incidentId) => this.#runOf(windowId)?.told.has(incidentId) ?? false,
      onSilenced: (windowId, step, before) => this.#noteSilenced(windowId, step, before),
    });
  }

  /** A device came, went, or was given other tags: what covers it may have changed. */
  deviceChanged(): void {
    this.#looked = null;
  }

  /** Windows that had begun may not have, and what stood until then does not. */
  clockSet(): void {
    this.#looked = null;
  }

  judge(changes: ChangeSet, now: number): void {
    const { windows, fleet } = this.#options;
    this.#rememberResolved();
    const looked = this.#looked;
    const isUnchanged =
      looked !== null &&
      looked.version === windows.version &&
      now < looked.until &&
      looked.devices === fleet.devices.size;
    if (!isUnchanged) {
      this.#followWindows(changes, now);
      this.#markDevices(changes, now);
      this.#looked = { version: windows.version, until: windows.unchangedUntil(now), devices: fleet.devices.size };
    }
    this.#awaitReturns(changes, now);
    this.#returns.clearReturned(changes, now);
  }

  #runOf(windowId: string): MaintenanceRun | undefined {
    return this.#runs.find((run) => run.windowId === windowId && run.endedAt === null);
  }

  #noteSilenced(windowId: string, { record }: IncidentStep, before: IncidentRecord | null): void {
    const run = this.#runOf(windowId);
    const wasTold = before !== null && before.state !== 'resolved' && before.suppressedBy === null;
    if (run === undefined) {
      const told = this.#toldBefore.get(windowId) ?? new Map<string, Priority>();
      if (wasTold) this.#toldBefore.set(windowId, told.set(record.id, before.priority));
      return;
    }
    if (!run.told.has(record.id)) run.raised.add(record.id);
    else if (record.state === 'resolved') run.resolved.set(record.id, { key: record.key, record: null });
    else run.resolved.delete(record.id);
  }

  /** The book forgets resolved incidents after a while; at the end of a long window they are needed as they became. */
  #rememberResolved(): void {
    for (const { resolved } of this.#runs) {
      for (const [id, entry] of resolved) {
        const record = entry.record === null ? this.#options.book.byKey(entry.key) : null;
        if (record?.id === id) entry.record = record;
      }
    }
  }

  #followWindows(changes: ChangeSet, now: number): void {
    const { windows } = this.#options;
    for (const { window, span } of this.#missed.splice(0)) {
      this.#end(this.#begin(window, span, changes, now), changes, now);
    }
    const running = windows.runningAt(now);
    // First what begins, so that what ends can hand over what nobody was told of.
    for (const { window, span } of running) {
      if (this.#runOf(window.id) === undefined) this.#begin(window, span, changes, now);
    }
    for (const run of this.#runs.filter(({ endedAt }) => endedAt === null)) {
      if (!running.some(({ window, span }) => window.id === run.windowId && span.start <= run.startedAt)) {
        this.#end(run, changes, now);
      }
    }
  }

  #begin(window: PlannedWindow, span: Span, changes: ChangeSet, now: number): MaintenanceRun {
    const { store, fleet, book } = this.#options;
    const input = window.versions.findLast(({ since }) => since < span.end)?.input ?? latestInput(window);
    const devices = [...fleet.devices.values()].filter(
      ({ info }) => info.enrolled_at < span.end && covers(input, deviceFacts(info)),
    );
    const told = this.#toldBefore.get(window.id) ?? new Map<string, Priority>();
    this.#toldBefore.delete(window.id);
    for (const record of book.open()) {
      if (!this.#coverage.includes(input, record) || isSuppressedByWindow(record)) continue;
      told.set(record.id, record.priority);
      changes.add(holdStatement(store, record, now, span.end + HELD_AFTER_END_MS));
    }
    const run: MaintenanceRun = {
      windowId: window.id,
      clientId: window.clientId,
      startedAt: span.start,
      told,
      devices: new Map(
        devices.filter(isExpectedBack).map(({ info, memory }) => [info.id, memory.presence.last?.bootId ?? null]),
      ),
      endedAt: null,
      returnBy: null,
      raised: new Set(),
      resolved: new Map(),
    };
    for (const record of book.open()) {
      if (record.suppressedBy === suppressedByWindow(window.id)) run.raised.add(record.id);
    }
    this.#runs.push(run);
    changes.add(saveRun(store, run, null));
    return run;
  }

  #end(run: MaintenanceRun, changes: ChangeSet, now: number): void {
    const { store, book, windows } = this.#options;
    const window = windows.get(run.windowId);
    const planned = window && windows.spansOf(window, run.startedAt, run.startedAt + 1)[0]?.end;
    run.endedAt = Math.min(planned ?? now, now);
    run.returnBy = now + RETURN_WITHIN_MS;
    const open = [...book.open()].filter(
      (record) => record.suppressedBy === suppressedByWindow(run.windowId) || run.told.has(record.id),
    );
    const resolved = [...run.resolved].flatMap(([id, { record }]) => {
      const latest = book.byId(id) ?? record;
      return latest?.state === 'resolved' ? [latest] : [];
    });
    for (const record of [...open, ...resolved]) {
      const other = this.#otherRun(record, run, now);
      if (other) this.#handOver(record, run, other, changes, now);
      else this.#tellDifference(record, run, changes, now);
    }
    changes.add(saveRun(store, run, null));
  }

  /** Another window that covers the incident goes on: it takes over what people know. */
  #otherRun(record: IncidentRecord, run: MaintenanceRun, now: number): MaintenanceRun | null {
    const other = this.#coverage.at(record, now)?.window.id;
    return (other !== undefined && other !== run.windowId && this.#runOf(other)) || null;
  }

  #handOver(record: IncidentRecord, from: MaintenanceRun, to: MaintenanceRun, changes: ChangeSet, now: number): void {
    const known = from.told.get(record.id);
    if (known === undefined) {
      to.told.delete(record.id);
      to.raised.add(record.id);
    } else {
      to.told.set(record.id, known);
      if (record.state === 'resolved') to.resolved.set(record.id, { key: record.key, record });
    }
    changes.add(saveRun(this.#options.store, to, null));
    if (isSuppressedByWindow(record)) {
      this.#settle(record, suppressedByWindow(to.windowId), said('maintenance.another'), null, changes, now);
    }
  }

  #tellDifference(record: IncidentRecord, run: MaintenanceRun, changes: ChangeSet, now: number): void {
    // That it restarted is what maintenance does; an event is no state that could differ.
    if (record.rule === 'reboot.unexpected' && !run.told.has(record.id)) return;
    const before = run.told.get(record.id);
    if (record.state === 'resolved') {
      const meanwhile = said('maintenance.resolved-meanwhile');
      this.#settle(record, null, meanwhile, { kind: 'resolved', tellAt: now }, changes, now);
    } else if (before === undefined) {
      const open = said('maintenance.still-open', { headline: record.said });
      this.#settle(record, null, open, { kind: 'raised', tellAt: now }, changes, now);
    } else if (isSuppressedByWindow(record)) {
      const isWorse = ranks[record.priority] > ranks[before];
      const asBefore = said('maintenance.as-before', { isWorse });
      this.#settle(record, null, asBefore, isWorse ? { kind: 'changed', tellAt: now } : null, changes, now);
    }
  }

  #settle(
    record: IncidentRecord,
    suppressedBy: string | null,
    why: Said,
    notice: Notice | null,
    changes: ChangeSet,
    now: number,
  ): void {
    const step: IncidentStep = {
      record: { ...record, suppressedBy, updatedAt: now },
      event: { kind: 'changed', at: now, by: null, said: why },
      notice,
    };
    const device = record.deviceId === null ? undefined : this.#options.fleet.devices.get(record.deviceId);
    changes.addIncident(device ?? null, this.#options.book.settle(step, record, now));
  }

  #markDevices(changes: ChangeSet, now: number): void {
    const { fleet, windows } = this.#options;
    const running = windows.runningAt(now);
    for (const record of fleet.devices.values()) {
      const inMaintenance = running.some(({ input }) => covers(input, deviceFacts(record.info)));
      if (record.inMaintenance === inMaintenance) continue;
      note(record, 'inMaintenance', inMaintenance);
      changes.touched.add(record);
    }
  }

  #awaitReturns(changes: ChangeSet, now: number): void {
    for (const run of this.#runs.filter(({ endedAt }) => endedAt !== null)) {
      // After a restart the time to come back starts anew: nobody could prove anything meanwhile.
      run.returnBy ??= now + RETURN_WITHIN_MS;
      this.#handOverDevices(run, changes, now);
      const missing = this.#returns.missing(run);
      if (missing.length > 0 && now < run.returnBy) continue;
      for (const device of missing) this.#returns.raise(device, run, changes, now);
      this.#finish(run, missing, changes, now);
    }
  }

  /** Who is in another window by now has to come back from that one. */
  #handOverDevices(run: MaintenanceRun, changes: ChangeSet, now: number): void {
    const { store, windows } = this.#options;
    for (const { info } of this.#returns.missing(run)) {
      const active = windows.activeFor(deviceFacts(info), now);
      const other = active && this.#runOf(active.window.id);
      if (!other) continue;
      other.devices.set(info.id, run.devices.get(info.id) ?? null);
      run.devices.delete(info.id);
      changes.add(saveRun(store, other, null), saveRun(store, run, null));
    }
  }

  #finish(run: MaintenanceRun, missing: readonly DeviceRecord[], changes: ChangeSet, now: number): void {
    const { store, windows } = this.#options;
    const window = windows.get(run.windowId);
    const title = window ? latestInput(window).title : 'Maintenance';
    const ended = this.#returns.sumUp(run, title, missing);
    changes.add(
      saveRun(store, run, now),
      summaryStatement(store, run, { title, said: ended, clientId: run.clientId, at: now }),
    );
    this.#runs = this.#runs.filter((other) => other !== run);
  }
}
