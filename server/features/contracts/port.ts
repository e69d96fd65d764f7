import type {
  ClockExplanation,
  ClocksFrom,
  Contract,
  ContractTerms,
  ContractTermsInput,
  OlderIncidents,
} from '../../../protocol/api/contract.ts';
import type { Priority } from '../../../protocol/api/view.ts';
import type { Actor } from '../../domain/actor.ts';
import type { Scope } from '../../domain/scope.ts';

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
  check(terms: ContractTermsInput): Pick<Contract, 'warnings' | 'warningsSaid'>;
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
