import type { CompiledQuery } from 'kysely';
import type { Scope } from '../../domain/scope.ts';
import type { AuditAction } from '../../platform/store/audit/actions.ts';
import type { ScopedStore, StoreHandle } from '../../platform/store/store.ts';
import type { Doer } from '../../platform/store/turn.ts';
import type { ChangeSet } from './change-set.ts';

/**
 * Does what somebody wants, as one unit: in the lane of the watch `work` reads, decides and fills the changes; state, history, outbox
 * and the audit row are written in one transaction; then memory follows, then the screens. If it is refused, nothing is changed
 * anywhere, and whoever acted is told why. `now`, ms since 1970, is that of all it does.
 * @throws VigiaError overloaded; unavailable with the reason while the state cannot be written; what `work` or the database says
 */
export type Act = <T>(
  actor: Doer,
  action: AuditAction,
  scope: Scope,
  work: (changes: ChangeSet, now: number, scoped: ScopedStore) => Promise<T> | T,
) => Promise<T>;

/** The same for what lives in the database: `work` reads and writes in the transaction itself, by what it is given and nothing else. */
export type ActInStore = <T>(
  actor: Doer,
  action: AuditAction,
  scope: Scope,
  work: (changes: ChangeSet, scoped: ScopedStore, handle: StoreHandle, now: number) => Promise<T>,
) => Promise<T>;

/**
 * Writes what machines tell, by a key or by a secret address: as {@link Act}, but it is measured and not done by anybody, so that what is
 * written is its only record. @param who whose rights must still stand when its turn comes; null where `work` sees to that
 */
export type Hear = <T>(
  who: Doer | null,
  scope: Scope,
  work: (changes: ChangeSet, now: number, scoped: ScopedStore) => Promise<T> | T,
) => Promise<T>;

/** What happened by itself, and cannot be repeated: it is written as soon as it can be. @throws VigiaError overloaded */
export type Follow = (work: (changes: ChangeSet, now: number) => void) => Promise<void>;

/** The audit row of an act. @throws Error if the act says nothing of itself, which is a defect */
export function auditStatement(
  { audit }: Pick<StoreHandle, 'audit'>,
  changes: ChangeSet,
  { id, audited }: Doer,
  action: AuditAction,
): CompiledQuery {
  if (changes.recorded === null) throw new Error(`"${action}" says nothing for the audit log`);
  const { subject, detail } = changes.recorded;
  return audit.appendStatement({ actor: id, action, subject, detail: { ...detail, ...audited } });
}

/** The two ways to change something, which are one: what is in memory too, and what is in the database alone. */
export interface Acting {
  readonly act: Act;
  readonly actOnStore: ActInStore;
}
