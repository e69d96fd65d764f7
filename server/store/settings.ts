import type { CompiledQuery } from 'kysely';

/** Small facts of the server itself, as JSON under a key. */
export interface Settings {
  /** The parsed value, or undefined if the key was never set. The caller validates it. */
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  /** For {@link Store.commit}: such as the journal cursor, together with what it covers. */
  setStatement(key: string, value: unknown): CompiledQuery;
}
