import { sql } from 'kysely';
import type { Store } from '../../platform/store/store.ts';

/** Removes versions whose successor had begun by `at` (ms), then removals that replace nothing any more. @returns how many */
export async function pruneVersions({ db }: Pick<Store, 'db'>, at: number): Promise<number> {
  const replaced = await sql`
    DELETE FROM policy_version WHERE EXISTS (SELECT 1 FROM policy_version AS later
      WHERE later.policy = policy_version.policy AND later.client_id IS policy_version.client_id AND later.version > policy_version.version AND later.from_ms <= ${at})
  `.execute(db);
  const removals = await sql`
    DELETE FROM policy_version WHERE values_json IS NULL AND from_ms <= ${at}`.execute(db);
  return Number((replaced.numAffectedRows ?? 0n) + (removals.numAffectedRows ?? 0n));
}
