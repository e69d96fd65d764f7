import { randomUUID } from 'node:crypto';
import type { Page, PageRequest } from '../../../protocol/api/page.ts';
import type {
  RecoveryPlanDetail,
  RecoveryPlanInput,
  RecoveryPlanPreview,
  RecoveryPlanRow,
} from '../../../protocol/api/recovery.ts';
import { noSuch, refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import type { Act } from '../../core/incidents/act.ts';
import type { Actor } from '../../domain/actor.ts';
import { ofClients, type Scope } from '../../domain/scope.ts';
import { cutPage, mapPage } from '../../platform/http/paging.ts';
import { found } from '../../platform/store/scoping.ts';
import type { Store } from '../../platform/store/store.ts';
import { inputOf, type PlanDefinition } from './definition.ts';
import type { PlanBook } from './plan-book.ts';
import { refuseBadPlan } from './refuse-bad.ts';
import type { PlanTerms } from './targets.ts';
import { type Books, planDetail, planRow, previewOf } from './views.ts';

export interface PlanPortOptions {
  readonly store: Pick<Store, 'scoped'>;
  /** Null for a device that is not there. */
  readonly clientOfDevice: (deviceId: string) => string | null;
  readonly terms: PlanTerms;
  /** Throws not_found for a service that is outside the scope or not there. */
  readonly services: { get(scope: Scope, id: string): unknown };
  readonly plans: PlanBook;
  readonly books: Books;
  readonly act: Act;
  readonly now: () => number;
}

const MAX_PLANS_PER_CLIENT = 1_000;
/** Each changes what a period is measured by, so none is forgotten. */
const MAX_VERSIONS = 500;

export type PlanPort = ReturnType<typeof createPlanPort>;

/** Plans as people make, change and read them. Each may throw VigiaError not_found, validation_failed, conflict. */
export function createPlanPort(options: PlanPortOptions) {
  const { store, plans, books, terms, act, now } = options;
  const detail = (plan: PlanDefinition, at: number): RecoveryPlanDetail => planDetail(plan, books, terms, at);

  return {
    /** By their names. Only those of the page are judged. */
    list(scope: Scope, asked: PageRequest, of: PlanFilter = {}): Page<RecoveryPlanRow> {
      const at = now();
      const page = cutPage(
        plans.list(scope, of.client).filter(protects(of)),
        asked,
        (plan) => `${inputOf(plan).name}\0${plan.id}`,
      );
      return mapPage(page, (plan) => planRow(plan, books, terms, at));
    },
    get: (scope: Scope, id: string): RecoveryPlanDetail => detail(plans.require(scope, id), now()),

    /** What would come of it, without making it. */
    async preview(scope: Scope, input: RecoveryPlanInput): Promise<RecoveryPlanPreview> {
      refuseBadPlan(input, now());
      found(await store.scoped(scope).clients.get(input.clientId), 'client');
      requireOwn(input, options);
      const at = now();
      const plan = {
        id: '',
        clientId: input.clientId,
        createdAt: at,
        removedAt: null,
        versions: [{ from: at, input }],
      };
      return previewOf(plan, terms, at);
    },

    async create(scope: Scope, input: RecoveryPlanInput, actor: Actor): Promise<RecoveryPlanDetail> {
      refuseBadPlan(input, now());
      const id = randomUUID();
      return act(actor, 'recovery-plan.create', scope, async (changes, at, scoped) => {
        const { clientId } = input;
        found(await scoped.clients.get(clientId), 'client');
        requireOwn(input, options);
        changes.record(id, input);
        if (plans.list(ofClients(clientId)).length >= MAX_PLANS_PER_CLIENT) {
          throw refused('conflict', said('refused.plans.most', { most: MAX_PLANS_PER_CLIENT }));
        }
        const { recoveryPlans } = store.scoped(scope);
        const row = { id, client_id: clientId, created_at: at, created_by: actor.id, removed_at: null };
        changes.add(
          recoveryPlans.insertStatement(row),
          recoveryPlans.insertVersionStatement(versionRow(id, input, at, actor)),
        );
        const made: PlanDefinition = { id, clientId, createdAt: at, removedAt: null, versions: [{ from: at, input }] };
        changes.afterwards(() => plans.put(made));
        return detail(made, at);
      });
    },

    async change(scope: Scope, id: string, input: RecoveryPlanInput, actor: Actor): Promise<RecoveryPlanDetail> {
      if (plans.require(scope, id).clientId !== input.clientId) {
        throw refused('validation_failed', said('refused.plan.client'));
      }
      refuseBadPlan(input, now());
      return act(actor, 'recovery-plan.change', scope, (changes, at) => {
        const known = plans.require(scope, id);
        requireOwn(input, options);
        changes.record(id, input);
        if (known.versions.length >= MAX_VERSIONS) {
          throw refused('conflict', said('refused.plan.edits', { most: MAX_VERSIONS }));
        }
        changes.add(store.scoped(scope).recoveryPlans.insertVersionStatement(versionRow(id, input, at, actor)));
        const next = { ...known, versions: [...known.versions, { from: at, input }] };
        changes.afterwards(() => plans.put(next));
        return detail(next, at);
      });
    },

    async remove(scope: Scope, id: string, actor: Actor): Promise<void> {
      await act(actor, 'recovery-plan.remove', scope, (changes, at) => {
        const known = plans.require(scope, id);
        changes.record(id);
        changes.add(store.scoped(scope).recoveryPlans.removeStatement(id, at));
        changes.afterwards(() => plans.put({ ...known, removedAt: at }));
      });
    },
  };
}

/** Those of a client, or those that protect a device or a service. */
export interface PlanFilter {
  readonly client?: string;
  readonly device?: string;
  readonly service?: string;
}

function protects({ device, service }: PlanFilter): (plan: PlanDefinition) => boolean {
  if (device === undefined && service === undefined) return () => true;
  return (plan) => {
    const { deviceId, serviceId } = inputOf(plan);
    return (device === undefined || deviceId === device) && (service === undefined || serviceId === service);
  };
}

/** What is protected is the client's own. */
function requireOwn(
  { clientId, deviceId, serviceId }: RecoveryPlanInput,
  { clientOfDevice, services }: PlanPortOptions,
): void {
  if (deviceId !== null && clientOfDevice(deviceId) !== clientId) throw noSuch('device');
  if (serviceId !== null) services.get(ofClients(clientId), serviceId);
}

function versionRow(id: string, input: RecoveryPlanInput, at: number, { id: by }: Actor) {
  const { clientId: client_id } = input;
  return { client_id, plan_id: id, effective_at: at, document_json: JSON.stringify(input), created_by: by };
}
