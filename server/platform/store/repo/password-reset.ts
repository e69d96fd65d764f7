import type { RepositoryContext } from '../scoping.ts';
import type { NewRow, Row } from '../tables.ts';

/** One-time links to set a password. security/credentials.ts makes and redeems them. */
export interface PasswordResetRepository {
  insert(row: NewRow<'password_reset'>): Promise<void>;
  /** Not one that was used or is void. */
  bySecretHash(secretHash: Uint8Array): Promise<Row<'password_reset'> | null>;
  /** Ends those that lead to this person's account. */
  endOf(userId: string): Promise<void>;
  /** Ends those that this person or key made for others. */
  endMadeBy(maker: string): Promise<void>;
}

export function passwordResetRepository({ db, clock }: RepositoryContext): PasswordResetRepository {
  const end = () => db.updateTable('password_reset').set({ ended_at: clock() }).where('ended_at', 'is', null);
  return {
    async insert(row) {
      await db.insertInto('password_reset').values(row).execute();
    },
    async bySecretHash(hash) {
      const select = db.selectFrom('password_reset').selectAll().where('secret_hash', '=', hash);
      return (await select.where('ended_at', 'is', null).executeTakeFirst()) ?? null;
    },
    async endOf(userId) {
      await end().where('user_id', '=', userId).execute();
    },
    async endMadeBy(maker) {
      await end().where('created_by', '=', maker).execute();
    },
  };
}
