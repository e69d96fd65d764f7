import type { SiteCard } from '../../../protocol/api/site-card.ts';
import type { Actor } from '../../domain/actor.ts';
import type { Scope } from '../../domain/scope.ts';
import type { ClientRow, SiteRow } from '../../platform/store/state-port.ts';
import type { ActOnStore, FollowCatalogue } from '../../platform/store/turn.ts';

/** Who acts, and whose data they may touch. */
type Who = Actor & { readonly scope: Scope };

export interface ClientActNeeds {
  readonly actOnStore: ActOnStore;
  /** Follows what changed. */
  readonly fleet: { readonly followCatalogue: FollowCatalogue };
}

export interface ClientChanges {
  readonly name?: string;
  readonly remoteUrl?: string | null;
}

/** @throws VigiaError forbidden without the scope of every client, conflict if the name is taken */
export async function createClient({ actOnStore, fleet }: ClientActNeeds, who: Who, name: string): Promise<ClientRow> {
  return actOnStore(who, 'client.create', who.scope, async (turn, { clients }, handle) => {
    const made = await clients.create(name);
    turn.record(made.id, { name });
    await fleet.followCatalogue(turn, handle);
    return made;
  });
}

/** @throws VigiaError not_found, conflict if the name is taken */
export async function changeClient(
  { actOnStore, fleet }: ClientActNeeds,
  who: Who,
  id: string,
  changes: ClientChanges,
): Promise<ClientRow> {
  return actOnStore(who, 'client.change', who.scope, async (turn, { clients }, handle) => {
    turn.record(id, { ...changes });
    const changed = await clients.update(id, changes);
    await fleet.followCatalogue(turn, handle);
    return changed;
  });
}

/** @throws VigiaError not_found if the client is not in scope, conflict if the name is taken */
export async function createSite(
  { actOnStore, fleet }: ClientActNeeds,
  who: Who,
  clientId: string,
  name: string,
): Promise<SiteRow> {
  return actOnStore(who, 'site.create', who.scope, async (turn, { sites }, handle) => {
    const made = await sites.create(clientId, name);
    turn.record(made.id, { clientId, name });
    await fleet.followCatalogue(turn, handle);
    return made;
  });
}

/** @throws VigiaError not_found */
export async function setSiteCard(
  { actOnStore, fleet }: ClientActNeeds,
  who: Who,
  id: string,
  card: SiteCard,
): Promise<void> {
  await actOnStore(who, 'site.card', who.scope, async (turn, { sites }, handle) => {
    turn.record(id);
    await sites.setCard(id, JSON.stringify(card));
    await fleet.followCatalogue(turn, handle);
  });
}
