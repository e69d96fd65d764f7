import type { Maker } from '../../../protocol/api/view.ts';
import { everyClient, type Scope } from '../../domain/scope.ts';
import type { StatePort } from '../../platform/store/state-port.ts';

/** Who made or keeps something, as people read it. */
export type Makers = (id: string) => Maker;

type Names = Pick<StatePort, 'users' | 'scoped'>;

/**
 * Looks up those who made these things. Whoever sees one client only does not learn who works here: for them it has no name.
 */
export async function findMakers(
  state: Names,
  scope: Scope,
  rows: readonly { readonly created_by: string; readonly kept_by: string | null }[],
): Promise<Makers> {
  const ids = new Set(
    rows.flatMap(({ created_by, kept_by }) => (kept_by === null ? [created_by] : [created_by, kept_by])),
  );
  const found = new Map<string, Maker>();
  if ('allClients' in scope) {
    await Promise.all([...ids].map(async (id) => void found.set(id, await describe(state, id))));
  }
  return (id) => found.get(id) ?? { id, kind: kindOf(id), name: null, isActive: true };
}

/** The same for what this one has just made. Reads nothing: what is shown once must not be lost to a database that is busy now. */
export function justMadeBy({ id, name }: { readonly id: string; readonly name: string }, scope: Scope): Makers {
  const kind = kindOf(id);
  const isNamed = kind !== 'command_line' && 'allClients' in scope;
  return () => ({ id, kind, name: isNamed ? name : null, isActive: true });
}

function kindOf(id: string): Maker['kind'] {
  if (id.startsWith('key:')) return 'key';
  return id === 'cli' || id === 'server' ? 'command_line' : 'person';
}

async function describe(state: Names, id: string): Promise<Maker> {
  const kind = kindOf(id);
  if (kind === 'command_line') return { id, kind, name: null, isActive: true };
  if (kind === 'key') {
    const key = await state.scoped(everyClient).apiKeys.get(id.slice('key:'.length));
    return { id, kind, name: key?.name ?? null, isActive: key !== null && key.revoked_at === null };
  }
  const user = await state.users.get(id);
  return { id, kind, name: user?.name ?? null, isActive: user !== null && user.disabled_at === null };
}
