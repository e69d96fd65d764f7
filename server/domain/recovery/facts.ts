import type { Facts } from '../../../protocol/said/kinds.ts';
import type { ValueOf } from '../../../protocol/said/said.ts';
import { sourceFaults } from '../../../protocol/wire/source-fault.ts';

/** What is said of recovery, as facts: the keys with their parameters. */
export const recoveryFacts = {
  // What was lost, and how long it took.
  'recovery.loss.met': { loss: 'duration', rpo: 'duration?', point: 'instant' },
  'recovery.loss.breached': { loss: 'duration', rpo: 'duration', point: 'instant' },
  'recovery.loss.unproven': { loss: 'duration?', perhaps: 'duration', rpo: 'duration' },
  'recovery.loss.all': { rpo: 'duration?' },
  // Points that do not count.
  'recovery.point.refused': { point: 'name', why: ['failed', 'future', 'undated', 'backwards'] },
  'recovery.chain.broken': { point: 'name', missing: 'name', why: ['missing', 'failed', 'unproven', 'gone', 'circle'] },
  'recovery.size.empty': { usual: 'bytes?' },
  'recovery.size.shrunken': { size: 'bytes', usual: 'bytes' },
  // Copies.
  'recovery.copies.too-few': { copies: 'count', media: 'count' },
  'recovery.copies.no-offsite': { newest: 'moment?' },
  'recovery.disk.swap': { here: 'name', next: 'name', due: 'moment' },
  'recovery.disk.all-here': { names: 'names' },
  'recovery.disk.none-here': { next: 'name?' },
  // One cause behind many.
  'recovery.cause': {
    object: 'name',
    kind: ['repository', 'device', 'plan'],
    why: sourceFaults,
    plans: 'count',
    since: 'moment',
  },
} as const satisfies Facts;

type All = typeof recoveryFacts;
export type RecoveryKey = keyof All;
export type RecoveryParams<Key extends RecoveryKey> = { readonly [Name in keyof All[Key]]: ValueOf<All[Key][Name]> };

/** A fact of recovery: plain data, worded where somebody reads it. */
export type RecoverySaid = {
  [Key in RecoveryKey]: { readonly key: Key; readonly params: RecoveryParams<Key> };
}[RecoveryKey];

/** @example fact('recovery.blind', { since: at }) */
export function fact<Key extends RecoveryKey>(key: Key, params: RecoveryParams<Key>): RecoverySaid {
  return { key, params } as RecoverySaid;
}
