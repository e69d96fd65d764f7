import { everyClient } from '../../domain/scope.ts';
import type { Store } from '../store/store.ts';
import type { ActOnStore, FollowCatalogue } from '../store/turn.ts';
import { type ApiKeys, createApiKeys } from './api-keys.ts';
import { type Credentials, createCredentials } from './credentials.ts';
import { createKnownPlaces, type KnownPlaces } from './known-places.ts';
import { createLastUse, type LastUse } from './last-use.ts';
import { createLeaving, type Leaving } from './leaving.ts';
import { createLockout } from './lockout.ts';
import { createLogins, type Logins } from './login.ts';
import type { Passwords } from './passwords.ts';
import { createRefusedLogins, type RefusedLogins } from './refused-logins.ts';
import { createSessions, type Sessions } from './sessions.ts';

/** How people prove who they are: what logins, new passwords and their limits share. */
export interface People {
  readonly logins: Logins;
  readonly credentials: Credentials;
  readonly places: KnownPlaces;
  readonly refused: RefusedLogins;
  readonly keyUse: LastUse;
  readonly sessionUse: LastUse;
  readonly leaving: Leaving;
  readonly sessions: Sessions;
  readonly apiKeys: ApiKeys;
  /** Writes what waits. */
  close(): Promise<void>;
}

export interface PeopleOptions {
  readonly store: Store;
  readonly actOnStore: ActOnStore;
  readonly followCatalogue: FollowCatalogue;
  readonly passwords: Passwords;
  readonly clock: () => number;
  readonly logger: { warn(fields: object, message: string): void };
}

/** To be closed before the store is. */
export async function createPeople({
  store,
  actOnStore,
  followCatalogue,
  passwords,
  clock,
  logger,
}: PeopleOptions): Promise<People> {
  const places = createKnownPlaces(store, clock);
  await places.load();
  const lockout = createLockout(clock);
  const refused = createRefusedLogins({ append: (entry) => store.audit.append(entry), clock, logger });
  const { useStatement } = store.scoped(everyClient).apiKeys;
  // A use may wait to be written while the clock is set back.
  const past = (at: number): number => Math.min(at, clock());
  const keyUse = createLastUse({ store, statement: (id, at) => useStatement(id, past(at)), logger });
  const sessionUse = createLastUse({ store, statement: (id, at) => store.sessions.useStatement(id, past(at)), logger });
  const sessions = createSessions(store, clock, sessionUse, logger);
  return {
    logins: createLogins({ store, passwords, lockout, places, refused }),
    credentials: createCredentials({ store, actOnStore, passwords, lockout, places, sessions, clock }),
    leaving: createLeaving(store, actOnStore, followCatalogue, clock),
    sessions,
    apiKeys: createApiKeys(store, clock, keyUse),
    places,
    refused,
    keyUse,
    sessionUse,
    async close() {
      await Promise.all([refused.close(), keyUse.close(), sessionUse.close(), sessions.close()]);
    },
  };
}
