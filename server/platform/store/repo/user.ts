import { randomUUID } from 'node:crypto';
import type { Role } from '../../../../protocol/api/view.ts';
import { VigiaError } from '../../../../protocol/error.ts';
import { noSuch, refused } from '../../../../protocol/said/refused.ts';
import { said } from '../../../../protocol/said/said.ts';
import { found, inTransaction, type RepositoryContext } from '../scoping.ts';
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

export function userRepository({ db, clock }: RepositoryContext): UserRepository {
  const active = (tx = db) => tx.selectFrom('user').selectAll().where('disabled_at', 'is', null);

  async function count(tx = db): Promise<number> {
    const row = await tx
      .selectFrom('user')
      .select((eb) => eb.fn.countAll<number>().as('users'))
      .executeTakeFirst();
    return row?.users ?? 0;
  }

  const insert = (tx: typeof db, user: NewUser) =>
    tx
      .insertInto('user')
      .values({
        id: randomUUID(),
        email: normalised(user.email),
        name: user.name.trim(),
        role: user.role,
        password_hash: user.passwordHash,
        created_at: clock(),
        disabled_at: null,
      })
      .returningAll()
      .executeTakeFirstOrThrow();

  return {
    count,
    list: () => active().orderBy('created_at').orderBy('id').execute(),
    get: async (id) => (await db.selectFrom('user').selectAll().where('id', '=', id).executeTakeFirst()) ?? null,
    byEmail: async (email) => (await active().where('email', '=', normalised(email)).executeTakeFirst()) ?? null,

    create: (user) =>
      inTransaction(db, async (tx) => {
        const holder = await active(tx).where('email', '=', normalised(user.email)).executeTakeFirst();
        if (holder !== undefined) throw refused('conflict', said('refused.user.known'));
        return insert(tx, user);
      }),

    createFirst: (user) =>
      inTransaction(db, async (tx) => {
        if ((await count(tx)) > 0) throw new VigiaError('first_run_closed');
        return insert(tx, user);
      }),

    async setPasswordHash(id, passwordHash) {
      const update = db.updateTable('user').set({ password_hash: passwordHash }).where('id', '=', id);
      const result = await update.where('disabled_at', 'is', null).executeTakeFirst();
      if (result.numUpdatedRows === 0n) throw noSuch('user');
    },

    disable: (id) =>
      inTransaction(db, async (tx) => {
        const user = found(await active(tx).where('id', '=', id).executeTakeFirst(), 'user');
        const others = active(tx).where('role', '=', 'admin').where('id', '<>', id);
        if (user.role === 'admin' && (await others.executeTakeFirst()) === undefined) {
          throw refused('conflict', said('refused.user.last-admin'));
        }
        const now = clock();
        await tx.updateTable('user').set({ disabled_at: now }).where('id', '=', id).execute();
        const sessions = tx.updateTable('session').set({ revoked_at: now }).where('user_id', '=', id);
        await sessions.where('revoked_at', 'is', null).execute();
      }),
  };
}

function normalised(email: string): string {
  return email.trim().toLowerCase();
}
