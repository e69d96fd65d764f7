import { inTransaction, type RepositoryContext } from '../scoping.ts';
import type { Row } from '../tables.ts';

/** Browsers and addresses from which people have logged in. */
export interface KnownPlaceRepository {
  all(): Promise<Row<'known_place'>[]>;
  /** Keeps the newest `most` of this person and kind. */
  save(place: Row<'known_place'>, most: number): Promise<void>;
  removeOf(userId: string): Promise<void>;
  /** Those not seen since. Returns how many. */
  removeBefore(ms: number): Promise<number>;
}

export function knownPlaceRepository({ db }: RepositoryContext): KnownPlaceRepository {
  return {
    all: () => db.selectFrom('known_place').selectAll().execute(),
    save: (place, most) =>
      inTransaction(db, async (tx) => {
        const { user_id, kind, last_seen_at } = place;
        await tx
          .insertInto('known_place')
          .values(place)
          .onConflict((conflict) => conflict.column('hash').doUpdateSet({ last_seen_at }))
          .execute();
        const kept = tx
          .selectFrom('known_place')
          .select('hash')
          .where('user_id', '=', user_id)
          .where('kind', '=', kind)
          .orderBy('last_seen_at', 'desc')
          .limit(most);
        await tx
          .deleteFrom('known_place')
          .where('user_id', '=', user_id)
          .where('kind', '=', kind)
          .where('hash', 'not in', kept)
          .execute();
      }),
    async removeOf(userId) {
      await db.deleteFrom('known_place').where('user_id', '=', userId).execute();
    },
    async removeBefore(ms) {
      const result = await db.deleteFrom('known_place').where('last_seen_at', '<', ms).executeTakeFirst();
      return Number(result.numDeletedRows);
    },
  };
}
