import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import type { Check, CheckInput } from '../../../../protocol/api/service.ts';
import { VigiaError } from '../../../../protocol/error.ts';
import { plain } from '../../../../protocol/said/plain.ts';
import { noSuch, refused, saidOf } from '../../../../protocol/said/refused.ts';
import { type Said, said } from '../../../../protocol/said/said.ts';
import { MAX_CHECKS_PER_AGENT } from '../../../../protocol/wire/check-plan.ts';
import { MAX_PLAN_BYTES } from '../../../../protocol/wire/frame.ts';
import type { Act } from '../../../core/incidents/act.ts';
import { iso } from '../../../domain/iso.ts';
import { inScope, type Scope } from '../../../domain/scope.ts';
import type { Fleet } from '../../../fleet/fleet.ts';
import { resolveAllowed } from '../../../platform/outbound/address-guard.ts';
import { found } from '../../../platform/store/scoping.ts';
import type { Store } from '../../../platform/store/store.ts';
import type { CheckPort } from '../port.ts';
import type { CheckBook } from './check-book.ts';
import { type CheckDefinition, toDocument } from './definition.ts';
import { type Plans, planJson } from './plans.ts';

export interface CheckPortOptions {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly checks: CheckBook;
  readonly plans: Plans;
  readonly act: Act;
  readonly now: () => number;
  /** Names of the services that a check is part of. */
  readonly servicesWith: (checkId: string) => readonly string[];
}

/** Checks that the server runs itself, for all clients together. */
const MAX_SERVER_CHECKS = 1_000;
const RESOLVE_WITHIN_MS = 3_000;

/** Checks as people make, change and read them. */
export function createCheckPort(options: CheckPortOptions): CheckPort {
  const { store, checks, plans, act, now } = options;
  const view = (check: CheckDefinition): Check => checkView(check, checks, now());

  function require(scope: Scope, id: string): CheckDefinition {
    const check = checks.get(id);
    if (!check || !inScope(scope, check.clientId)) throw noSuch('check');
    return check;
  }

  function put(check: CheckDefinition): () => void {
    return () => {
      checks.put(check);
      if (check.deviceId !== null) plans.changed(check.deviceId);
    };
  }

  return {
    list: (scope, { clientId, deviceId }) =>
      checks
        .all()
        .filter((check) => inScope(scope, check.clientId))
        .filter((check) => clientId === undefined || check.clientId === clientId)
        .filter((check) => deviceId === undefined || check.deviceId === deviceId)
        .map(view),
    get: (scope, id) => view(require(scope, id)),
    async create(scope, input, actor) {
      found(await store.scoped(scope).clients.get(input.clientId), 'client');
      await refuseBad(input, options);
      const made: CheckDefinition = {
        ...input,
        id: randomUUID(),
        createdAt: now(),
        createdBy: actor.id,
        removedAt: null,
      };
      await act(actor, 'check.create', scope, (changes, at) => {
        changes.record(made.id, { name: made.name, target: made.target, deviceId: made.deviceId });
        refuseTooMany(made, checks);
        changes.add(
          store.scoped(scope).checks.insertStatement({
            id: made.id,
            client_id: made.clientId,
            device_id: made.deviceId,
            name: made.name,
            document_json: toDocument(made),
            created_at: at,
            created_by: actor.id,
            removed_at: null,
          }),
        );
        changes.afterwards(put(made));
      });
      return view(made);
    },
    async change(scope, id, input, actor) {
      const { clientId, deviceId } = require(scope, id);
      if (input.clientId !== clientId || input.deviceId !== deviceId) {
        throw refused('validation_failed', said('refused.check.who'));
      }
      await refuseBad(input, options);
      return act(actor, 'check.change', scope, (changes) => {
        changes.record(id, input);
        const known = require(scope, id);
        const next: CheckDefinition = { ...known, ...input };
        refuseTooMany(next, checks);
        const row = { device_id: next.deviceId, name: next.name, document_json: toDocument(next) };
        changes.add(store.scoped(scope).checks.updateStatement(id, row));
        changes.afterwards(put(next));
        return view(next);
      });
    },
    async remove(scope, id, actor) {
      await act(actor, 'check.remove', scope, (changes, at) => {
        changes.record(id);
        const check = require(scope, id);
        const [service] = options.servicesWith(id);
        if (service !== undefined) {
          throw refused('conflict', said('refused.check.needed', { service }));
        }
        changes.add(store.scoped(scope).checks.removeStatement(id, at));
        checks.remove(check, changes, at);
        changes.afterwards(() => {
          if (check.deviceId !== null) plans.changed(check.deviceId);
        });
      });
    },
  };
}

export function checkView(check: CheckDefinition, checks: CheckBook, now: number): Check {
  const { createdAt: _, createdBy: __, removedAt: ___, ...input } = check;
  const { state, said, seen } = checks.stateOf(check, now);
  const endsAt = seen?.certificateEndsAt ?? null;
  return {
    ...input,
    state,
    sentence: plain(said, now),
    said,
    lastRunAt: seen && iso(seen.at),
    durationMs: seen?.durationMs ?? null,
    httpStatus: seen?.httpStatus ?? null,
    certificateEndsAt: endsAt === null ? null : iso(endsAt),
  };
}

async function refuseBad(input: CheckInput, { fleet }: CheckPortOptions): Promise<void> {
  const refuse = (fact: Said): never => {
    throw refused('validation_failed', fact);
  };
  const { target, deviceId, clientId } = input;
  if (deviceId !== null && fleet.devices.get(deviceId)?.info.client_id !== clientId) {
    throw refused('not_found', said('refused.check.device'));
  }
  if (/\p{Cc}/u.test(input.name + JSON.stringify(target))) refuse(said('refused.name.line'));
  if (input.timeoutSeconds > input.intervalSeconds) {
    refuse(said('refused.check.timeout'));
  }
  const url = target.kind === 'http' ? parseUrl(target.url) : null;
  if (target.kind === 'http' && url === null) refuse(said('refused.check.url'));
  if (url && (url.username !== '' || url.password !== '')) {
    refuse(said('refused.check.user'));
  }
  if (target.kind === 'http' && (target.maxMs ?? 0) > input.timeoutSeconds * 1000) {
    refuse(said('refused.check.max'));
  }
  if (target.kind === 'tcp' && isIP(target.host) === 0 && !/^[\p{L}\p{N}_.-]+$/u.test(target.host)) {
    refuse(said('refused.check.host'));
  }
  if (deviceId !== null) return;
  if (target.kind === 'process' || target.kind === 'unit') {
    return refuse(said('refused.check.no-machine'));
  }
  await refusePrivate(target.kind === 'tcp' ? target.host : (url?.hostname ?? ''));
}

/** What leads to a private address now is refused at once; what a name leads to later is refused by each run. */
async function refusePrivate(host: string): Promise<void> {
  const signal = AbortSignal.timeout(RESOLVE_WITHIN_MS);
  await resolveAllowed(host, { allowPrivate: false, signal }).catch((cause: unknown) => {
    if (cause instanceof VigiaError && cause.code === 'address_refused') {
      throw refused('validation_failed', said('refused.check.private', { why: saidOf(cause) }));
    }
  });
}

function refuseTooMany(check: CheckDefinition, checks: CheckBook): void {
  const others = (check.deviceId === null ? checks.ofServer() : checks.ofDevice(check.deviceId)).filter(
    ({ id }) => id !== check.id,
  );
  const limit = check.deviceId === null ? MAX_SERVER_CHECKS : MAX_CHECKS_PER_AGENT;
  if (others.length >= limit) throw refused('conflict', said('refused.checks.most', { most: limit }));
  if (check.deviceId !== null && Buffer.byteLength(planJson([...others, check])) > MAX_PLAN_BYTES) {
    throw refused('conflict', said('refused.checks.large'));
  }
}

function parseUrl(text: string): URL | null {
  const url = URL.parse(text);
  return url && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '' ? url : null;
}
