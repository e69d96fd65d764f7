import type { Check, CheckInput, Service, ServiceInput } from '../../../protocol/api/service.ts';
import type { Actor } from '../../domain/actor.ts';
import type { Scope } from '../../domain/scope.ts';

/** Checks and what they say now. Each throws VigiaError not_found for what is not in scope. */
export interface CheckPort {
  list(scope: Scope, filter: { readonly clientId?: string; readonly deviceId?: string }): Check[];
  get(scope: Scope, id: string): Check;
  /** @throws VigiaError validation_failed, conflict */
  create(scope: Scope, input: CheckInput, actor: Actor): Promise<Check>;
  /** @throws VigiaError validation_failed, conflict */
  change(scope: Scope, id: string, input: CheckInput, actor: Actor): Promise<Check>;
  /** @throws VigiaError conflict while a service depends on it */
  remove(scope: Scope, id: string, actor: Actor): Promise<void>;
}

/** Services and what they are now. Each throws VigiaError not_found for what is not in scope. */
export interface ServicePort {
  list(scope: Scope, filter: { readonly clientId?: string }): Service[];
  get(scope: Scope, id: string): Service;
  /** @throws VigiaError validation_failed */
  create(scope: Scope, input: ServiceInput, actor: Actor): Promise<Service>;
  /** From now on; the past keeps what was valid then. @throws VigiaError validation_failed */
  change(scope: Scope, id: string, input: ServiceInput, actor: Actor): Promise<Service>;
  remove(scope: Scope, id: string, actor: Actor): Promise<void>;
}
