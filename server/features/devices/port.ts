import type {
  Aggregation,
  Device,
  DeviceSummary,
  FleetSeries,
  PresenceInterval,
  Series,
  ServerHealth,
  Storage,
} from '../../../protocol/api/view.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Duty } from '../../platform/health/health.ts';
import type { StoreHandle } from '../../platform/store/store.ts';
import type { Turn } from '../../platform/store/turn.ts';

/** The fleet as it is now, from memory. Methods answer for what is in `scope` only. */
export interface FleetPort {
  health(): ServerHealth;
  /** True when agents are accepted and evaluated. */
  /** What the server does not do at present; nothing while it is ready. */
  unready(): readonly (Duty | 'starting')[];
  summaries(scope: Scope): DeviceSummary[];
  /** Null if there is no such device in scope. */
  device(scope: Scope, deviceId: string): Promise<Device | null>;
  /** The ledger between two instants (ms), clipped to enrolment and now. @throws VigiaError not_found */
  presence(scope: Scope, deviceId: string, fromMs: number, toMs: number): Promise<PresenceInterval[]>;
  /** Within an act that enrols or changes a device: memory and screens follow once it is written. */
  followDevice(turn: Turn, handle: StoreHandle, deviceId: string): Promise<void>;
  /** The same for clients, sites and people. */
  followCatalogue(turn: Turn, handle: StoreHandle): Promise<void>;
  /** Called when a device was retired in the store. */
  deviceRetired(deviceId: string): void;
}

export interface SeriesQuery {
  readonly deviceId: string;
  readonly metrics: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  /** By default the mean of a gauge and the rate of a counter. */
  readonly aggregation?: Aggregation;
}

/** Which machines: those that fit all that is said. */
export interface MachineFilter {
  readonly clientId?: string;
  readonly siteId?: string;
  readonly tag?: string;
  readonly deviceIds?: readonly string[];
}

export interface FleetSeriesQuery {
  readonly machines: MachineFilter;
  readonly metric: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly aggregation?: Aggregation;
  readonly across:
    | { readonly kind: 'mean' }
    | { readonly kind: 'top'; readonly count: number; readonly lowest: boolean }
    | { readonly kind: 'heat'; readonly bounds: readonly number[] };
}

/** An aborted question is dropped. Both throw VigiaError metric_unknown, validation_failed, range_too_large, overloaded. */
export interface SeriesPort {
  /** @throws VigiaError not_found */
  query(scope: Scope, query: SeriesQuery, signal?: AbortSignal): Promise<Series>;
  /** @throws VigiaError not_found for a client, site or device outside the scope, and where no machine fits */
  queryFleet(scope: Scope, query: FleetSeriesQuery, signal?: AbortSignal): Promise<FleetSeries>;
}

/** What is kept of history, of all clients together. */
export interface StoragePort {
  usage(): Promise<Storage>;
}
