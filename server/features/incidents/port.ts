import type { Incident, IncidentDetail } from '../../../protocol/api/view.ts';
import type { Actor } from '../../domain/actor.ts';
import type { Scope } from '../../domain/scope.ts';

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
