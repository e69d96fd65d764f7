import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { VigiaError } from '../../../protocol/error.ts';
import { noSuch, refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { everyClient } from '../../domain/scope.ts';
import type { Store, StoreHandle } from '../store/store.ts';
import type { Row } from '../store/tables.ts';
import type { ActOnStore, Doer } from '../store/turn.ts';
import type { KnownPlaces } from './known-places.ts';
import type { Lockout } from './lockout.ts';
import { mustWait } from './login.ts';
import type { Passwords } from './passwords.ts';
import type { Sessions } from './sessions.ts';

/** How long a one-time link to a new password works. */
export const RESET_LINK_MS = 24 * 3_600_000;

/** Who changes their own password, by their session. */
export interface Oneself {
  readonly userId: string;
  readonly sessionId: string;
  readonly address: string;
}

/** New passwords: one's own, and by a one-time link that an admin made. Each ends the sessions that the old one had opened. */
export interface Credentials {
  /** Keeps this session and ends all others. @throws VigiaError credentials_invalid, rate_limited, validation_failed */
  change(who: Oneself, current: string, next: string): Promise<Row<'user'>>;
  /** `actor` is who made it, unless that is `by`. A link's secret, shown this once; an earlier link of the same person is void. @throws VigiaError not_found */
  makeLink(userId: string, by: string, actor?: Doer): Promise<ResetLink>;
  /** Whose password the link sets. @throws VigiaError reset_link_invalid */
  ownerOf(secret: string): Promise<Row<'user'>>;
  /** @throws VigiaError reset_link_invalid, validation_failed, rate_limited */
  redeem(secret: string, password: string): Promise<Row<'user'>>;
}

export interface ResetLink {
  readonly secret: string;
  readonly expiresAt: number;
}

export interface CredentialParts {
  readonly store: Store;
  readonly actOnStore: ActOnStore;
  readonly passwords: Passwords;
  readonly lockout: Lockout;
  readonly places: Pick<KnownPlaces, 'forget'>;
  readonly sessions: Pick<Sessions, 'endInMemory'>;
  readonly clock: () => number;
}

export function createCredentials({
  store,
  actOnStore,
  passwords,
  lockout,
  places,
  sessions,
  clock,
}: CredentialParts): Credentials {
  async function ownerBy(handle: StoreHandle, secret: string): Promise<[Row<'password_reset'>, Row<'user'>]> {
    const link = await handle.passwordResets.bySecretHash(hashOf(secret));
    const user = link === null ? null : await handle.users.get(link.user_id);
    if (link === null || user === null || user.disabled_at !== null || link.expires_at <= clock()) {
      throw new VigiaError('reset_link_invalid');
    }
    return [link, user];
  }

  return {
    async change({ userId, sessionId, address }, current, next) {
      const user = await store.users.get(userId);
      if (user === null) throw new VigiaError('unauthenticated');
      // Whoever sits down at an open browser may guess no faster than at the login, and holds up nobody there.
      const attempt = lockout.begin({ account: user.email, address, familiarity: { kind: 'browser', id: sessionId } });
      if ('waitMs' in attempt) throw mustWait(attempt.waitMs);
      let passwordHash: string;
      try {
        if (!(await passwords.verify(user.password_hash, current))) {
          throw refused('credentials_invalid', said('refused.password.current'));
        }
        attempt.succeeded();
        passwordHash = await passwords.hash(next, [user.name, user.email]);
      } catch (error) {
        if (error instanceof VigiaError && error.code === 'rate_limited') attempt.withdrawn();
        throw error;
      }
      await actOnStore({ id: userId }, 'user.password', everyClient, async (turn, _scoped, handle) => {
        // A link or another browser may have set a new one while these were hashed.
        const now = await handle.users.get(userId);
        if (now === null || now.disabled_at !== null || now.password_hash !== user.password_hash) {
          throw refused('credentials_invalid', said('refused.password.current'));
        }
        await handle.users.setPasswordHash(userId, passwordHash);
        await handle.sessions.revokeOfUser(userId, sessionId);
        await handle.passwordResets.endOf(userId);
        await handle.knownPlaces.removeOf(userId);
        turn.record(userId, { address });
        turn.afterwards(() => {
          sessions.endInMemory(userId, sessionId);
          places.forget(userId);
        });
      });
      return { ...user, password_hash: passwordHash };
    },

    async makeLink(userId, by, actor = { id: by }) {
      const secret = randomBytes(32).toString('base64url');
      const createdAt = clock();
      const expiresAt = createdAt + RESET_LINK_MS;
      await actOnStore(actor, 'user.reset-link', everyClient, async (turn, _scoped, handle) => {
        const user = await handle.users.get(userId);
        if (user === null || user.disabled_at !== null) throw noSuch('user');
        await handle.passwordResets.endOf(userId);
        await handle.passwordResets.insert({
          id: randomUUID(),
          secret_hash: hashOf(secret),
          user_id: userId,
          created_at: createdAt,
          created_by: by,
          expires_at: expiresAt,
          ended_at: null,
        });
        turn.record(userId);
      });
      return { secret, expiresAt };
    },

    ownerOf: async (secret) => (await ownerBy(store, secret))[1],

    async redeem(secret, password) {
      const [, owner] = await ownerBy(store, secret);
      const passwordHash = await passwords.hash(password, [owner.name, owner.email]);
      const user = await actOnStore(
        { id: owner.id },
        'user.password-reset',
        everyClient,
        async (turn, _scoped, handle) => {
          // Once more: somebody else may have used it while the password was hashed.
          const [link, found] = await ownerBy(handle, secret);
          await handle.users.setPasswordHash(found.id, passwordHash);
          await handle.sessions.revokeOfUser(found.id);
          await handle.passwordResets.endOf(found.id);
          await handle.knownPlaces.removeOf(found.id);
          turn.record(found.id, { linkMadeBy: link.created_by });
          turn.afterwards(() => {
            sessions.endInMemory(found.id);
            places.forget(found.id);
          });
          return found;
        },
      );
      return { ...user, password_hash: passwordHash };
    },
  };
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
