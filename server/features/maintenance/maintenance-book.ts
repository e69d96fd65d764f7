import type { MaintenanceInput } from '../../../protocol/api/maintenance.ts';
import { everyClient, inScope, ofClients, type Scope } from '../../domain/scope.ts';
import { covers, nextOccurrence, type Span } from '../../domain/sla/maintenance.ts';
import { standingSpans } from '../../domain/sla/notice.ts';
import type { DeviceFacts, Exclusion, ExclusionSource, TermsSource } from '../../domain/sla/sources.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Row } from '../../platform/store/tables.ts';
import { ExclusionPlan, type Placement } from './exclusion-plan.ts';
import type { PlannedWindow } from './planned-window.ts';

export interface RunningWindow {
  readonly window: PlannedWindow;
  readonly input: MaintenanceInput;
  /** From when on the work has been going on, and until when it will by the present document. */
  readonly span: Span;
}

/** What runs from one edge to the next. */
interface Looked {
  readonly version: number;
  readonly from: number;
  readonly until: number;
  readonly windows: readonly RunningWindow[];
}

const DEFAULT_NOTICE_MS = 24 * 3_600_000;
/** The longest window, on either side of an instant; see `durationMinutes`. */
const LONGEST_MS = 20_160 * 60_000;
const HORIZON_MS = 400 * 86_400_000;
const YEAR_MS = 366 * 86_400_000;

/** Every maintenance window in memory: what runs now, and what was declared in time. */
export class MaintenanceBook implements ExclusionSource {
  readonly #windows = new Map<string, PlannedWindow>();
  readonly #byClient = new Map<string, Set<string>>();
  readonly #plans = new Map<string, { key: string; from: number; to: number; plan: ExclusionPlan }>();
  readonly #terms: Pick<TermsSource, 'at' | 'inForce'> | null;
  readonly #placements = new Map<string, readonly Placement[]>();
  #running: Looked | null = null;
  /** Counts changes, so that others see when what they derived is old. */
  version = 0;

  constructor(terms: Pick<TermsSource, 'at' | 'inForce'> | null) {
    this.#terms = terms;
  }

  async load(store: Store): Promise<void> {
    const { maintenance } = store.scoped(everyClient);
    const edits = Map.groupBy(await maintenance.edits(), (edit) => edit.window_id);
    await this.loadPlacements(store);
    for (const row of await maintenance.all()) this.put(toWindow(row, edits.get(row.id) ?? []));
  }

  /** Follows a device that was moved or given other tags; without an id all of them. */
  async loadPlacements(store: Store, deviceId?: string): Promise<void> {
    const { devices } = store.scoped(everyClient);
    const rows = Map.groupBy(await devices.placements(deviceId), (row) => row.device_id);
    for (const [id, placements] of rows) {
      this.#placements.set(
        id,
        placements.map(({ until_ms, site_id, tags_json }) => ({
          until: until_ms,
          siteId: site_id,
          tags: JSON.parse(tags_json) as string[],
        })),
      );
    }
  }

  put(window: PlannedWindow): void {
    this.#windows.set(window.id, window);
    const ids = this.#byClient.get(window.clientId) ?? new Set<string>();
    this.#byClient.set(window.clientId, ids.add(window.id));
    this.version += 1;
  }

  get(id: string): PlannedWindow | null {
    return this.#windows.get(id) ?? null;
  }

  /** Oldest first. */
  list(scope: Scope, clientId?: string): PlannedWindow[] {
    return [...this.#windows.values()].filter(
      (window) => inScope(scope, window.clientId) && (clientId === undefined || window.clientId === clientId),
    );
  }

  /** How long before its start a window of this client has to be declared. */
  noticeMs(clientId: string, startMs: number): number {
    const minutes = this.#terms?.at(clientId, startMs)?.terms.maintenanceNoticeMinutes;
    return minutes === undefined ? DEFAULT_NOTICE_MS : minutes * 60_000;
  }

  exclusions(device: DeviceFacts, from: number, to: number): readonly Exclusion[] {
    const all = this.#planOf(device.clientId, from, to).of(device, this.#placements.get(device.id) ?? []);
    return all
      .filter(({ start, end }) => start < to && end > from)
      .map((one) =>
        one.start >= from && one.end <= to
          ? one
          : { ...one, start: Math.max(one.start, from), end: Math.min(one.end, to) },
      );
  }

  /** For whole years, so that devices that were enrolled at other times share it. */
  #planOf(clientId: string, from: number, to: number): ExclusionPlan {
    const inForce = this.#terms?.inForce(clientId) ?? [];
    const terms = inForce.map((one) => `${one.from}-${one.until}:${one.terms.maintenanceNoticeMinutes}`).join();
    const key = `${this.version}|${terms}`;
    const known = this.#plans.get(clientId);
    if (known?.key === key && known.from <= from && to <= known.to) return known.plan;
    const years = {
      from: Math.floor(from / YEAR_MS) * YEAR_MS,
      to: Math.ceil(to / YEAR_MS) * YEAR_MS,
    };
    const windows = this.list(ofClients(clientId));
    const plan = new ExclusionPlan(windows, (start) => this.noticeMs(clientId, start), years.from, years.to);
    this.#plans.set(clientId, { key, ...years, plan });
    return plan;
  }

  /** What is going on at this instant, of all clients or of one. */
  runningAt(at: number, clientId?: string): readonly RunningWindow[] {
    const known = this.#running;
    const isFresh = known !== null && known.version === this.version && known.from <= at && at < known.until;
    const running = isFresh ? known : this.#lookAt(at);
    this.#running = running;
    return clientId === undefined
      ? running.windows
      : running.windows.filter(({ window }) => window.clientId === clientId);
  }

  /** Until when {@link runningAt} stays as it is now, unless somebody changes a window. */
  unchangedUntil(at: number): number {
    this.runningAt(at);
    return this.#running?.until ?? at;
  }

  #lookAt(at: number): Looked {
    const windows: RunningWindow[] = [];
    for (const window of this.#windows.values()) {
      const version = window.versions.findLast(({ since, until }) => since <= at && at < until);
      const span = version && this.spansOf(window, at, at + 1)[0];
      if (version && span) windows.push({ window, input: version.input, span });
    }
    return { version: this.version, from: at, until: this.#nextEdge(at), windows };
  }

  /** The stretches of work that overlap [from, to), whole. */
  spansOf({ versions }: PlannedWindow, from: number, to: number): Span[] {
    return standingSpans(versions, from - LONGEST_MS, to + LONGEST_MS).filter(
      ({ start, end }) => start < to && end > from,
    );
  }

  /** The running window that covers the device, if there is one. */
  activeFor(device: Pick<DeviceFacts, 'id' | 'clientId' | 'siteId' | 'tags'>, at: number): RunningWindow | null {
    return this.runningAt(at, device.clientId).find(({ input }) => covers(input, device)) ?? null;
  }

  /** The next instant after `at` at which some window starts or ends; looked for {@link HORIZON_MS} ahead. */
  #nextEdge(at: number): number {
    let next = at + HORIZON_MS;
    for (const window of this.#windows.values()) {
      const standing = window.versions.at(-1);
      if (!standing || standing.until <= at) continue;
      for (const { end } of this.spansOf(window, at, at + 1)) next = Math.min(next, end);
      const start = nextOccurrence(standing.input, at)?.start;
      if (start !== undefined) next = Math.min(next, start);
    }
    return next;
  }
}

/** The documents of a row and its edits, with the time each stood. */
export function toWindow(row: Row<'maintenance_window'>, edits: readonly Row<'maintenance_edit'>[]): PlannedWindow {
  const documents = [...edits.map((edit) => edit.document_json), row.document_json];
  return {
    id: row.id,
    clientId: row.client_id,
    createdAt: row.created_at,
    createdBy: row.created_by,
    cancelledAt: row.cancelled_at,
    versions: documents.map((json, index) => ({
      since: edits[index - 1]?.at ?? row.created_at,
      until: edits[index]?.at ?? row.cancelled_at ?? Number.POSITIVE_INFINITY,
      by: edits[index - 1]?.by_user ?? row.created_by,
      input: JSON.parse(json) as MaintenanceInput,
    })),
  };
}
