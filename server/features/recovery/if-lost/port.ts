import type { IfLost } from '../../../../protocol/api/if-lost.ts';
import type { SiteCard } from '../../../../protocol/api/site-card.ts';
import { plain } from '../../../../protocol/said/plain.ts';
import { noSuch } from '../../../../protocol/said/refused.ts';
import { type Said, said } from '../../../../protocol/said/said.ts';
import { iso } from '../../../domain/iso.ts';
import { drillProof } from '../../../domain/recovery/drill.ts';
import { inScope, type Scope } from '../../../domain/scope.ts';
import type { Store } from '../../../platform/store/store.ts';
import type { DrillBook } from '../drills/drill-book.ts';
import { wantedOf } from '../drills/views.ts';
import type { ProtectedPlan, Protection } from '../protected-plan.ts';

/** A service as it is asked for: so many of these devices must be up. */
interface ServiceFacts {
  readonly id: string;
  readonly clientId: string;
  readonly name: string;
  readonly deviceIds: readonly string[];
  readonly needed: number;
  readonly blocks: string | null;
}

/** A machine, of which client and at which site. */
interface DeviceFacts {
  readonly clientId: string;
  readonly siteId: string;
  readonly name: string;
}

export interface IfLostOptions {
  readonly store: Pick<Store, 'scoped'>;
  readonly now: () => number;
  readonly protection: Protection;
  readonly drills: DrillBook;
  readonly restoreMs: (planId: string) => number | null;
  /** Null for one that is not there. */
  readonly deviceOf: (id: string) => DeviceFacts | null;
  readonly servicesOf: {
    list(scope: Scope, filter: { readonly clientId?: string }): readonly ServiceFacts[];
    /** Throws not_found for a service that is outside the scope or not there. */
    get(scope: Scope, id: string): ServiceFacts;
  };
}

export type IfLostPort = ReturnType<typeof createIfLost>;

/** What would be if a machine or service died now. Each may throw VigiaError not_found. */
export function createIfLost(options: IfLostOptions) {
  const { store, now, protection, deviceOf, servicesOf } = options;

  async function cardOf(scope: Scope, siteId: string | null): Promise<SiteCard | null> {
    const site = siteId === null ? null : await store.scoped(scope).sites.get(siteId);
    const card = site && (JSON.parse(site.card_json) as SiteCard);
    return card && Object.keys(card).length > 0 ? card : null;
  }

  async function tell(
    scope: Scope,
    subject: Pick<IfLost, 'deviceId' | 'serviceId' | 'clientId' | 'name' | 'services'>,
    siteId: string | null,
  ): Promise<IfLost> {
    const at = now();
    const own = protection.of(subject, at);
    const plans = own.map((plan) => planOf(plan, options, at));
    const siteCard = await cardOf(scope, siteId);
    const missing = missingOf(own, plans, siteCard, options, at);
    return {
      ...subject,
      plans,
      lossMs: least(plans.map(({ lossMs }) => lossMs)),
      restoreMs: least(plans.map(({ restoreMs }) => restoreMs)),
      siteCard,
      missing,
      sentences: missing.map((one) => plain(one, at)),
    };
  }

  return {
    device(scope: Scope, id: string): Promise<IfLost> {
      const device = deviceOf(id);
      if (!device || !inScope(scope, device.clientId)) throw noSuch('device');
      const { clientId, siteId, name } = device;
      const services = servicesOf
        .list(scope, { clientId })
        .filter(({ deviceIds }) => deviceIds.includes(id))
        .map((service) => ({
          id: service.id,
          name: service.name,
          stops: service.needed > service.deviceIds.length - 1,
          blocks: service.blocks,
        }));
      return tell(scope, { deviceId: id, serviceId: null, clientId, name, services }, siteId);
    },

    service(scope: Scope, id: string): Promise<IfLost> {
      const { clientId, name, blocks, deviceIds } = servicesOf.get(scope, id);
      const sites = new Set(deviceIds.map((one) => deviceOf(one)?.siteId ?? null));
      const [siteId = null] = sites.size === 1 ? sites : [];
      const services = [{ id, name, stops: true, blocks }];
      return tell(scope, { deviceId: null, serviceId: id, clientId, name, services }, siteId);
    },
  };
}

function planOf(
  plan: ProtectedPlan,
  { protection, drills, restoreMs }: IfLostOptions,
  now: number,
): IfLost['plans'][number] {
  const { exposureMs, newestAt } = protection.standing(plan.id, now);
  const proof = drillProof(drills.of(plan.id), wantedOf(drills.target(plan.id)), now);
  return {
    planId: plan.id,
    plan: plan.name,
    place: plan.place,
    lossMs: exposureMs,
    newestAt: newestAt === null ? null : iso(newestAt),
    rtoMs: plan.rtoMs,
    restoreMs: restoreMs(plan.id),
    isProven: proof.full !== null,
  };
}

/** No backup, one that is late, slow or unproven, and nobody to call. */
function missingOf(
  own: readonly ProtectedPlan[],
  plans: IfLost['plans'],
  siteCard: SiteCard | null,
  { protection, drills }: IfLostOptions,
  now: number,
): Said[] {
  const backup = (why: 'missing' | 'breached' | 'unproven'): Said => said('recovery.gap', { item: 'backup', why });
  const missing: Said[] = [];
  const stages = own.map(({ id }) => protection.standing(id, now).stage);
  if (plans.every(({ lossMs }) => lossMs === null)) missing.push(backup('missing'));
  else if (stages.every((stage) => stage === 'breached')) missing.push(backup('breached'));
  else if (plans.every(({ isProven }) => !isProven)) missing.push(backup('unproven'));
  for (const { id } of own) {
    const proof = drillProof(drills.of(id), wantedOf(drills.target(id)), now);
    if (proof.isOverdue && proof.said !== null) missing.push(proof.said);
  }
  for (const { rtoMs: rto, restoreMs: took } of plans) {
    if (rto === null || took === null || took <= rto) continue;
    missing.push(said('recovery.restore.impossible', { on: now, earliest: null, latest: null, rto }));
  }
  if (!siteCard?.contacts?.length) missing.push(said('recovery.gap', { item: 'contact', why: 'missing' }));
  return missing;
}

function least(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.min(...known);
}
