import type { PolicyInput } from '../../../protocol/api/settings.ts';
import { noSuch, refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import type { ActInStore } from '../../core/incidents/act.ts';
import type { Actor } from '../../domain/actor.ts';
import { faultOf } from '../../domain/policies/catalogue.ts';
import { type PolicyTarget, type PolicyVersion, parsePolicyId, policyId } from '../../domain/policies/policy.ts';
import type { Scope } from '../../domain/scope.ts';
import { found, requireEveryClient } from '../../platform/store/scoping.ts';
import type { ScopedStore } from '../../platform/store/store.ts';
import type { PolicyBook } from './policy-book.ts';
import { toVersion, writeValues } from './rows.ts';

/** Who acts, and whose data they may touch. */
type Who = Actor & { readonly scope: Scope };

export interface PolicyActNeeds {
  readonly actOnStore: ActInStore;
  readonly book: PolicyBook;
  /** Something was decided: what is told of stored values follows. */
  readonly onChanged: () => void;
}

/** At once; more are found by nobody. */
const MAX_POLICIES = 10_000;
/** Of one target, of those that are kept because reports may still be judged by them. */
const MAX_VERSIONS = 200;

/**
 * Decides what a policy says from now on, all of it.
 * @throws VigiaError not_found for a target outside the scope, forbidden for one of every client, validation_failed for a name that is
 * not known or a value out of its bounds, conflict if there are too many
 */
export function putPolicy(needs: PolicyActNeeds, who: Who, id: string, input: PolicyInput): Promise<PolicyVersion> {
  const values = new Map(Object.entries(input.values));
  for (const [name, value] of values) {
    const fault = faultOf(name, value);
    if (fault !== null) throw refused('validation_failed', fault);
  }
  const { rank = 0 } = input;
  if (rank !== 0 && !id.startsWith('tag:')) throw refused('validation_failed', said('refused.policy.rank'));
  const { book } = needs;
  return decide(needs, who, id, 'policy.put', rank, values, (target, now) => {
    const isNew = book.shelf.inForce(target, now) === null;
    if (isNew && [...book.shelf.standing(now)].length >= MAX_POLICIES)
      throw refused('conflict', said('refused.policies.most', { most: MAX_POLICIES }));
    if (book.shelf.of(target).length >= MAX_VERSIONS) {
      throw refused('conflict', said('refused.policy.edits', { most: MAX_VERSIONS }));
    }
  });
}

/** From now on nearer and farther levels alone decide. @throws VigiaError not_found, forbidden */
export function removePolicy(needs: PolicyActNeeds, who: Who, id: string): Promise<PolicyVersion> {
  return decide(needs, who, id, 'policy.remove', 0, null, (target, now) => {
    if (needs.book.shelf.inForce(target, now) === null) throw noSuch('policy');
  });
}

function decide(
  { actOnStore, book, onChanged }: PolicyActNeeds,
  who: Who,
  id: string,
  action: 'policy.put' | 'policy.remove',
  rank: number,
  values: ReadonlyMap<string, number> | null,
  check: (target: PolicyTarget, now: number) => void,
): Promise<PolicyVersion> {
  const named = parsePolicyId(id);
  if (!named) throw noSuch('policy');
  return actOnStore(who, action, who.scope, async (turn, scoped, _handle, now) => {
    const target = await whose(named, scoped, values === null);
    check(target, now);
    const row = await scoped.policies.insert({
      policy: policyId(target),
      client_id: target.clientId,
      rank,
      values_json: values && writeValues(values),
      from_ms: now,
      by_id: who.id,
      by_name: who.name,
    });
    turn.record(policyId(target), { version: row.version, ...(values && { rank, values: [...values] }) });
    turn.afterwards(() => {
      book.take(row);
      onChanged();
    });
    return found(toVersion(row), 'policy');
  });
}

/**
 * The target with whose it is.
 * @param isRetiredToo also a device that was retired: what was said of it can still be removed
 * @throws VigiaError not_found if that is outside the scope, forbidden for what is of every client
 */
async function whose(target: PolicyTarget, scoped: ScopedStore, isRetiredToo: boolean): Promise<PolicyTarget> {
  const { level, subject, clientId } = target;
  if (level === 'site') return { ...target, clientId: found(await scoped.sites.get(subject ?? ''), 'site').client_id };
  if (level === 'device') {
    const device = found(await scoped.devices.get(subject ?? ''), 'device');
    if (device.retired_at !== null && !isRetiredToo) throw noSuch('device');
    return { ...target, clientId: device.client_id };
  }
  if (clientId === null) requireEveryClient(scoped.scope);
  else found(await scoped.clients.get(clientId), 'client');
  return target;
}
