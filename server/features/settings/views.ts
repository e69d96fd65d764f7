import type { EffectiveDeviceSettings, Policy } from '../../../protocol/api/settings.ts';
import { plain } from '../../../protocol/said/plain.ts';
import { settingCatalogue } from '../../domain/policies/catalogue.ts';
import { type Place, type PolicyVersion, policyId } from '../../domain/policies/policy.ts';
import type { Effective } from '../../domain/policies/resolve.ts';
import type { Scope } from '../../domain/scope.ts';
import { iso } from '../../platform/http/fields.ts';

/** A version as a document; stored values that are no numbers of a known name are not shown, as they do not count. */
export function policyView(scope: Scope, policy: PolicyVersion): Policy {
  const { level, clientId, subject, rank, version, from, values } = policy;
  const known = [...(values ?? [])].filter(
    (pair): pair is [string, number] => settingCatalogue.has(pair[0]) && typeof pair[1] === 'number',
  );
  return {
    ...{ id: policyId(policy), level, clientId, subject, rank, version, from: iso(from), by: makerView(scope, policy) },
    values: values && Object.fromEntries(known),
  };
}

export function effectiveView(
  scope: Scope,
  deviceId: string,
  at: number,
  { place, values, ignored }: Effective & { readonly place: Place },
): EffectiveDeviceSettings {
  const { clientId, siteId, kind, tags } = place;
  return {
    deviceId,
    at: iso(at),
    place: { clientId: clientId ?? '', siteId: siteId ?? '', kind: kind ?? 'server', tags: [...tags] },
    values: values.map(({ name, value, policy }) => ({ name, value, source: policy && sourceOf(scope, policy) })),
    ignored: ignored.map(({ name, policy, why }) => ({
      name,
      policy: policyId(policy),
      version: policy.version,
      why: plain(why, 0),
      whySaid: why,
    })),
  };
}

function sourceOf(scope: Scope, policy: PolicyVersion) {
  const { level, version, from } = policy;
  return { policy: policyId(policy), level, version, from: iso(from), by: makerView(scope, policy) };
}

function makerView(scope: Scope, { by: { id, name } }: PolicyVersion) {
  return { id, name: 'allClients' in scope ? name : null };
}
