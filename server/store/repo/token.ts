import type { Page, PageRequest } from '../page.ts';
import type { NewRow, Row } from '../tables.ts';

/** Enrolment tokens, without their secrets. security/tokens.ts makes and redeems them. */
export interface TokenRepository {
  /** Those not revoked, newest first; expired and used-up ones too, so that a person sees why a machine was refused. */
  list(page: PageRequest): Promise<Page<Row<'enrolment_token'>>>;
  get(id: string): Promise<Row<'enrolment_token'> | null>;
  bySecretHash(secretHash: Uint8Array): Promise<Row<'enrolment_token'> | null>;
  /** @throws VigiaError not_found if client or site are not in scope or not of one another. */
  insert(row: NewRow<'enrolment_token'>): Promise<Row<'enrolment_token'>>;
  /** Takes one use. False if none is left or the token is expired or revoked. */
  takeUse(id: string): Promise<boolean>;
  /** @throws VigiaError not_found if there is none or it is revoked already. */
  revoke(id: string): Promise<void>;
}
