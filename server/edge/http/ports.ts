import type {
  Attestation,
  AttestationInput,
  AvailabilityReport,
  BudgetAtRisk,
  Ledger,
  PeriodName,
  Strip,
  SubjectKind,
} from '../../../protocol/api/availability.ts';
import type {
  ClockExplanation,
  ClocksFrom,
  Contract,
  ContractTerms,
  ContractTermsInput,
  OlderIncidents,
} from '../../../protocol/api/contract.ts';
import type { MaintenanceInput, MaintenanceOccurrence, MaintenanceWindow } from '../../../protocol/api/maintenance.ts';
import type {
  AheadFigures,
  IncidentProposal,
  PersonReport,
  PersonReportInput,
  PortalReportInput,
} from '../../../protocol/api/person-report.ts';
import type { Receiver, ReceiverInput, ReceiverTest } from '../../../protocol/api/receiver.ts';
import type { Check, CheckInput, Service, ServiceInput } from '../../../protocol/api/service.ts';
import type { TwinMachines } from '../../../protocol/api/twin.ts';
import type {
  Aggregation,
  Device,
  DeviceSummary,
  FleetSeries,
  Incident,
  IncidentDetail,
  LiveClientMessage,
  LiveServerMessage,
  PresenceInterval,
  Priority,
  Series,
  ServerHealth,
  Storage,
} from '../../../protocol/api/view.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Duty } from '../../platform/health/health.ts';
import type { Page, PageRequest } from '../../platform/store/state-port.ts';

/** What the HTTP side reads and asks of the rest of the server; `app.ts` gives the real ones. */

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
  /** Called when a device was enrolled, changed or retired in the store, so that memory follows. */
  deviceChanged(deviceId: string): Promise<void>;
  /** Called when clients, sites or people changed in the store. */
  catalogueChanged(): Promise<void>;
}

/** Machines that hold the key of one device. Both throw VigiaError not_found. */
export interface TwinPort {
  machines(scope: Scope, deviceId: string): TwinMachines;
  /** Says which one it is. @throws VigiaError conflict if nobody has to */
  decide(
    scope: Scope,
    deviceId: string,
    machine: string,
    actor: Actor,
  ): Promise<{ readonly keptReports: number; readonly droppedReports: number }>;
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
  /** `isVisible`: the client can read it; a person's first such note is a response. */
  note(scope: Scope, id: string, text: string, actor: Actor, isVisible?: boolean): Promise<void>;
  resolve(scope: Scope, id: string, text: string, actor: Actor): Promise<void>;
}

export interface Actor {
  /** User id, or `key:<id>` for an API key. */
  readonly id: string;
  readonly name: string;
}

/** What an API key does is no act of a person. */
export function isByProgram({ id }: Actor): boolean {
  return id.startsWith('key:');
}

/** Contracts. Methods throw VigiaError not_found for a client that is not in scope. */
export interface ContractPort {
  /** Of the clients that have one. */
  list(scope: Scope): Contract[];
  get(scope: Scope, clientId: string): Promise<Contract>;
  /**
   * Makes a new version, unless the terms are the same.
   * @throws VigiaError contract_invalid; conflict if it would breach older incidents at once and `clocksFrom` is not given
   */
  put(
    scope: Scope,
    clientId: string,
    terms: ContractTermsInput,
    actor: Actor,
    clocksFrom?: ClocksFrom | undefined,
  ): Promise<Contract>;
  /** @throws VigiaError contract_invalid */
  check(terms: ContractTermsInput): { warnings: string[] };
  /** What a first contract with a past first day reaches back to; null if it does not. @throws VigiaError not_found */
  older(scope: Scope, terms: ContractTermsInput, clientId: string): Promise<OlderIncidents | null>;
  presets(): { tier: ContractTerms['tier']; terms: ContractTerms }[];
}

/** Response clocks of incidents. Methods throw VigiaError not_found, and conflict where the clock does not allow it. */
export interface ClockPort {
  explain(scope: Scope, id: string): Promise<ClockExplanation>;
  pause(scope: Scope, id: string, reason: string, actor: Actor): Promise<void>;
  resume(scope: Scope, id: string, actor: Actor): Promise<void>;
  setPriority(scope: Scope, id: string, priority: Priority, why: string, actor: Actor): Promise<void>;
  markOnSite(scope: Scope, id: string, actor: Actor): Promise<void>;
  arriveOnSite(scope: Scope, id: string, actor: Actor): Promise<void>;
  /** First contact with the client; `text` says how, and stays with us. */
  respond(scope: Scope, id: string, text: string, actor: Actor): Promise<void>;
}

/** A named period (by default this month), or two instants in ms. */
export interface PeriodQuery {
  readonly period?: PeriodName;
  readonly from?: number;
  readonly to?: number;
}

export interface AvailabilityQuery extends PeriodQuery {
  readonly by: SubjectKind;
  readonly client?: string;
  readonly site?: string;
  readonly device?: string;
  readonly tag?: string;
  readonly service?: string;
}

export interface LedgerSubject {
  readonly kind: 'device' | 'site' | 'service';
  readonly id: string;
}

/** Figures, ledgers and what people attest. Each throws VigiaError not_found for what is not in scope. */
export interface AvailabilityPort {
  /** @throws VigiaError validation_failed, range_too_large */
  report(scope: Scope, query: AvailabilityQuery): Promise<AvailabilityReport>;
  /** @throws as {@link report} */
  ledger(scope: Scope, subject: LedgerSubject, query: PeriodQuery): Promise<Ledger>;
  /** The last days, oldest first, today included. */
  strip(scope: Scope, subject: LedgerSubject, dayCount: number): Promise<Strip>;
  /** Budgets of this month of which half or more is spent, worst first. */
  budgets(scope: Scope): BudgetAtRisk[];
  attestations(scope: Scope, deviceId: string): Promise<Attestation[]>;
  /** @throws VigiaError validation_failed, conflict where nothing is unknown */
  attest(scope: Scope, deviceId: string, input: AttestationInput, actor: Actor): Promise<Attestation>;
  /** One statement for all machines of a site. @throws as {@link attest} */
  attestSite(scope: Scope, siteId: string, input: AttestationInput, actor: Actor): Promise<Attestation[]>;
  /** @throws VigiaError conflict if it is withdrawn already */
  withdraw(scope: Scope, id: string, actor: Actor): Promise<Attestation>;
}

/** Changes for browsers. The listener gets messages already limited to the scope, at most 4 a second. */
export interface LivePort {
  subscribe(scope: Scope, listener: (message: LiveServerMessage) => void): LiveSubscription;
}

/** What a page shows: it gets the readings of these devices and of no others. */
export type LiveLook = Omit<LiveClientMessage, 'type'>;

export interface LiveSubscription {
  watch(look: LiveLook): void;
  close(): void;
}

/** Writes the devices' part of /metrics as chunks of text, in the scope. */
export interface MetricsPort {
  deviceMetrics(scope: Scope): AsyncIterable<string>;
  /** prom-client's text of the server's own metrics. */
  serverMetrics(): Promise<string>;
}

/** Planned work. Each method throws VigiaError not_found for what is outside the scope. */
export interface MaintenancePort {
  /** Newest first, cancelled ones too. */
  list(scope: Scope, clientId?: string): MaintenanceWindow[];
  /** @throws VigiaError validation_failed, conflict */
  create(scope: Scope, input: MaintenanceInput, actor: Actor): Promise<MaintenanceWindow>;
  /** @throws VigiaError validation_failed, conflict for what is over or cancelled */
  update(scope: Scope, id: string, input: MaintenanceInput, actor: Actor): Promise<MaintenanceWindow>;
  /** What is past stays. @throws VigiaError conflict for what is over or cancelled */
  cancel(scope: Scope, id: string): Promise<MaintenanceWindow>;
  /** @throws VigiaError range_too_large */
  occurrences(scope: Scope, fromMs: number, toMs: number, clientId?: string): PlannedOccurrence[];
  /** Running now or starting within a day. */
  upcoming(scope: Scope): PlannedOccurrence[];
  /**
   * The share of the time, 0..1, for which what this plan covers would be silent by it and all others; 0 for what happens once.
   * `changed` is the window that it takes the place of. @throws VigiaError validation_failed
   */
  silentShare(input: MaintenanceInput, changed?: string): number;
  preview(
    scope: Scope,
    input: MaintenanceInput,
  ): Promise<{ readonly occurrences: MaintenanceOccurrence[]; readonly warnings: string[] }>;
}

/** `isAlmostAlways`: what it covers is silent for most of every day. */
export type PlannedOccurrence = MaintenanceOccurrence & { title: string; clientId: string; isAlmostAlways?: boolean };

/** Checks and what they say now. Each throws VigiaError not_found for what is not in scope. */
export interface CheckPort {
  list(scope: Scope, filter: { readonly clientId?: string; readonly deviceId?: string }): Check[];
  get(scope: Scope, id: string): Check;
  /** @throws VigiaError validation_failed, conflict */
  create(scope: Scope, input: CheckInput, actor: Actor): Promise<Check>;
  /** @throws VigiaError validation_failed, conflict */
  change(scope: Scope, id: string, input: CheckInput): Promise<Check>;
  /** @throws VigiaError conflict while a service depends on it */
  remove(scope: Scope, id: string): Promise<void>;
}

/** Services and what they are now. Each throws VigiaError not_found for what is not in scope. */
export interface ServicePort {
  list(scope: Scope, filter: { readonly clientId?: string }): Service[];
  get(scope: Scope, id: string): Service;
  /** @throws VigiaError validation_failed */
  create(scope: Scope, input: ServiceInput, actor: Actor): Promise<Service>;
  /** From now on; the past keeps what was valid then. @throws VigiaError validation_failed */
  change(scope: Scope, id: string, input: ServiceInput, actor: Actor): Promise<Service>;
  remove(scope: Scope, id: string): Promise<void>;
}

/** What people report. Methods throw VigiaError not_found for what is outside the scope. */
export interface PersonReportPort {
  /** Newest first. */
  list(
    scope: Scope,
    query: { readonly clientId?: string | undefined; readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<{ items: PersonReport[]; next: string | null }>;
  ofIncident(scope: Scope, incidentId: string): Promise<PersonReport[]>;
  /** Linked to `incidentId`, or an incident of its own. @throws VigiaError validation_failed for a wrong time */
  create(scope: Scope, input: PersonReportInput, actor: Actor, via: PersonReport['via']): Promise<PersonReport>;
  /** @throws VigiaError conflict if it belongs to that incident already */
  link(scope: Scope, id: string, incidentId: string, actor: Actor): Promise<PersonReport>;
  propose(scope: Scope, report: ProposalQuestion): Promise<IncidentProposal[]>;
  /** What somebody of the client wrote on its page; the answer tells nothing of others. */
  fromPortal(visitor: PortalVisitor, input: PortalReportInput): Promise<PortalAnswer>;
  ahead(
    scope: Scope,
    query: { readonly clientId?: string | undefined; readonly period: 'this_month' | 'last_month' },
  ): Promise<AheadFigures>;
}

/** Whoever has the secret link of a client's page. */
export interface PortalVisitor {
  readonly clientId: string;
  /** Says which link it is, and not its secret. */
  readonly linkId: string;
  readonly address: string;
}

export interface PortalAnswer {
  readonly sentence: string;
  readonly known: boolean;
  readonly reportId: string;
  readonly incidentId: string | null;
}

export interface ProposalQuestion {
  readonly clientId: string;
  readonly siteId: string | null;
  readonly deviceId: string | null;
  readonly serviceId: string | null;
  readonly reportedAt?: string;
}

/** Who is told of what. Views hold no secrets. */
export interface ReceiverPort {
  list(scope: Scope, page: PageRequest): Promise<Page<Receiver>>;
  /** Each throws VigiaError validation_failed, address_refused, not_found; `create` also forbidden and conflict. */
  create(scope: Scope, input: ReceiverInput, by: string): Promise<Receiver>;
  update(scope: Scope, id: string, input: ReceiverInput): Promise<Receiver>;
  remove(scope: Scope, id: string): Promise<void>;
  /** Really sends a message. What goes wrong is the answer. */
  test(scope: Scope, id: string): Promise<ReceiverTest>;
}
