import type { NewRow, Row } from '../tables.ts';

/** Sessions of people. security/sessions.ts decides which are valid. */
export interface SessionRepository {
  insert(row: NewRow<'session'>): Promise<void>;
  get(id: string): Promise<Row<'session'> | null>;
  byTokenHash(tokenHash: Uint8Array): Promise<Row<'session'> | null>;
  touch(id: string, atMs: number): Promise<void>;
  revoke(id: string): Promise<void>;
  revokeOfUser(userId: string): Promise<void>;
  /** Deletes those that nobody can use any more. Returns how many. */
  prune(idleBeforeMs: number): Promise<number>;
}
