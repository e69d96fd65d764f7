import type { ResponseClock } from './response-clock.ts';

/** Brings an instant to where the right clock would have put it, ms. */
export type Redate = (at: number) => number;

/** The clock of an incident after the server's own was set back. What is due hangs on its start, and moves only with it. */
export function redateClock(clock: ResponseClock, redate: Redate): ResponseClock {
  const orNull = (at: number | null): number | null => (at === null ? null : redate(at));
  const hanging = (at: number | null, on: number): number | null => (at === null ? null : at + redate(on) - on);
  const { startedAt, onSite } = clock;
  return {
    ...clock,
    startedAt: redate(startedAt),
    dueAt: hanging(clock.dueAt, startedAt),
    halfAt: hanging(clock.halfAt, startedAt),
    warnAt: hanging(clock.warnAt, startedAt),
    reportedAt: orNull(clock.reportedAt),
    respondedAt: orNull(clock.respondedAt),
    recoveredAt: orNull(clock.recoveredAt),
    warnedAt: orNull(clock.warnedAt),
    breachToldAt: orNull(clock.breachToldAt),
    onSite: onSite && {
      ...onSite,
      markedAt: redate(onSite.markedAt),
      dueAt: onSite.dueAt + redate(onSite.markedAt) - onSite.markedAt,
      arrivedAt: orNull(onSite.arrivedAt),
    },
    pauses: clock.pauses.map((pause) => ({ ...pause, from: redate(pause.from), to: orNull(pause.to) })),
    computations: clock.computations.map((computation) => ({ ...computation, at: redate(computation.at) })),
    earlier: clock.earlier.map((round) => ({
      ...round,
      startedAt: redate(round.startedAt),
      dueAt: hanging(round.dueAt, round.startedAt),
      respondedAt: orNull(round.respondedAt),
    })),
  };
}
