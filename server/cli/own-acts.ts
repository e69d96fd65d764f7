import { type Acting, auditStatement } from '../core/incidents/act.ts';
import { ChangeSet } from '../core/incidents/change-set.ts';
import type { Store } from '../platform/store/store.ts';

/** Acts on a store that no server holds: one at a time, each in one transaction with its audit row. */
export function createOwnActs(store: Store, now: () => number): Acting {
  const follow = ({ published }: ChangeSet): void => {
    for (const work of published) work();
  };
  return {
    async act(actor, action, scope, work) {
      const changes = new ChangeSet();
      const result = await work(changes, now(), store.scoped(scope));
      changes.add(auditStatement(store, changes, actor, action));
      await store.commit(changes.statements(store, 0, now()));
      follow(changes);
      return result;
    },
    async actOnStore(actor, action, scope, work) {
      const changes = new ChangeSet();
      const result = await store.transaction(async (handle) => {
        const done = await work(changes, handle.scoped(scope), handle, now());
        changes.add(auditStatement(store, changes, actor, action));
        for (const statement of changes.statements(store, 0, now())) await handle.db.executeQuery(statement);
        return done;
      });
      follow(changes);
      return result;
    },
  };
}
