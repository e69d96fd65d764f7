import type { RecoveryPlanInput } from '../../../../protocol/api/recovery.ts';
import type { RpoSpan } from '../../../domain/recovery/attainment.ts';
import type { PlanDefinition } from '../definition.ts';
import type { PlanTerms } from '../targets.ts';

/** What a plan promised for a while: its closed days, and its RPO or that of the contracts that were in force. */
export interface Promised {
  readonly from: number;
  readonly until: number;
  readonly input: RecoveryPlanInput;
  readonly rpos: readonly RpoSpan[];
}

const MINUTE_MS = 60_000;

/** One for each version, which together are all of time: the first also stands for what was before, in which nothing was promised. */
export function promisesOf({ versions, clientId }: PlanDefinition, terms: PlanTerms): Promised[] {
  return versions.map(({ from, input }, index) => {
    const span = {
      from: index === 0 ? Number.NEGATIVE_INFINITY : from,
      until: versions[index + 1]?.from ?? Number.POSITIVE_INFINITY,
    };
    const own = input.rpoMinutes;
    const rpos = own === null ? agreed(terms, clientId, span) : [{ ...span, rpoMs: own * MINUTE_MS }];
    return { ...span, input, rpos };
  });
}

function agreed(
  terms: PlanTerms,
  clientId: string,
  span: { readonly from: number; readonly until: number },
): RpoSpan[] {
  return terms.inForce(clientId).flatMap(({ from, until, terms: { recovery } }) => {
    const [a, b] = [Math.max(from, span.from), Math.min(until, span.until)];
    const { rpoMinutes } = recovery;
    return b > a && rpoMinutes !== null ? [{ from: a, until: b, rpoMs: rpoMinutes * MINUTE_MS }] : [];
  });
}
