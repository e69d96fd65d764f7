import type { AuditRow } from '../../../protocol/api/audit.ts';
import { iso } from '../../domain/iso.ts';
import { everyClient } from '../../domain/scope.ts';
import type { StatePort } from '../../platform/store/state-port.ts';
import type { Row } from '../../platform/store/tables.ts';

type Actor = AuditRow['actor'];

/** What `Date` can hold, ms. */
const LAST_INSTANT = 8.64e15;

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
          at: iso(Math.min(Math.max(at, -LAST_INSTANT), LAST_INSTANT)),
          actor: await actorOf(actor),
          action,
          // What an earlier version called otherwise has no words.
          words: words.get(action) ?? action,
          object: subject,
          detail: detailOf(detail_json),
        })),
      ),
  };
}

/** What somebody has written into the database is shown as it is: one row must not hide all others. */
function detailOf(json: string): Record<string, unknown> {
  try {
    const detail: unknown = JSON.parse(json);
    if (typeof detail === 'object' && detail !== null && !Array.isArray(detail)) return { ...detail };
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  return { unreadable: json };
}
