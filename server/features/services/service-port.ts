import { randomUUID } from 'node:crypto';
import type { Service, ServiceInput } from '../../../protocol/api/service.ts';
import { plain } from '../../../protocol/said/plain.ts';
import { noSuch, refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import type { Act } from '../../core/incidents/act.ts';
import { iso } from '../../domain/iso.ts';
import { inScope, type Scope } from '../../domain/scope.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { found } from '../../platform/store/scoping.ts';
import { freeSlug, slugify } from '../../platform/store/slug.ts';
import type { Store } from '../../platform/store/store.ts';
import type { CheckBook } from './checks/check-book.ts';
import { type ServiceDefinition, termsOf } from './definition.ts';
import type { ServicePort } from './port.ts';
import type { ServiceBook } from './service-book.ts';

export interface ServicePortOptions {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly checks: CheckBook;
  readonly services: ServiceBook;
  readonly act: Act;
  readonly now: () => number;
}

const MAX_SERVICES_PER_CLIENT = 500;
const PPM = 1_000_000;

/** Services as people make, change and read them. */
export function createServicePort(options: ServicePortOptions): ServicePort {
  const { store, services, act, now } = options;
  const view = (service: ServiceDefinition): Service => serviceView(service, services, now());

  function require(scope: Scope, id: string): ServiceDefinition {
    const service = services.get(id);
    if (!service || service.removedAt !== null || !inScope(scope, service.clientId)) {
      throw noSuch('service');
    }
    return service;
  }

  return {
    list: (scope, { clientId }) =>
      [...services.present()]
        .filter((service) => inScope(scope, service.clientId))
        .filter((service) => clientId === undefined || service.clientId === clientId)
        .map(view),
    get: (scope, id) => view(require(scope, id)),
    async create(scope, input, actor) {
      found(await store.scoped(scope).clients.get(input.clientId), 'client');
      refuseBad(input, options);
      const id = randomUUID();
      return act(actor, 'service.create', scope, (changes, at) => {
        changes.record(id, input);
        const ofClient = [...services.all()].filter((service) => service.clientId === input.clientId);
        if (ofClient.filter(({ removedAt }) => removedAt === null).length >= MAX_SERVICES_PER_CLIENT) {
          throw refused('conflict', said('refused.services.most', { most: MAX_SERVICES_PER_CLIENT }));
        }
        const slug = freeSlug(slugify(input.name, 'service'), new Set(ofClient.map((service) => service.slug)));
        const { clientId, name } = input;
        const repository = store.scoped(scope).services;
        changes.add(
          repository.insertStatement({
            id,
            client_id: clientId,
            slug,
            name,
            created_at: at,
            created_by: actor.id,
            removed_at: null,
          }),
          repository.insertVersionStatement(versionRow(id, input, at, actor.id)),
        );
        const made: ServiceDefinition = {
          id,
          clientId,
          slug,
          createdAt: at,
          removedAt: null,
          versions: [{ from: at, terms: input }],
        };
        changes.afterwards(() => services.put(made));
        return view(made);
      });
    },
    async change(scope, id, input, actor) {
      if (require(scope, id).clientId !== input.clientId) {
        throw refused('validation_failed', said('refused.service.client'));
      }
      refuseBad(input, options);
      return act(actor, 'service.change', scope, (changes, at) => {
        changes.record(id, input);
        const known = require(scope, id);
        const repository = store.scoped(scope).services;
        changes.add(
          repository.renameStatement(id, input.name),
          repository.insertVersionStatement(versionRow(id, input, at, actor.id)),
        );
        const next = { ...known, versions: [...known.versions, { from: at, terms: input }] };
        changes.afterwards(() => services.put(next));
        return view(next);
      });
    },
    async remove(scope, id, actor) {
      await act(actor, 'service.remove', scope, (changes, at) => {
        changes.record(id);
        const known = require(scope, id);
        changes.add(store.scoped(scope).services.removeStatement(id, at));
        services.remove(known, changes, at);
      });
    },
  };
}

export function serviceView(service: ServiceDefinition, services: ServiceBook, now: number): Service {
  const { id, slug } = service;
  const terms = termsOf(service);
  const { verdict, since } = services.liveOf(service, now);
  const { state, said } = verdict;
  return {
    ...terms,
    id,
    slug,
    state,
    sentence: plain(said, now),
    said,
    since: iso(since),
    warnings: warningsOf(terms),
  };
}

function versionRow(id: string, input: ServiceInput, at: number, by: string) {
  return {
    client_id: input.clientId,
    service_id: id,
    effective_at: at,
    document_json: JSON.stringify(input),
    created_by: by,
  };
}

/** What is allowed, and yet hardly meant. */
export function warningsOf({ needed, deviceIds, checkIds }: ServiceInput): string[] {
  const warnings: string[] = [];
  if (needed > deviceIds.length) {
    warnings.push(
      `${needed} devices are needed, but only ${deviceIds.length} are part of it: it can never be up. Add devices or lower the number.`,
    );
  }
  if (needed === 0 && deviceIds.length > 0) {
    warnings.push('No device is needed, so its devices have no part in whether it is up. Say how many must be.');
  }
  if (checkIds.length === 0 && (needed === 0 || deviceIds.length === 0)) {
    warnings.push('It needs no device and no check, so nothing says when it is up. Add one.');
  }
  if (checkIds.length === 0 && needed > 0 && deviceIds.length > 0) {
    warnings.push('It has no check: while its machines run, it counts as up, even if the program on them has stopped.');
  }
  return warnings;
}

function refuseBad(
  { clientId, name, deviceIds, checkIds, targetPpm, blocks }: ServiceInput,
  options: ServicePortOptions,
): void {
  const { fleet, checks } = options;
  if (/\p{Cc}/u.test(name + (blocks ?? ''))) {
    throw refused('validation_failed', said('refused.name.line'));
  }
  if (deviceIds.some((id) => fleet.devices.get(id)?.info.client_id !== clientId)) {
    throw refused('not_found', said('refused.service.device'));
  }
  if (checkIds.some((id) => checks.get(id)?.clientId !== clientId)) {
    throw refused('not_found', said('refused.service.check'));
  }
  if (new Set(deviceIds).size < deviceIds.length || new Set(checkIds).size < checkIds.length) {
    throw refused('validation_failed', said('refused.service.twice'));
  }
  if (targetPpm !== null && (targetPpm <= 0 || targetPpm >= PPM)) {
    throw refused('validation_failed', said('refused.service.target'));
  }
}
