import type { Row } from '../tables.ts';
import { type ChainKey, createRowsDigest, GENESIS, macOf, unkeyedHashOf } from './chain.ts';

/** The newest row at some moment, as it was told outside: what the log must still hold. */
export interface AuditHead {
  readonly id: number;
  /** Hex. */
  readonly hash: string;
}

/** The act by which a key takes over what is older than it. */
export const SEAL_ACTION = 'audit.seal';

/** `missing`: rows are gone; `changed`: a row is not what was written; `unkeyed`: it was not written with the key;
 * `rewritten`: it is not what was told outside; `cut`: the end is gone. */
export type AuditFault = 'missing' | 'changed' | 'unkeyed' | 'rewritten' | 'cut';

export type AuditVerdict =
  | {
      readonly ok: true;
      readonly entries: number;
      /** So many at the beginning are older than the key: sealed by the first row that has it, and proven since then only. */
      readonly before: number;
      readonly head: AuditHead | null;
      /** So many at the end no head told outside covers: if they were cut off, nobody could see it. */
      readonly unproven: number;
    }
  | { readonly ok: false; readonly brokenAtId: number; readonly fault: AuditFault; readonly sentence: string };

type Broken = Extract<AuditVerdict, { ok: false }>;

/** Checks a chain row by row, in the order of their ids, against the key and the heads that are known from outside. */
export interface ChainCheck {
  /** Returns false once the chain is broken: what follows says nothing any more. */
  take(row: Row<'audit'>): boolean;
  end(): AuditVerdict;
}

export function createChainCheck(key: ChainKey, heads: readonly AuditHead[] = []): ChainCheck {
  const known = Map.groupBy(heads, ({ id }) => id);
  let entries = 0;
  let firstKeyed: number | null = null;
  let proven = 0;
  /** Of rows that only a lost key could prove, until a seal holds them. */
  let digest: ReturnType<typeof createRowsDigest> | null = createRowsDigest();
  let hasLostKey = false;
  let head: Uint8Array = GENESIS;
  let broken: Broken | null = null;

  function faultOf(row: Row<'audit'>): Broken | null {
    if (row.id < 1) {
      return found('changed', row.id, `Row ${row.id} of the audit log stands before its first: no server wrote it.`);
    }
    if (row.id !== entries + 1) {
      return found('missing', row.id, `Rows ${entries + 1} to ${row.id - 1} of the audit log are missing.`);
    }
    const isKeyed = row.key_id === key.id;
    if (firstKeyed !== null && !isKeyed) {
      return found('unkeyed', row.id, `Row ${row.id} of the audit log was not written with the key of this server.`);
    }
    const isIntact =
      Buffer.compare(row.previous_hash, head) === 0 &&
      // What was written with a key that is lost is held by its place in the chain alone.
      (row.key_id !== null && !isKeyed ? true : hashOf(key, row, isKeyed).equals(row.hash));
    if (!isIntact) {
      return found('changed', row.id, `Row ${row.id} of the audit log, or the one before it, was changed or moved.`);
    }
    if (isKeyed && firstKeyed === null && entries > 0 && !isSeal(row)) {
      return found('changed', row.id, `Rows 1 to ${entries} of the audit log are not those that row ${row.id} sealed.`);
    }
    const isTold = known.get(row.id)?.every(({ hash }) => hash === hexOf(row.hash)) ?? true;
    return isTold
      ? null
      : found('rewritten', row.id, `Row ${row.id} of the audit log is not the one whose head was told outside.`);
  }

  /** Rows of a lost key it seals whole; those that had none are held by their own hashes, up to the one that it continues. */
  function isSeal({ action, detail_json }: Row<'audit'>): boolean {
    if (action !== SEAL_ACTION) return false;
    return !hasLostKey || (JSON.parse(detail_json) as { digest?: unknown }).digest === digest?.soFar();
  }

  return {
    take(row) {
      broken ??= faultOf(row);
      if (broken) return false;
      entries = row.id;
      head = row.hash;
      if (row.key_id === key.id) {
        firstKeyed ??= row.id;
        digest = null;
      }
      digest?.take(row);
      hasLostKey ||= row.key_id !== null && row.key_id !== key.id;
      if (known.has(row.id)) proven = row.id;
      return true;
    },
    end() {
      if (broken) return broken;
      const told = Math.max(0, ...known.keys());
      if (told > entries) {
        return found(
          'cut',
          entries + 1,
          `The audit log ends at row ${entries}, but row ${told} was told outside: the end was cut off, or an older backup restored.`,
        );
      }
      if (entries > 0 && firstKeyed === null) {
        return found('unkeyed', entries, 'No row of the audit log was written with the key of this server.');
      }
      return {
        ok: true,
        entries,
        before: (firstKeyed ?? 1) - 1,
        head: entries === 0 ? null : { id: entries, hash: hexOf(head) },
        unproven: entries - proven,
      };
    },
  };
}

export function hexOf(hash: Uint8Array): string {
  return Buffer.from(hash).toString('hex');
}

function hashOf(key: ChainKey, row: Row<'audit'>, isKeyed: boolean): Buffer {
  return isKeyed ? macOf(key, row) : unkeyedHashOf(row);
}

function found(fault: AuditFault, brokenAtId: number, sentence: string): Broken {
  return { ok: false, brokenAtId, fault, sentence };
}
