import { VigiaError } from '../../../protocol/error.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { addressGroup } from '../fairness/address-group.ts';
import type { Store } from '../store/store.ts';
import type { Row } from '../store/tables.ts';
import type { KnownPlaces } from './known-places.ts';
import type { Attempt, Guesser, Lockout } from './lockout.ts';
import type { Passwords } from './passwords.ts';
import type { RefusedLogins } from './refused-logins.ts';

/** An attempt to log in, as it came. */
export interface LoginAttempt {
  readonly email: string;
  readonly password: string;
  /** The secret of the browser's own cookie, if it has one. */
  readonly browser: string | null;
  readonly address: string;
}

export interface Logins {
  /** Whose password it is. @throws VigiaError credentials_invalid, rate_limited */
  check(attempt: LoginAttempt): Promise<Row<'user'>>;
  /** After a login: returns the secret that the browser's own cookie is to have. */
  remember(user: Pick<Row<'user'>, 'id' | 'email'>, from: Pick<LoginAttempt, 'browser' | 'address'>): Promise<string>;
  /** What limits of requests count this attempt by. */
  countedAs(attempt: Pick<LoginAttempt, 'email' | 'browser' | 'address'>): string;
}

export interface LoginParts {
  readonly store: Pick<Store, 'users'>;
  readonly passwords: Pick<Passwords, 'verify'>;
  readonly lockout: Lockout;
  readonly places: KnownPlaces;
  readonly refused: RefusedLogins;
}

export function createLogins({ store, passwords, lockout, places, refused }: LoginParts): Logins {
  function guesserOf({ email, browser, address }: Pick<LoginAttempt, 'email' | 'browser' | 'address'>): Guesser {
    const [account, group] = [email.trim().toLowerCase(), addressGroup(address)];
    return { account, address: group, familiarity: places.familiarity(account, { browser, address: group }) };
  }

  /** The one whose password it is, or null; who that would have been is told to `refused` alone. */
  async function verify(guesser: Guesser, { password }: LoginAttempt, attempt: Attempt): Promise<Row<'user'> | null> {
    const { familiarity, address } = guesser;
    const who = { name: familiarity?.id ?? address, isKnown: familiarity !== null };
    let user: Row<'user'> | null;
    try {
      user = await store.users.byEmail(guesser.account);
      const isRight = await passwords.verify(user?.password_hash ?? null, password, who);
      if (isRight && user !== null && (await isStill(user))) return user;
    } catch (error) {
      attempt.withdrawn();
      throw error;
    }
    refused.note({ userId: user?.id ?? null, address, isHeld: false });
    return null;
  }

  /** While the password was looked at it may have been changed, and the account disabled. */
  async function isStill(user: Row<'user'>): Promise<boolean> {
    const now = await store.users.byEmail(user.email);
    return now?.id === user.id && now.password_hash === user.password_hash;
  }

  return {
    async check(login) {
      const guesser = guesserOf(login);
      const attempt = lockout.begin(guesser);
      if ('waitMs' in attempt) {
        refused.note({ userId: null, address: guesser.address, isHeld: true });
        throw mustWait(attempt.waitMs);
      }
      const user = await verify(guesser, login, attempt);
      if (user === null) throw new VigiaError('credentials_invalid');
      attempt.succeeded();
      return user;
    },

    remember: (user, { browser, address }) => places.remember(user, { browser, address: addressGroup(address) }),

    countedAs(attempt) {
      const { familiarity, address } = guesserOf(attempt);
      return familiarity === null ? address : `${familiarity.kind}:${familiarity.id}`;
    },
  };
}

/** What a person reads who must wait after too many failures. */
export function mustWait(waitMs: number): VigiaError {
  const seconds = Math.ceil(waitMs / 1000);
  return refused('rate_limited', said('refused.logins.failed', { seconds }), { retryAfterMs: waitMs });
}
