import { Compile } from 'typebox/compile';
import type { Page, PageRequest } from '../../../../protocol/api/page.ts';
import {
  type RecoveryPoint as PointDocument,
  RecoveryPointInput,
  type RecoveryPointsAnswer,
} from '../../../../protocol/api/recovery-point.ts';
import { VigiaError } from '../../../../protocol/error.ts';
import { refused } from '../../../../protocol/said/refused.ts';
import type { Hear } from '../../../core/incidents/act.ts';
import type { Actor } from '../../../domain/actor.ts';
import type { RecoveryPoint } from '../../../domain/recovery/point.ts';
import type { Scope } from '../../../domain/scope.ts';
import { faultOf } from '../../../platform/http/validation.ts';
import { decodeCursor, toPage } from '../../../platform/store/page.ts';
import type { Store } from '../../../platform/store/store.ts';
import { inputOf } from '../definition.ts';
import type { PlanBook } from '../plan-book.ts';
import type { KeepPoints } from './keep-points.ts';
import type { PointBook } from './point-book.ts';
import { toPoint } from './point-rows.ts';
import { pointView } from './point-view.ts';
import { toldPoint } from './told-point.ts';

export interface PointPortOptions {
  readonly store: Pick<Store, 'scoped'>;
  readonly plans: PlanBook;
  readonly points: PointBook;
  readonly keep: KeepPoints;
  readonly hear: Hear;
}

export type PointPort = ReturnType<typeof createPointPort>;

/** So many in one turn, so that nobody else waits for a thousand. */
const AT_ONCE = 50;
const shape = Compile(RecoveryPointInput);

type Item = RecoveryPointsAnswer['items'][number];

/** Points as whoever makes backups tells of them, in any order and any number. */
export function createPointPort({ store, plans, points, keep, hear }: PointPortOptions) {
  async function take(scope: Scope, inputs: readonly RecoveryPointInput[], actor: Actor): Promise<Item[]> {
    return hear(actor, scope, async (changes, at, scoped) => {
      const items: Item[] = [];
      const told = inputs.map((input) => attempt(() => ({ plan: plans.require(scope, input.planId), input })));
      const byPlan = Map.groupBy(told.keys(), (index) => {
        const one = told[index];
        return one && 'value' in one ? one.value.plan : null;
      });
      for (const [plan, indexes] of byPlan) {
        if (plan === null) continue;
        const own = new Map<number, RecoveryPoint>();
        for (const index of indexes) {
          const input = inputs[index];
          if (input === undefined) continue;
          const read = attempt(() => toldPoint(inputOf(plan), input, [...points.of(plan.id), ...own.values()], at));
          if ('value' in read) own.set(index, read.value);
          else items[index] = read;
        }
        const known = await keep(changes, scoped, plan, [...own.values()], actor.id);
        for (const [index, { id }] of own) {
          const point = known.get(id);
          if (point) items[index] = { point: pointView(plan, point), error: null };
        }
      }
      return told.map((one, index) => items[index] ?? ('value' in one ? lost : one));
    });
  }

  return {
    /** @throws VigiaError not_found for a plan outside the scope, validation_failed for one that cannot be as it is told */
    async push(scope: Scope, input: RecoveryPointInput, actor: Actor): Promise<PointDocument> {
      const [item = lost] = await take(scope, [input], actor);
      if (item.point !== null) return item.point;
      throw 'cause' in item && item.cause instanceof VigiaError ? item.cause : new VigiaError('internal');
    },

    /** Newest first. @throws VigiaError not_found, bad_request for a cursor that is none */
    async page(scope: Scope, planId: string, { limit, cursor }: PageRequest): Promise<Page<PointDocument>> {
      const plan = plans.require(scope, planId);
      const [startedAt = 0, id = ''] = cursor === undefined ? [] : decodeCursor(cursor, ['number', 'string']);
      const before = cursor === undefined ? null : { startedAt, id };
      const rows = await store.scoped(scope).recoveryPoints.page(plan.id, before, limit + 1);
      const page = toPage(rows, limit, (row) => [row.started_at, row.point_id]);
      return { ...page, items: page.items.map((row) => pointView(plan, toPoint(row))) };
    },

    /** Each by itself: what is wrong with one keeps none of the others. @throws VigiaError overloaded, unavailable */
    async pushAll(scope: Scope, inputs: readonly unknown[], actor: Actor): Promise<RecoveryPointsAnswer> {
      const read = inputs.map((input) => attempt(() => shaped(input)));
      const items: Item[] = [];
      for (let from = 0; from < read.length; from += AT_ONCE) {
        const part = read.slice(from, from + AT_ONCE);
        const good = part.flatMap((one) => ('value' in one ? [one.value] : []));
        const taken = good.length === 0 ? [] : await take(scope, good, actor);
        for (const one of part) items.push('value' in one ? (taken.shift() ?? lost) : one);
      }
      const shown = items.map(({ point, error }) => ({ point, error }));
      return { accepted: shown.filter(({ point }) => point !== null).length, items: shown };
    },
  };
}

const lost = refusedItem(new VigiaError('internal'));

function refusedItem(cause: VigiaError) {
  return { point: null, error: { code: cause.code, message: cause.message }, cause };
}

/** What was refused for what it says is an answer; what goes wrong otherwise is thrown on. */
function attempt<T>(work: () => T): { readonly value: T } | ReturnType<typeof refusedItem> {
  try {
    return { value: work() };
  } catch (cause) {
    if (cause instanceof VigiaError) return refusedItem(cause);
    throw cause;
  }
}

function shaped(input: unknown): RecoveryPointInput {
  if (shape.Check(input)) return input;
  throw refused('validation_failed', faultOf(shape.Errors(input), 'field', input));
}
