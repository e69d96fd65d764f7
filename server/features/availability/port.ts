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
import type { Actor } from '../../domain/actor.ts';
import type { Scope } from '../../domain/scope.ts';

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
