import { noSuch, refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { everyClient, type Scope } from '../../domain/scope.ts';
import type { Store, StoreHandle } from '../store/store.ts';
import type { Row } from '../store/tables.ts';
import type { ActOnStore, Doer, FollowCatalogue } from '../store/turn.ts';

/** What a person or a key left that still opens something. */
export interface LeftBehind {
  readonly apiKeys: readonly Row<'api_key'>[];
  readonly tokens: readonly Row<'enrolment_token'>[];
  /** Clients, for the links of their report pages. */
  readonly reportLinks: readonly Row<'client'>[];
}

/** How the access of a person or of a key ends: their own, and what they made. */
export interface Leaving {
  /** Keys and tokens that they made or kept, those that such a key made, and so on; what has ended is not in it. */
  leftBehind(userId: string): Promise<LeftBehind>;
  /**
   * Disables a person, ends their sessions and links, and all that they left but what `keep` names: for that `actor` answers
   * from now on. @throws VigiaError not_found, conflict for the last admin, validation_failed for what is not theirs
   */
  disable(userId: string, keep: readonly string[], actor: Doer): Promise<void>;
  /** What a key made, what keys of these made, and so on. @throws VigiaError not_found */
  leftByKey(scope: Scope, keyId: string): Promise<LeftBehind>;
  /** The same as {@link disable} for a key. @throws VigiaError not_found, validation_failed for what it did not make */
  revokeKey(scope: Scope, keyId: string, keep: readonly string[], actor: Doer): Promise<void>;
}

export function createLeaving(
  store: Store,
  actOnStore: ActOnStore,
  followCatalogue: FollowCatalogue,
  clock: () => number,
): Leaving {
  async function find(
    handle: StoreHandle,
    maker: string,
    scope: Scope = everyClient,
  ): Promise<LeftBehind & { makers: ReadonlySet<string> }> {
    const { apiKeys, tokens, clients } = handle.scoped(scope);
    // What an expired key made may go on, and is theirs too.
    const keys = await apiKeys.unrevoked();
    const makers = new Set([maker]);
    const isTheirs = ({ created_by, kept_by }: { created_by: string; kept_by: string | null }): boolean =>
      makers.has(kept_by ?? created_by);
    // Keys make keys: until nothing more is found.
    for (let before = 0; before < makers.size; ) {
      before = makers.size;
      for (const key of keys) if (isTheirs(key)) makers.add(`key:${key.id}`);
    }
    const links = await clients.withReportKey();
    return {
      makers,
      apiKeys: (await apiKeys.usable()).filter(isTheirs),
      tokens: (await tokens.usable(clock())).filter(isTheirs),
      reportLinks: links.filter((row) =>
        isTheirs({ created_by: row.report_key_by ?? 'server', kept_by: row.report_key_kept_by }),
      ),
    };
  }

  /** Ends all of it but what is kept, for which `actor` answers from now on. Returns what ended. */
  async function endAll(
    handle: StoreHandle,
    { apiKeys, tokens, reportLinks }: LeftBehind,
    keep: readonly string[],
    actor: string,
  ): Promise<string[]> {
    const all = new Set([...apiKeys, ...tokens, ...reportLinks].map(({ id }) => id));
    const strange = keep.find((id) => !all.has(id));
    if (strange !== undefined) {
      throw refused('validation_failed', said('refused.left.strange', { id: strange }));
    }
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
    for (const { id } of reportLinks) {
      if (keep.includes(id)) await scoped.clients.keepReportKey(id, actor);
      else await scoped.clients.setReportKey(id, null);
    }
    return [...all].filter((id) => !keep.includes(id));
  }

  /** What the key made, and not the key. @throws VigiaError not_found */
  async function leftByKey(handle: StoreHandle, scope: Scope, keyId: string) {
    const key = await handle.scoped(scope).apiKeys.get(keyId);
    if (key === null || key.revoked_at !== null) throw noSuch('key');
    const { apiKeys, ...others } = await find(handle, `key:${keyId}`, scope);
    return { ...others, apiKeys: apiKeys.filter(({ id }) => id !== keyId) };
  }

  return {
    leftBehind: (userId) => find(store, userId),
    leftByKey: (scope, keyId) => leftByKey(store, scope, keyId),

    revokeKey: (scope, keyId, keep, actor) =>
      actOnStore(actor, 'api-key.revoke', scope, async (turn, _scoped, handle) => {
        const { makers, ...left } = await leftByKey(handle, scope, keyId);
        const ended = await endAll(handle, left, keep, actor.id);
        await handle.scoped(scope).apiKeys.revoke(keyId);
        for (const maker of makers) await handle.passwordResets.endMadeBy(maker);
        turn.record(keyId, { ended, kept: keep });
      }),

    disable: (userId, keep, actor) =>
      actOnStore(actor, 'user.disable', everyClient, async (turn, _scoped, handle) => {
        const { makers, ...left } = await find(handle, userId);
        await handle.users.disable(userId);
        for (const maker of makers) await handle.passwordResets.endMadeBy(maker);
        await handle.passwordResets.endOf(userId);
        const ended = await endAll(handle, left, keep, actor.id);
        turn.record(userId, { ended, kept: keep });
        await followCatalogue(turn, handle);
      }),
  };
}
