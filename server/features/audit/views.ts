import type { AuditRow } from '../../../protocol/api/audit.ts';
import { iso } from '../../domain/iso.ts';
import { everyClient } from '../../domain/scope.ts';
import type { StatePort } from '../../platform/store/state-port.ts';
import type { Row } from '../../platform/store/tables.ts';

type Actor = AuditRow['actor'];

export interface AuditViews {
  of(rows: readonly Row<'audit'>[]): Promise<AuditRow[]>;
}

/** Shows rows with the names of who acted; each is looked up once. */
export function createAuditViews(
  state: Pick<StatePort, 'users' | 'scoped'>,
  actions: Readonly<Record<string, string>>,
): AuditViews {
  const known = new Map<string, Promise<Actor>>();
  const words = new Map(Object.entries(actions));

  async function find(id: string): Promise<Actor> {
    if (id === 'server' || id === 'cli') return { id, kind: 'server', name: null };
    if (id.startsWith('key:')) {
      const key = await state.scoped(everyClient).apiKeys.get(id.slice('key:'.length));
      return { id, kind: 'key', name: key?.name ?? null };
    }
    return { id, kind: 'person', name: (await state.users.get(id))?.name ?? null };
  }

  function actorOf(id: string): Promise<Actor> {
    const actor = known.get(id) ?? find(id);
    known.set(id, actor);
    return actor;
  }

  return {
    of: (rows) =>
      Promise.all(
        rows.map(async ({ id, at, actor, action, subject, detail_json }) => ({
          row: id,
          at: iso(at),
          actor: await actorOf(actor),
          action,
          // What an earlier version called otherwise has no words.
          words: words.get(action) ?? action,
          object: subject,
          detail: JSON.parse(detail_json) as Record<string, unknown>,
        })),
      ),
  };
}
