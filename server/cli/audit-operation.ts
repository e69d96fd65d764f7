import { type Static, Type } from 'typebox';
import { VigiaError } from '../../protocol/error.ts';
import { strict } from '../platform/http/fields.ts';
import { readTold } from '../platform/store/audit/told.ts';
import type { StoreHandle } from '../platform/store/store.ts';

/** So many fit into one request to the running server. */
export const MAX_HEADS = 500;

export const HeadsToVerify = Type.Object(
  {
    heads: Type.Array(
      Type.Object({ id: Type.Integer({ minimum: 1 }), hash: Type.String({ pattern: '^[0-9a-f]{64}$' }) }, strict),
      { maxItems: MAX_HEADS },
    ),
  },
  strict,
);

export interface VerifiedAudit {
  readonly entries: number;
  /** So many rows are older than the key. */
  readonly before: number;
  /** So many rows at the end no head covers. */
  readonly unproven: number;
  /** The newest head that the server itself noted as told outside. */
  readonly told: { readonly row: number; readonly at: string } | null;
}

/** Checks the whole chain, with the heads that were given and the one that the server noted. @throws VigiaError audit_broken */
export async function verifyAudit(
  { audit, settings }: Pick<StoreHandle, 'audit' | 'settings'>,
  { heads }: Static<typeof HeadsToVerify>,
): Promise<VerifiedAudit> {
  const told = await readTold(settings);
  // Where heads came from outside, the note must not shorten the tail that they leave.
  const verdict = await audit.verify(heads.length > 0 || told === null ? heads : [told]);
  if (!verdict.ok) {
    const { sentence, fault, brokenAtId } = verdict;
    throw new VigiaError('audit_broken', sentence, { fault, row: brokenAtId });
  }
  const { entries, before, unproven } = verdict;
  return { entries, before, unproven, told: told && { row: told.id, at: new Date(told.at).toISOString() } };
}
