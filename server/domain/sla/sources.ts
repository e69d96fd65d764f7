import type { Calendar, ContractTerms, Responsibility } from '../../../protocol/api/contract.ts';
import type { DeviceKind } from '../../../protocol/api/view.ts';
import type { Said } from '../../../protocol/said/said.ts';
import type { LedgerState } from '../ledger.ts';

/** What availability is computed from, besides the evidence of devices. Times are ms since 1970, stretches half-open. */

/** A stretch of a finished ledger: evidence and what was declared, laid over one another. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly state: LedgerState;
  readonly reason: string;
  /** What proves it. */
  readonly said: Said;
  /** Who declared it; null where evidence decides. */
  readonly author: string | null;
  readonly revised: boolean;
  /** Whose fault it is, as somebody attested. */
  readonly responsibility?: Responsibility | null;
  /** What evidence alone says of it, where somebody said whose fault it is. */
  readonly proven?: Said;
  /** What it is without the clauses of the contract; absent where they change nothing. */
  readonly withoutClauses?: LedgerState;
}

/** Time that does not count, and who said so. */
export interface Exclusion {
  readonly start: number;
  readonly end: number;
  readonly reason: 'maintenance' | 'off_hours';
  readonly said: Said;
  readonly author: string;
}

/** A version of a contract and the instants between which it counts; `until` is Infinity for the last one without an end. */
export interface TermsInForce {
  readonly version: number;
  readonly from: number;
  readonly until: number;
  readonly terms: ContractTerms;
}

/** Contracts; server/features/contracts/ fulfils it. */
export interface TermsSource {
  /** Oldest first, without overlap; empty without a contract. */
  inForce(clientId: string): readonly TermsInForce[];
  at(clientId: string, at: number): TermsInForce | null;
  /** The service hours that count for a site (null: the client as a whole) under these terms, with its Saturdays. */
  calendar(terms: ContractTerms, siteId: string | null): Calendar;
}

export interface DeviceFacts {
  readonly id: string;
  readonly clientId: string;
  readonly siteId: string;
  readonly kind: DeviceKind;
  readonly tags: readonly string[];
}

/** Maintenance windows; server/features/maintenance/ fulfils it. */
export interface ExclusionSource {
  /** Those declared in time that overlap [from, to), clipped, sorted, without overlap. */
  exclusions(device: DeviceFacts, from: number, to: number): readonly Exclusion[];
}

/** Services; server/features/services/ fulfils it. */
export interface ServiceSource {
  list(): readonly {
    readonly id: string;
    readonly clientId: string;
    readonly name: string;
    readonly since: number;
    readonly targetPpm: number | null;
  }[];
  /** The exact partition of [from, to), clipped to the service's life. Without clauses, what they exclude is down. */
  ledger(serviceId: string, from: number, to: number, withClauses?: boolean): Promise<readonly Stretch[]>;
}

/** Devices; server/features/availability/ fulfils it, for services to build on. */
export interface DeviceLedgerSource {
  /**
   * The exact partition of [from, to), clipped to enrolment, retirement and now, with everything declared laid over it. Without
   * clauses, what they exclude is down.
   */
  ledger(deviceId: string, from: number, to: number, withClauses?: boolean): Promise<readonly Stretch[]>;
}
