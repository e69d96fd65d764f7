import type { OutageView } from '../../../protocol/api/outage.ts';
import { plain } from '../../../protocol/said/plain.ts';
import { type OutageClock, outageState } from '../../domain/incidents/outage-clock.ts';
import { iso } from '../../domain/iso.ts';

/** The clock of an outage as screens show it at `now`. */
export function outageView(clock: OutageClock, now: number): OutageView {
  const { planId, plan, rtoMs, restoreMs, onsetAt, dueAt, riskAt, partialAt, restoredAt, earlier } = clock;
  const { verdict, elapsedMs, leftMs, said } = outageState(clock, now);
  return {
    planId,
    plan,
    verdict,
    isAtRisk: verdict === 'running' && restoredAt === null && now >= riskAt,
    rtoMs,
    restoreMs,
    onsetAt: iso(onsetAt),
    dueAt: iso(dueAt),
    riskAt: iso(riskAt),
    partialAt: isoOrNull(partialAt),
    restoredAt: isoOrNull(restoredAt),
    elapsedMs,
    leftMs,
    sentence: plain(said, now),
    said,
    earlier: earlier.map((one) => ({
      onsetAt: iso(one.onsetAt),
      dueAt: iso(one.dueAt),
      restoredAt: isoOrNull(one.restoredAt),
      verdict: one.verdict,
    })),
  };
}

const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));
