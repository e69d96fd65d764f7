import type { Said } from '../../../protocol/said/said.ts';
import type { DetectionSettings } from '../settings.ts';
import { faultOf, settingCatalogue } from './catalogue.ts';
import type { Place, PolicyTarget, PolicyVersion } from './policy.ts';
import type { PolicyShelf } from './shelf.ts';

/** What holds of one setting, and who said so: null for what is built in. */
export interface EffectiveValue {
  readonly name: string;
  readonly value: number;
  readonly policy: PolicyVersion | null;
}

/** A stored value that cannot be used: what lies farther holds in its place. */
export interface IgnoredValue {
  readonly name: string;
  readonly value: unknown;
  readonly policy: PolicyVersion;
  readonly why: Said;
}

export interface Effective {
  /** In the order of the catalogue. */
  readonly values: readonly EffectiveValue[];
  readonly ignored: readonly IgnoredValue[];
}

/** The policies that apply to a place at an instant, the nearest first. */
export function policiesOf(shelf: PolicyShelf, place: Place, at: number): PolicyVersion[] {
  const { clientId, siteId, kind, tags, deviceId } = place;
  const own = (level: PolicyTarget['level'], subject: string | null): PolicyTarget[] =>
    subject === null || clientId === null ? [] : [{ level, clientId, subject }];
  const ofAll = (level: PolicyTarget['level'], subject: string | null): PolicyTarget[] =>
    subject === null ? [] : [{ level, clientId: null, subject }];
  const inForce = (targets: readonly PolicyTarget[]): PolicyVersion[] =>
    targets.flatMap((target) => shelf.inForce(target, at) ?? []);
  return [
    ...inForce(own('device', deviceId)),
    ...inForce(tags.flatMap((tag) => own('tag', tag))).sort(byRank),
    ...inForce(tags.flatMap((tag) => ofAll('tag', tag))).sort(byRank),
    ...inForce([...own('kind', kind), ...ofAll('kind', kind), ...own('site', siteId), ...own('client', clientId)]),
    ...inForce([{ level: 'default', clientId: null, subject: null }]),
  ];
}

/** The higher rank goes first; of equal ranks the name that comes first, by code units and so the same everywhere. */
function byRank(one: PolicyVersion, other: PolicyVersion): number {
  if (one.rank !== other.rank) return other.rank - one.rank;
  return (one.subject ?? '') < (other.subject ?? '') ? -1 : 1;
}

/** What was said of a place at an instant (ms): of each name the nearest value that can be used, in no particular order. */
export function nearestValues(
  shelf: PolicyShelf,
  place: Place,
  at: number,
): { readonly nearest: ReadonlyMap<string, EffectiveValue>; readonly ignored: readonly IgnoredValue[] } {
  const nearest = new Map<string, EffectiveValue>();
  const ignored: IgnoredValue[] = [];
  for (const policy of policiesOf(shelf, place, at)) {
    for (const [name, value] of policy.values ?? []) {
      const why = faultOf(name, value);
      if (why !== null) ignored.push({ name, value, policy, why });
      else if (!nearest.has(name)) nearest.set(name, { name, value: value as number, policy });
    }
  }
  return { nearest, ignored };
}

/**
 * What holds at a place at an instant (ms): of each setting the nearest value that can be used, or else the one that is built in.
 * Settings that the built-in ones do not have are left out.
 */
export function effective(shelf: PolicyShelf, place: Place, at: number, builtIn: DetectionSettings): Effective {
  const { nearest, ignored } = nearestValues(shelf, place, at);
  const values: EffectiveValue[] = [];
  for (const [name, definition] of settingCatalogue) {
    const value = definition.read(builtIn);
    if (value !== null) values.push(nearest.get(name) ?? { name, value, policy: null });
  }
  return { values, ignored };
}

/** Stored values of these policies that cannot be used. */
export function faultsOf(policies: Iterable<PolicyVersion>): IgnoredValue[] {
  return [...policies].flatMap((policy) =>
    [...(policy.values ?? [])].flatMap(([name, value]) => {
      const why = faultOf(name, value);
      return why === null ? [] : [{ name, value, policy, why }];
    }),
  );
}
