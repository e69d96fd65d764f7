import { setImmediate as breathe } from 'node:timers/promises';
import type { RecoveryAttainment, RecoveryAttainmentReport } from '../../../../protocol/api/recovery-attainment.ts';
import { noSuch, refused } from '../../../../protocol/said/refused.ts';
import { said } from '../../../../protocol/said/said.ts';
import { iso } from '../../../domain/iso.ts';
import { attainment, type RpoTally, type Span, sumTallies } from '../../../domain/recovery/attainment.ts';
import { inScope, type Scope } from '../../../domain/scope.ts';
import { inputOf, type PlanDefinition } from '../definition.ts';
import type { PlanBook } from '../plan-book.ts';
import type { AttainmentReader } from './attainment-reader.ts';

export interface AttainmentPortOptions {
  readonly plans: PlanBook;
  readonly reader: AttainmentReader;
  readonly now: () => number;
}

export type AttainmentPort = ReturnType<typeof createAttainmentPort>;

const MOST_MS = 3_660 * 86_400_000;
const BREATHE_AFTER = 100;

/** How plans kept their RPO. Each may throw VigiaError not_found, range_too_large. */
export function createAttainmentPort({ plans, reader, now }: AttainmentPortOptions) {
  return {
    /** Also of a plan that was removed since. */
    async of(scope: Scope, planId: string, period: Span): Promise<RecoveryAttainment> {
      requireShort(period);
      const plan = plans.known(planId);
      if (plan === null || !inScope(scope, plan.clientId)) throw noSuch('recovery-plan');
      return view(plan, period, await reader.tally(plan, period, now()));
    },

    async ofClient(scope: Scope, clientId: string, period: Span): Promise<RecoveryAttainmentReport> {
      requireShort(period);
      if (!inScope(scope, clientId)) throw noSuch('client');
      const at = now();
      const own = plans.ever().filter((plan) => plan.clientId === clientId && wasThere(plan, period));
      const tallies: RpoTally[] = [];
      for (const plan of own) {
        tallies.push(await reader.tally(plan, period, at));
        if (tallies.length % BREATHE_AFTER === 0) await breathe();
      }
      const items = own.flatMap((plan, index) => {
        const tally = tallies[index];
        return tally ? [view(plan, period, tally)] : [];
      });
      const sorted = items.toSorted((a, b) => (a.name < b.name || (a.name === b.name && a.planId < b.planId) ? -1 : 1));
      return {
        clientId,
        from: iso(period.from),
        to: iso(period.to),
        total: figures(sumTallies(tallies)),
        items: sorted,
      };
    },
  };
}

function wasThere({ createdAt, removedAt }: PlanDefinition, { from, to }: Span): boolean {
  return createdAt < to && (removedAt === null || removedAt > from);
}

function view(plan: PlanDefinition, { from, to }: Span, tally: RpoTally): RecoveryAttainment {
  return { planId: plan.id, name: inputOf(plan).name, from: iso(from), to: iso(to), ...figures(tally) };
}

function figures(tally: RpoTally) {
  const { ratio, verifiedRatio, hi, verdict } = attainment(tally);
  return { ...tally, ratio, verifiedRatio, hi, verdict };
}

function requireShort({ from, to }: Span): void {
  if (to - from > MOST_MS) throw refused('range_too_large', said('refused.attainment.long', { years: 10 }));
}
