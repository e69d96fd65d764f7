import { createHash, createHmac, hkdfSync } from 'node:crypto';
import type { Row } from '../tables.ts';

/** Signs rows of the audit log, and knows its own by their `key_id`. */
export interface ChainKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** One row of the log without its own hash. */
export type Unhashed = Omit<Row<'audit'>, 'hash'>;

/** Before the first row. */
export const GENESIS = new Uint8Array(32);

const KEY_BYTES = 32;
const KEY_ID_DIGITS = 16;

/** The key of the chain: derived from the key file, so that it opens none of the other secrets. */
export function chainKeyOf(secret: Uint8Array): ChainKey {
  const bytes = new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), 'vigia audit chain', KEY_BYTES));
  return { bytes, id: createHash('sha256').update(bytes).digest('hex').slice(0, KEY_ID_DIGITS) };
}

/** HMAC-SHA256 over the row, in the order of an array, and the hash before it. Nobody without the key file can make it. */
export function macOf(key: ChainKey, row: Unhashed): Buffer {
  const { id, at, actor, action, subject, detail_json, key_id } = row;
  return createHmac('sha256', key.bytes)
    .update(JSON.stringify([id, at, actor, action, subject, detail_json, key_id]))
    .update(row.previous_hash)
    .digest();
}

/** SHA-256 over whole rows, one after the other: what a new key seals of rows whose own key is lost. */
export interface RowsDigest {
  take(row: Row<'audit'>): void;
  /** Hex, of what was taken so far. */
  soFar(): string;
}

export function createRowsDigest(): RowsDigest {
  const digest = createHash('sha256');
  return {
    take({ id, at, actor, action, subject, detail_json, key_id, previous_hash, hash }) {
      digest.update(JSON.stringify([id, at, actor, action, subject, detail_json, key_id]));
      digest.update(previous_hash).update(hash);
    },
    soFar: () => digest.copy().digest('hex'),
  };
}

/** What rows had before there was a key: SHA-256, which anybody can make anew. */
export function unkeyedHashOf(row: Unhashed): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([row.id, row.at, row.actor, row.action, row.subject, row.detail_json]))
    .update(row.previous_hash)
    .digest();
}
