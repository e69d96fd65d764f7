import { Type } from 'typebox';
import { EffectiveDeviceSettings, Policies, Policy, PolicyInput, Settings } from '../../../protocol/api/settings.ts';
import { noSuch, refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { settingCatalogue } from '../../domain/policies/catalogue.ts';
import { type PolicyTarget, parsePolicyId } from '../../domain/policies/policy.ts';
import { inScope, type Scope } from '../../domain/scope.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { requireDevice } from '../../fleet/visible.ts';
import { Id, IdParams, strict } from '../../platform/http/fields.ts';
import type { Http } from '../../platform/http/http.ts';
import { cutPage, PageOf, pageQuery, pageRequest } from '../../platform/http/paging.ts';
import { type Principal, principalOf } from '../../platform/http/principal.ts';
import { parseInstant } from '../../platform/http/time-range.ts';
import { allows } from '../../platform/security/roles.ts';
import { type PolicyActNeeds, putPolicy, removePolicy } from './acts.ts';
import { effectiveView, policyView } from './views.ts';

export interface SettingsRouteNeeds extends PolicyActNeeds {
  readonly fleet: Fleet;
  readonly now: () => number;
  /** How long versions are kept, ms. */
  readonly keepMs: number;
}

const PolicyParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 140 }) }, strict);
const ListQuery = Type.Object({ ...pageQuery, client: Type.Optional(Id) }, strict);
const EffectiveQuery = Type.Object({ at: Type.Optional(Type.String({ maxLength: 40 })) }, strict);

/** What may be set, and what holds of a device. */
export function settingsRoutes(http: Http, { book, fleet, now, keepMs }: SettingsRouteNeeds): void {
  http.get('/api/v1/settings', { config: { access: 'read' }, schema: { response: { 200: Settings } } }, async () => ({
    items: [...settingCatalogue.values()].flatMap(({ name, unit, min, max, read }) => {
      const builtIn = read(book.builtIn);
      return builtIn === null ? [] : [{ name, unit, min, max, builtIn }];
    }),
  }));

  http.get(
    '/api/v1/devices/:id/settings',
    {
      config: { access: 'read' },
      schema: { params: IdParams, querystring: EffectiveQuery, response: { 200: EffectiveDeviceSettings } },
    },
    async (request) => {
      const { scope } = principalOf(request);
      const record = requireDevice(fleet, scope, request.params.id);
      const at = request.query.at === undefined ? now() : parseInstant(request.query.at, 'at');
      if (at < now() - keepMs || at > now()) {
        throw refused('validation_failed', said('refused.settings.instant', { days: Math.floor(keepMs / 86_400_000) }));
      }
      return effectiveView(scope, record.info.id, at, book.explain(record, at));
    },
  );
}

/** What was decided at each level. */
export function policyRoutes(http: Http, needs: SettingsRouteNeeds): void {
  const { book, now } = needs;
  http.get(
    '/api/v1/policies',
    { config: { access: 'read' }, schema: { querystring: ListQuery, response: { 200: PageOf(Policy) } } },
    async (request) => {
      const { client } = request.query;
      const { scope } = principalOf(request);
      const standing = [...book.shelf.standing(now())].filter(
        (policy) => mayRead(scope, policy) && (client === undefined || policy.clientId === client),
      );
      return cutPage(
        standing.map((policy) => policyView(scope, policy)),
        pageRequest(request.query),
        ({ id }) => id,
      );
    },
  );

  http.get(
    '/api/v1/policies/:id',
    { config: { access: 'read' }, schema: { params: PolicyParams, response: { 200: Policies } } },
    async (request) => {
      const { scope } = principalOf(request);
      const { id } = request.params;
      const versions = parsePolicyId(id) ? book.shelf.named(id).filter((one) => mayRead(scope, one)) : [];
      if (versions.length === 0) throw noSuch('policy');
      return { items: versions.sort((one, other) => other.version - one.version).map((one) => policyView(scope, one)) };
    },
  );

  http.put(
    '/api/v1/policies/:id',
    { config: { access: 'act' }, schema: { params: PolicyParams, body: PolicyInput, response: { 200: Policy } } },
    async (request) => {
      const who = principalOf(request);
      requireRight(who, request.params.id);
      return policyView(who.scope, await putPolicy(needs, who, request.params.id, request.body));
    },
  );

  http.delete(
    '/api/v1/policies/:id',
    { config: { access: 'act' }, schema: { params: PolicyParams } },
    async (request, reply) => {
      const who = principalOf(request);
      requireRight(who, request.params.id);
      await removePolicy(needs, who, request.params.id);
      return reply.code(204).send();
    },
  );
}

/** What applies to every client is listed for whoever sees every client; its values show in the settings of each device. */
function mayRead(scope: Scope, { clientId }: PolicyTarget): boolean {
  return clientId === null ? 'allClients' in scope : inScope(scope, clientId);
}

/** A high threshold silences as much as a maintenance window does. @throws VigiaError forbidden */
function requireRight({ role }: Principal, id: string): void {
  if (id.startsWith('device:') || allows(role, 'manage')) return;
  throw refused('forbidden', said('refused.settings.admin'));
}
