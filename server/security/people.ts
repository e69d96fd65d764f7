import type { Store } from '../store/store.ts';
import { type Credentials, createCredentials } from './credentials.ts';
import { createKnownPlaces, type KnownPlaces } from './known-places.ts';
import { createLockout } from './lockout.ts';
import { createLogins, type Logins } from './login.ts';
import type { Passwords } from './passwords.ts';
import { createRefusedLogins, type RefusedLogins } from './refused-logins.ts';

/** How people prove who they are: what logins, new passwords and their limits share. */
export interface People {
  readonly logins: Logins;
  readonly credentials: Credentials;
  readonly places: KnownPlaces;
  readonly refused: RefusedLogins;
}

export interface PeopleOptions {
  readonly store: Store;
  readonly passwords: Passwords;
  readonly clock: () => number;
  readonly logger: { warn(fields: object, message: string): void };
}

/** `refused` is to be closed at the end. */
export async function createPeople({ store, passwords, clock, logger }: PeopleOptions): Promise<People> {
  const places = createKnownPlaces(store, clock);
  await places.load();
  const lockout = createLockout(clock);
  const refused = createRefusedLogins({ append: (entry) => store.audit.append(entry), clock, logger });
  return {
    logins: createLogins({ store, passwords, lockout, places, refused }),
    credentials: createCredentials({ store, passwords, lockout, places, clock }),
    places,
    refused,
  };
}
