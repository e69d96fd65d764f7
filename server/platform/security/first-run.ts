import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { VigiaError } from '../../../protocol/error.ts';
import { everyClient } from '../../domain/scope.ts';
import type { Store } from '../store/store.ts';
import type { Row } from '../store/tables.ts';
import type { ActOnStore, FollowCatalogue } from '../store/turn.ts';
import type { Passwords } from './passwords.ts';

/** The one-time way to the first account, open only while there is no user. */
export interface FirstRun {
  /** A new secret for the console link (43 characters), or null if there is an account. An earlier secret is void. */
  issue(): Promise<string | null>;
  /** True while a secret is out and there is no account. */
  readonly open: boolean;
  /**
   * Makes the first account, an admin. The secret is gone after success.
   * @throws VigiaError first_run_closed, first_run_token_invalid, validation_failed (password), rate_limited
   */
  redeem(
    secret: string,
    account: { readonly name: string; readonly email: string; readonly password: string },
  ): Promise<Row<'user'>>;
}

/** Whoever read the secret on the console has no account yet. */
const CONSOLE = { id: 'server' };

export function createFirstRun(
  store: Store,
  passwords: Passwords,
  actOnStore: ActOnStore,
  followCatalogue: FollowCatalogue,
): FirstRun {
  /** Hash of the secret that is out. In memory only: a copy of the data folder opens nothing. */
  let secretHash: Buffer | null = null;

  function requireSecret(secret: string): void {
    if (secretHash === null) throw new VigiaError('first_run_closed');
    if (!timingSafeEqual(hashOf(secret), secretHash)) throw new VigiaError('first_run_token_invalid');
  }

  return {
    async issue() {
      secretHash = null;
      if ((await store.users.count()) > 0) return null;
      const secret = randomBytes(32).toString('base64url');
      secretHash = hashOf(secret);
      return secret;
    },
    get open() {
      return secretHash !== null;
    },
    async redeem(secret, { name, email, password }) {
      requireSecret(secret);
      const passwordHash = await passwords.hash(password, [name, email]);
      try {
        return await actOnStore(CONSOLE, 'user.first', everyClient, async (turn, _scoped, handle) => {
          const user = await handle.users.createFirst({ name, email, role: 'admin', passwordHash });
          turn.record(user.id);
          await followCatalogue(turn, handle);
          turn.afterwards(() => {
            secretHash = null;
          });
          return user;
        });
      } catch (error) {
        // Somebody else was faster, or an account was made on the command line.
        if (error instanceof VigiaError && error.code === 'first_run_closed') secretHash = null;
        throw error;
      }
    },
  };
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
