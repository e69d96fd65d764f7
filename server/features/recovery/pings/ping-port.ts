import { randomBytes } from 'node:crypto';
import type { RecoveryPing, RecoveryRun } from '../../../../protocol/api/recovery-point.ts';
import { refused } from '../../../../protocol/said/refused.ts';
import { said } from '../../../../protocol/said/said.ts';
import type { Act, Hear } from '../../../core/incidents/act.ts';
import type { ChangeSet } from '../../../core/incidents/change-set.ts';
import type { Actor } from '../../../domain/actor.ts';
import { iso } from '../../../domain/iso.ts';
import { assumedStart, endedRun, neverEnded } from '../../../domain/recovery/ping.ts';
import type { Completeness } from '../../../domain/recovery/point.ts';
import { judgeRun } from '../../../domain/recovery/run.ts';
import { everyClient, ofClients, type Scope } from '../../../domain/scope.ts';
import type { RunRow } from '../../../platform/store/repo/recovery-run.ts';
import type { ScopedStore, Store } from '../../../platform/store/store.ts';
import { inputOf, type PlanDefinition, tableOf } from '../definition.ts';
import type { PlanBook } from '../plan-book.ts';
import type { KeepPoints } from '../points/keep-points.ts';
import type { PointBook } from '../points/point-book.ts';
import { seenPoint } from '../points/point-rows.ts';
import { believed } from '../points/told-point.ts';
import { hashOf, type PingBook } from './ping-book.ts';
import type { PingInput } from './ping-input.ts';
import { createPingLimit } from './ping-limit.ts';
import type { RunBook } from './run-book.ts';
import { runView } from './run-view.ts';

export interface PingPortOptions {
  readonly store: Pick<Store, 'scoped'>;
  readonly plans: PlanBook;
  readonly points: PointBook;
  readonly pings: PingBook;
  readonly runs: RunBook;
  readonly keep: KeepPoints;
  readonly act: Act;
  readonly hear: Hear;
  readonly now: () => number;
  /** When what somebody makes has to end; null: it need not. */
  readonly endOfMaker: (scoped: ScopedStore, maker: string) => Promise<number | null>;
}

export type PingEvent = 'start' | 'success' | 'fail';
export type PingPort = ReturnType<typeof createPingPort>;

const SECRET_BYTES = 24;
const MINUTE_MS = 60_000;
/** Runs of a plan that may go on at a time. */
const MOST_OPEN = 16;

/** Runs as a job tells of them by the secret address of its plan. */
export function createPingPort(options: PingPortOptions) {
  const { store, plans, pings, act, hear, now, endOfMaker } = options;
  const limit = createPingLimit();
  const planOf = (secret: string, at: number): PlanDefinition => {
    const row = pings.bySecret(secret, at);
    const plan = row && plans.find(row.plan_id);
    if (plan) return plan;
    throw refused('not_found', said('refused.ping.address'));
  };
  return {
    /** @returns the secret, which is kept nowhere; the one before is no more. @throws VigiaError not_found */
    make: (
      scope: Scope,
      planId: string,
      actor: Actor,
    ): Promise<{ secret: string; expiresAt: RecoveryPing['expiresAt'] }> =>
      act(actor, 'recovery-plan.ping', scope, async (changes, at, scoped) => {
        const { id, clientId } = plans.require(scope, planId);
        const secret = randomBytes(SECRET_BYTES).toString('base64url');
        const expires_at = await endOfMaker(scoped, actor.id);
        const row = { plan_id: id, client_id: clientId, created_at: at, created_by: actor.id, expires_at };
        const made = { ...row, secret_hash: hashOf(secret) };
        changes.record(id);
        changes.add(store.scoped(scope).recoveryRuns.putPingStatement(made));
        changes.afterwards(() => pings.put(made));
        return { secret, expiresAt: expires_at === null ? null : iso(expires_at) };
      }),

    /** @throws VigiaError not_found for a plan that is not there or has none */
    remove: (scope: Scope, planId: string, actor: Actor): Promise<void> =>
      act(actor, 'recovery-plan.ping-removed', scope, (changes) => {
        const { id } = plans.require(scope, planId);
        if (pings.of(id) === null) throw refused('not_found', said('refused.ping.none'));
        changes.record(id);
        changes.add(store.scoped(scope).recoveryRuns.removePingStatement(id));
        changes.afterwards(() => pings.remove(id));
      }),

    /** @returns what was understood, for whoever pings. @throws VigiaError not_found, rate_limited, overloaded, unavailable */
    async ping(secret: string, event: PingEvent, input: PingInput): Promise<string> {
      limit.count(planOf(secret, now()).id);
      return hear(null, everyClient, async (changes, at, scoped) => {
        // It may have been replaced while this waited.
        const plan = planOf(secret, at);
        return event === 'start'
          ? begin(options, changes, plan, input, at)
          : end(options, changes, plan, event, input, at, scoped);
      });
    },

    /** Newest first. @throws VigiaError not_found */
    async runsOf(scope: Scope, planId: string, before: number | null, count: number): Promise<RecoveryRun[]> {
      const { id, clientId } = plans.require(scope, planId);
      return (await store.scoped(ofClients(clientId)).recoveryRuns.page(id, before, count)).map(runView);
    },
  };
}

function begin(
  options: PingPortOptions,
  changes: ChangeSet,
  plan: PlanDefinition,
  { run: name }: PingInput,
  at: number,
): string {
  const { store, runs } = options;
  const { open } = runs.of(plan.id);
  const row: RunRow = {
    ...{
      id: runs.nextId(),
      plan_id: plan.id,
      client_id: plan.clientId,
      name,
      started_at: at,
      ended_at: null,
      noted_at: at,
    },
    ...{ outcome: 'running', exit_code: null, size_bytes: null, told_by: 'ping', point_id: null },
  };
  changes.add(store.scoped(everyClient).recoveryRuns.insertStatement(row));
  changes.afterwards(() => runs.put(row));
  const all = [...open, { id: row.id, name, startedAt: at }];
  const over = new Set(neverEnded(all, durationOf(plan), at).map(({ id }) => id));
  for (const { id } of open.slice(0, Math.max(0, all.length - MOST_OPEN))) over.add(id);
  endNever(options, changes, plan, [...over], at);
  return `The run began at ${iso(at)}.`;
}

async function end(
  options: PingPortOptions,
  changes: ChangeSet,
  plan: PlanDefinition,
  event: 'success' | 'fail',
  input: PingInput,
  at: number,
  scoped: ScopedStore,
): Promise<string> {
  const { store, runs, points, keep } = options;
  const { open, lastEndAt, newest } = runs.of(plan.id);
  const durationMs = durationOf(plan);
  const late =
    newest?.outcome === 'never_ended' && newest.started_at !== null ? [openOf(newest, newest.started_at)] : [];
  const run = endedRun(open, input.run, durationMs) ?? endedRun(late, input.run, durationMs);
  const id = run?.id ?? runs.nextId();
  const table = tableOf(inputOf(plan));
  const startedAt = run?.startedAt ?? assumedStart(at, { table, durationMs, from: plan.createdAt }, lastEndAt);
  const seen = { ...seenPoint(input.point ?? `run-${id}`, startedAt, at), finishedAt: at, sizeBytes: input.sizeBytes };
  const ended = { ...seen, completeness: completenessOf(plan, event, input.exitCode) };
  const point = believed(ended, points.of(plan.id));
  const isFailed = point.completeness === 'failed';
  const told = {
    ...{ ended_at: at, noted_at: at, outcome: outcomeOf(point.completeness), point_id: isFailed ? null : point.id },
    ...{ exit_code: input.exitCode, size_bytes: input.sizeBytes },
  };
  const row: RunRow = {
    ...{ id, plan_id: plan.id, client_id: plan.clientId, name: input.run, started_at: run?.startedAt ?? null },
    ...{ ...told, told_by: 'ping' },
  };
  const { recoveryRuns } = store.scoped(everyClient);
  changes.add(run === null ? recoveryRuns.insertStatement(row) : recoveryRuns.endStatement(id, told));
  changes.afterwards(() => runs.put(row));
  if (run !== null) {
    const left = open.filter((one) => one.id !== run.id && one.name === run.name && one.startedAt < run.startedAt);
    const ids = left.map((one) => one.id);
    endNever(options, changes, plan, ids, at);
  }
  if (isFailed) return `The run failed at ${iso(at)}: it counts for nothing.`;
  const known = (await keep(changes, scoped, plan, [point], 'ping')).get(point.id) ?? point;
  const worth = known.completeness === 'complete' ? 'is complete' : 'is not known to be whole';
  const began = run === null ? `it is taken to have begun at ${iso(startedAt)}` : `it began at ${iso(startedAt)}`;
  return `The run ended at ${iso(at)} and ${worth}; ${began}.`;
}

/** Nobody will tell how these ended. */
export function endNever(
  { store, runs }: Pick<PingPortOptions, 'store' | 'runs'>,
  changes: Pick<ChangeSet, 'add' | 'afterwards'>,
  plan: Pick<PlanDefinition, 'id' | 'clientId'>,
  ids: readonly number[],
  at: number,
): void {
  const { open } = runs.of(plan.id);
  const unknown = { ended_at: null, exit_code: null, size_bytes: null, point_id: null };
  const told = { ...unknown, noted_at: at, outcome: 'never_ended' } as const;
  for (const { id, name, startedAt: started_at } of open.filter((run) => ids.includes(run.id))) {
    changes.add(store.scoped(everyClient).recoveryRuns.endStatement(id, told));
    const row: RunRow = { id, plan_id: plan.id, client_id: plan.clientId, name, started_at, ...told, told_by: 'ping' };
    changes.afterwards(() => runs.put(row));
  }
}

/** `success` with another exit code than the tool's own for that is none, and `fail` never becomes one. */
function completenessOf(plan: PlanDefinition, event: 'success' | 'fail', exitCode: number | null): Completeness {
  const { tool } = inputOf(plan);
  if (exitCode === null) return event === 'success' ? 'complete' : 'failed';
  const { completeness } = judgeRun({ tool, exitCode });
  return event === 'fail' && completeness === 'complete' ? 'failed' : completeness;
}

function outcomeOf(completeness: Completeness): RunRow['outcome'] {
  return completeness === 'seen' ? 'unknown' : completeness;
}

const openOf = ({ id, name }: RunRow, startedAt: number) => ({ id, name, startedAt });

export const durationOf = (plan: PlanDefinition): number => inputOf(plan).durationMinutes * MINUTE_MS;
