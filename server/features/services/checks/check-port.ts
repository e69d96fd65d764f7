import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import type { Check, CheckInput } from '../../../../protocol/api/service.ts';
import { isolated } from '../../../../protocol/bidi.ts';
import { VigiaError } from '../../../../protocol/error.ts';
import { plain } from '../../../../protocol/said/plain.ts';
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
    if (!check || !inScope(scope, check.clientId)) throw new VigiaError('not_found', 'There is no such check.');
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
        throw new VigiaError(
          'validation_failed',
          'A check stays with its client and with who runs it, so that its past stays true. Make a new one.',
        );
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
          throw new VigiaError(
            'conflict',
            `The service "${isolated(service)}" depends on this check. Take it out there first.`,
          );
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
  const refuse = (sentence: string): never => {
    throw new VigiaError('validation_failed', sentence);
  };
  const { target, deviceId, clientId } = input;
  if (deviceId !== null && fleet.devices.get(deviceId)?.info.client_id !== clientId) {
    throw new VigiaError('not_found', 'The client has no such device.');
  }
  if (/\p{Cc}/u.test(input.name + JSON.stringify(target)))
    refuse('A name is one line of text, without control characters.');
  if (input.timeoutSeconds > input.intervalSeconds) {
    refuse('The timeout is longer than the interval: a run must end before the next one begins.');
  }
  const url = target.kind === 'http' ? parseUrl(target.url) : null;
  if (target.kind === 'http' && url === null)
    refuse('The address must begin with http:// or https:// and name a host.');
  if (url && (url.username !== '' || url.password !== '')) {
    refuse(
      'An address with a name or a password in it would show them to everybody who sees the check. Leave them out.',
    );
  }
  if (target.kind === 'http' && (target.maxMs ?? 0) > input.timeoutSeconds * 1000) {
    refuse('A run ends at the timeout, so "maxMs" cannot be longer.');
  }
  if (target.kind === 'tcp' && isIP(target.host) === 0 && !/^[\p{L}\p{N}_.-]+$/u.test(target.host)) {
    refuse('The host is a name or an IP address, without a port or a path.');
  }
  if (deviceId !== null) return;
  if (target.kind === 'process' || target.kind === 'unit') {
    return refuse('Only the agent of a machine sees its processes and units: name the device that runs this check.');
  }
  await refusePrivate(target.kind === 'tcp' ? target.host : (url?.hostname ?? ''));
}

/** What leads to a private address now is refused at once; what a name leads to later is refused by each run. */
async function refusePrivate(host: string): Promise<void> {
  const signal = AbortSignal.timeout(RESOLVE_WITHIN_MS);
  await resolveAllowed(host, { allowPrivate: false, signal }).catch((cause: unknown) => {
    if (cause instanceof VigiaError && cause.code === 'address_refused') {
      throw new VigiaError(
        'validation_failed',
        `${cause.message} The server checks public addresses only: let an agent at the site run this check.`,
      );
    }
  });
}

function refuseTooMany(check: CheckDefinition, checks: CheckBook): void {
  const others = (check.deviceId === null ? checks.ofServer() : checks.ofDevice(check.deviceId)).filter(
    ({ id }) => id !== check.id,
  );
  const limit = check.deviceId === null ? MAX_SERVER_CHECKS : MAX_CHECKS_PER_AGENT;
  if (others.length >= limit) throw new VigiaError('conflict', `There are ${limit} checks here already. Remove some.`);
  if (check.deviceId !== null && Buffer.byteLength(planJson([...others, check])) > MAX_PLAN_BYTES) {
    throw new VigiaError(
      'conflict',
      'The checks of this device do not fit into one plan. Shorten addresses and texts.',
    );
  }
}

function parseUrl(text: string): URL | null {
  const url = URL.parse(text);
  return url && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '' ? url : null;
}
