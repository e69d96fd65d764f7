import type { Role } from '../../../protocol/view.ts';
import type { Row } from '../tables.ts';

export interface NewUser {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly passwordHash: string;
}

/** People who may log in. E-mail addresses are kept in lower case. Disabled users are in no list. */
export interface UserRepository {
  count(): Promise<number>;
  list(): Promise<Row<'user'>[]>;
  /** Disabled ones too: names in old incidents stay readable. */
  get(id: string): Promise<Row<'user'> | null>;
  byEmail(email: string): Promise<Row<'user'> | null>;
  /** @throws VigiaError conflict if the address is taken. */
  create(user: NewUser): Promise<Row<'user'>>;
  /** The first account, only while there never was one. @throws VigiaError first_run_closed */
  createFirst(user: NewUser): Promise<Row<'user'>>;
  setPasswordHash(id: string, passwordHash: string): Promise<void>;
  /** Disables the user and revokes all sessions. @throws VigiaError not_found, conflict for the last admin. */
  disable(id: string): Promise<void>;
}
