import type {
  AheadFigures,
  IncidentProposal,
  PersonReport,
  PersonReportInput,
  PortalReportInput,
} from '../../../protocol/api/person-report.ts';
import type { Said } from '../../../protocol/said/said.ts';
import type { Actor } from '../../domain/actor.ts';
import type { Scope } from '../../domain/scope.ts';

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
  readonly said: Said;
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
