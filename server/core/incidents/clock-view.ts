import type { ResponseClockView } from '../../../protocol/api/contract.ts';
import type { ResponseClock } from '../../domain/sla/response-clock.ts';

/** A response clock as screens show it. */
export function clockView(clock: ResponseClock): ResponseClockView {
  const current = clock.computations.at(-1);
  const pause = clock.pauses.at(-1);
  return {
    contractual: clock.contractual,
    binding: clock.binding,
    outcome: clock.outcome,
    startedAt: iso(clock.startedAt),
    dueAt: isoOrNull(clock.dueAt),
    halfAt: isoOrNull(clock.halfAt),
    warnAt: isoOrNull(clock.warnAt),
    respondedAt: isoOrNull(clock.respondedAt),
    endsAt: clock.endsAt,
    recoveredAt: isoOrNull(clock.recoveredAt),
    targetMs: current?.targetMs ?? null,
    timeZone: clock.timeZone,
    contractVersion: current?.contractVersion ?? null,
    pausedSince: pause && pause.to === null ? iso(pause.from) : null,
    onSite: clock.onSite && {
      markedAt: iso(clock.onSite.markedAt),
      from: clock.onSite.from,
      dueAt: iso(clock.onSite.dueAt),
      arrivedAt: isoOrNull(clock.onSite.arrivedAt),
      outcome: clock.onSite.outcome,
    },
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));
