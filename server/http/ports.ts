import type {
  Device,
  DeviceSummary,
  Incident,
  IncidentDetail,
  LiveServerMessage,
  PresenceInterval,
  Series,
  ServerHealth,
} from '../../protocol/view.ts';
import type { Scope } from '../domain/scope.ts';

/** What the HTTP side reads and asks of the rest of the server; `app.ts` gives the real ones. */

/** The fleet as it is now, from memory. Methods answer for what is in `scope` only. */
export interface FleetPort {
  health(): ServerHealth;
  /** True when agents are accepted and evaluated. */
  ready(): boolean;
  summaries(scope: Scope): DeviceSummary[];
  /** Null if there is no such device in scope. */
  device(scope: Scope, deviceId: string): Promise<Device | null>;
  /** The ledger between two instants (ms), clipped to enrolment and now. @throws VigiaError not_found */
  presence(scope: Scope, deviceId: string, fromMs: number, toMs: number): Promise<PresenceInterval[]>;
  /** Called when a device was enrolled, changed or retired in the store, so that memory follows. */
  deviceChanged(deviceId: string): Promise<void>;
  /** Called when clients, sites or people changed in the store. */
  catalogueChanged(): Promise<void>;
}

export interface SeriesQuery {
  readonly deviceId: string;
  readonly metrics: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

export interface SeriesPort {
  /** @throws VigiaError metric_unknown, range_too_large */
  query(scope: Scope, query: SeriesQuery): Promise<Series>;
}

export interface IncidentFilter {
  readonly state: 'open' | 'resolved' | 'all';
  readonly deviceId?: string;
  readonly clientId?: string;
  readonly limit: number;
  readonly cursor?: string;
}

/** `actor` is a user: first response is an act of a person. */
export interface IncidentPort {
  list(scope: Scope, filter: IncidentFilter): Promise<{ items: Incident[]; next: string | null }>;
  /** Open ones and those resolved in the last 24 h. */
  recent(scope: Scope): Promise<Incident[]>;
  detail(scope: Scope, id: string): Promise<IncidentDetail | null>;
  /** Each throws VigiaError not_found, or conflict when the incident is resolved already. */
  acknowledge(scope: Scope, id: string, actor: Actor): Promise<void>;
  assign(scope: Scope, id: string, userId: string | null, actor: Actor): Promise<void>;
  note(scope: Scope, id: string, text: string, actor: Actor): Promise<void>;
  resolve(scope: Scope, id: string, text: string, actor: Actor): Promise<void>;
}

export interface Actor {
  /** User id, or `key:<id>` for an API key. */
  readonly id: string;
  readonly name: string;
}

/** Changes for browsers. The listener gets messages already limited to the scope, at most 4 a second. */
export interface LivePort {
  subscribe(scope: Scope, listener: (message: LiveServerMessage) => void): LiveSubscription;
}

export interface LiveSubscription {
  watch(deviceId: string | null): void;
  close(): void;
}

/** Writes the devices' part of /metrics as chunks of text, in the scope. */
export interface MetricsPort {
  deviceMetrics(scope: Scope): AsyncIterable<string>;
  /** prom-client's text of the server's own metrics. */
  serverMetrics(): Promise<string>;
}
