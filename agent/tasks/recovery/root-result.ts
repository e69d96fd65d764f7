import { constants } from 'node:fs';
import {
  MAX_RECOVERY_FILE_BYTES,
  parseRecoveryFinding,
  parseRecoveryListing,
} from '../../../protocol/wire/recovery-task.ts';
import type { Look } from './look.ts';
import { readSmall } from './runs/read-small.ts';
import { isFields } from './source.ts';

/** What root found, as its file has it. */
export interface RootResult extends Look {
  /** Which boot that was, and when in it. */
  readonly bootId: string;
  readonly begunBootMs: number;
}

/** What is no older than that is not looked for again. */
export const RECENT_MS = 30_000;
/** A finding and a listing. */
const MAX_RESULT_BYTES = MAX_RECOVERY_FILE_BYTES + 128 * 1024;

/** Null if there is none yet, or none that this version can read: then it is looked for anew. */
export async function readResult(path: string): Promise<RootResult | null> {
  try {
    const it: unknown = JSON.parse(await readSmall(path, MAX_RESULT_BYTES, constants.O_NOFOLLOW));
    if (!isFields(it) || typeof it.begunBootMs !== 'number' || typeof it.bootId !== 'string') return null;
    const finding = parseRecoveryFinding(JSON.stringify(it.finding));
    const listing = parseRecoveryListing(Buffer.from(JSON.stringify(it.listing)));
    return { bootId: it.bootId, begunBootMs: it.begunBootMs, finding, listing };
  } catch {
    return null;
  }
}
