import type { PlanLines } from './attainment.ts';
import { fact, type RecoverySaid } from './facts.ts';

/** Something that is protected does not work. */
export interface Outage {
  /** When it failed. */
  readonly onset: number;
  /** When it worked in part; that ends nothing. */
  readonly partialAt: number | null;
  /** When it worked in full again; null: not yet. */
  readonly restoredAt: number | null;
}

export type LossVerdict = 'met' | 'breached' | 'indeterminate' | 'no_target';

/** What an outage cost at its onset, ms without closed days. */
export interface Loss {
  /** By what is known to be whole: at most so much. Null: there was no such point. */
  readonly lossMs: number | null;
  /** Start of that point. */
  readonly pointAt: number | null;
  /** If what is not known to be whole is. */
  readonly leastMs: number | null;
  /** The same by points alone that were verified. */
  readonly verifiedLossMs: number | null;
  readonly verdict: LossVerdict;
  readonly said: RecoverySaid;
}

/** The work that was lost when something failed at `onset`: onset minus the newest point that could be restored then. */
export function lossAt({ verified, complete, possible }: PlanLines, onset: number, rpoMs: number | null): Loss {
  const pointAt = complete.newestAt(onset);
  const exposureMs = complete.exposureAt(onset);
  const leastMs = possible.exposureAt(onset);
  const known = {
    lossMs: finite(exposureMs),
    pointAt,
    leastMs: finite(leastMs),
    verifiedLossMs: finite(verified.exposureAt(onset)),
  };
  if (rpoMs !== null && exposureMs > rpoMs && leastMs <= rpoMs) {
    const said = fact('recovery.loss.unproven', { loss: known.lossMs, perhaps: leastMs, rpo: rpoMs });
    return { ...known, verdict: 'indeterminate', said };
  }
  const isBreached = rpoMs !== null && exposureMs > rpoMs;
  const verdict = rpoMs === null ? 'no_target' : isBreached ? 'breached' : 'met';
  if (pointAt === null) return { ...known, verdict, said: fact('recovery.loss.all', { rpo: rpoMs }) };
  const params = { loss: exposureMs, point: pointAt };
  if (isBreached) return { ...known, verdict, said: fact('recovery.loss.breached', { ...params, rpo: rpoMs }) };
  return { ...known, verdict, said: fact('recovery.loss.met', { ...params, rpo: rpoMs }) };
}

function finite(ms: number): number | null {
  return Number.isFinite(ms) ? ms : null;
}
