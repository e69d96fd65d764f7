import type { DeviceKind } from '../../protocol/view.ts';
import type { Scope } from '../domain/scope.ts';
import type { Store } from '../store/store.ts';
import type { Row } from '../store/tables.ts';
import type { Identity } from './identity.ts';

export interface NewToken {
  readonly clientId: string;
  readonly siteId: string;
  readonly kind: DeviceKind;
  readonly uses: number;
  readonly expiresInMs: number;
  readonly createdBy: string;
}

/** What the agent says of itself when it enrols; its signature was checked before. */
export interface EnrollingAgent {
  readonly publicKey: Uint8Array;
  readonly machineId: string;
  readonly hostname: string;
  readonly os: string;
  readonly agentVersion: string;
}

export interface Enrolled {
  readonly device: Row<'device'>;
  readonly client: Row<'client'>;
  readonly site: Row<'site'>;
}

export interface EnrolmentTokens {
  /** `token` is shown this once. @throws VigiaError not_found if client or site are not in scope, validation_failed */
  create(scope: Scope, token: NewToken): Promise<{ readonly row: Row<'enrolment_token'>; readonly token: string }>;
  /**
   * Makes the agent a device and takes one use of the token, both or neither. An agent that repeats its request, because the
   * answer was lost, gets the same device again; a retired one of the same client comes back under its old id.
   * @throws VigiaError token_invalid, token_expired, token_used_up, conflict (the key is enrolled at another client)
   */
  redeem(token: string, agent: EnrollingAgent): Promise<Enrolled>;
}

/** `vig1_<secret>_<fingerprint of the server's key>`: 71 characters. */
export declare function formatToken(secret: Uint8Array, fingerprint: Uint8Array): string;

/** @throws VigiaError token_invalid */
export declare function parseToken(text: string): { readonly secret: Uint8Array; readonly fingerprint: Uint8Array };

export declare function createEnrolmentTokens(store: Store, identity: Identity, clock: () => number): EnrolmentTokens;
