import type { Store } from '../store/store.ts';
import type { Row } from '../store/tables.ts';
import type { Passwords } from './passwords.ts';

/** The one-time way to the first account, open only while there is no user. */
export interface FirstRun {
  /** A new secret for the console link (43 characters), or null if there is an account. An earlier secret is void. */
  issue(): Promise<string | null>;
  /** True while a secret is out and there is no account. */
  readonly open: boolean;
  /**
   * Makes the first account, an admin. The secret is gone after success.
   * @throws VigiaError first_run_closed, first_run_token_invalid, validation_failed (password)
   */
  redeem(
    secret: string,
    account: { readonly name: string; readonly email: string; readonly password: string },
  ): Promise<Row<'user'>>;
}

export declare function createFirstRun(store: Store, passwords: Passwords): FirstRun;
