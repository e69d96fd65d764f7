import type { CompiledQuery } from 'kysely';
import type { RepositoryContext } from './scoping.ts';

/** Small facts of the server itself, as JSON under a key. */
export interface Settings {
  /** The parsed value, or undefined if the key was never set. The caller validates it. */
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  /** For {@link Store.commit}: such as the journal cursor, together with what it covers. */
  setStatement(key: string, value: unknown): CompiledQuery;
}

export function settings({ db }: RepositoryContext): Settings {
  const upsert = (key: string, value: unknown) =>
    db
      .insertInto('setting')
      .values({ key, value_json: JSON.stringify(value) })
      .onConflict((conflict) =>
        conflict.column('key').doUpdateSet((eb) => ({ value_json: eb.ref('excluded.value_json') })),
      );
  return {
    async get(key) {
      const row = await db.selectFrom('setting').select('value_json').where('key', '=', key).executeTakeFirst();
      return row === undefined ? undefined : JSON.parse(row.value_json);
    },
    async set(key, value) {
      await upsert(key, value).execute();
    },
    setStatement: (key, value) => upsert(key, value).compile(),
  };
}
