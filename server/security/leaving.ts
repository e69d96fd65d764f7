import { VigiaError } from '../../protocol/error.ts';
import { everyClient } from '../domain/scope.ts';
import type { Store, StoreHandle } from '../store/store.ts';
import type { Row } from '../store/tables.ts';

/** What a person left that still opens something. */
export interface LeftBehind {
  readonly apiKeys: readonly Row<'api_key'>[];
  readonly tokens: readonly Row<'enrolment_token'>[];
}

/** How somebody's access ends: their own, and what they made. */
export interface Leaving {
  /** Keys and tokens that they made or kept, those that such a key made, and so on; what has ended is not in it. */
  leftBehind(userId: string): Promise<LeftBehind>;
  /**
   * Disables a person, ends their sessions and links, and all that they left but what `keep` names: for that `actor` answers
   * from now on. @throws VigiaError not_found, conflict for the last admin, validation_failed for what is not theirs
   */
  disable(userId: string, keep: readonly string[], actor: string): Promise<void>;
}

export function createLeaving(store: Store, clock: () => number): Leaving {
  async function find(handle: StoreHandle, userId: string): Promise<LeftBehind & { makers: ReadonlySet<string> }> {
    const { apiKeys, tokens } = handle.scoped(everyClient);
    const keys = await apiKeys.usable();
    const makers = new Set([userId]);
    const isTheirs = ({ created_by, kept_by }: { created_by: string; kept_by: string | null }): boolean =>
      makers.has(kept_by ?? created_by);
    // Keys make keys: until nothing more is found.
    for (let before = 0; before < makers.size; ) {
      before = makers.size;
      for (const key of keys) if (isTheirs(key)) makers.add(`key:${key.id}`);
    }
    return { makers, apiKeys: keys.filter(isTheirs), tokens: (await tokens.usable(clock())).filter(isTheirs) };
  }

  return {
    leftBehind: (userId) => find(store, userId),

    disable: (userId, keep, actor) =>
      store.transaction(async (handle) => {
        const { makers, apiKeys, tokens } = await find(handle, userId);
        const all = new Set([...apiKeys, ...tokens].map(({ id }) => id));
        const strange = keep.find((id) => !all.has(id));
        if (strange !== undefined) {
          throw new VigiaError(
            'validation_failed',
            `"${strange}" is no key or token of this person that still works. Look at the list again.`,
          );
        }
        await handle.users.disable(userId);
        for (const maker of makers) await handle.passwordResets.endMadeBy(maker);
        await handle.passwordResets.endOf(userId);
        const scoped = handle.scoped(everyClient);
        for (const [rows, repository] of [
          [apiKeys, scoped.apiKeys],
          [tokens, scoped.tokens],
        ] as const) {
          for (const { id } of rows) {
            if (keep.includes(id)) await repository.keep(id, actor);
            else await repository.revoke(id);
          }
        }
        const ended = [...all].filter((id) => !keep.includes(id));
        await handle.audit.append({ actor, action: 'user.disable', subject: userId, detail: { ended, kept: keep } });
      }),
  };
}
