import type { IncidentBook } from '../core/incidents/incident-book.ts';
import type { IncidentRecord } from '../domain/incidents/incident.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { SetBack } from '../platform/store/heal-future.ts';

/**
 * The server's clock was set back: what open incidents, their clocks and the enrolments of machines say in memory moves as it does
 * in the database.
 * @param now after the step, ms
 */
export function redateStanding(
  book: IncidentBook,
  fleet: Pick<Fleet, 'devices'>,
  now: number,
  { sizeMs, since }: SetBack,
): void {
  const isWrong = (at: number): boolean => at > now || at >= since;
  const back = (at: number): number => (isWrong(at) ? Math.min(now, at + sizeMs) : at);
  const backOrNull = (at: number | null): number | null => (at === null ? null : back(at));
  for (const record of [...book.open()]) {
    const { onsetAt, openedAt, updatedAt, acknowledgedAt, times, flap } = record;
    if (!isWrong(updatedAt)) continue;
    book.put({
      ...record,
      onsetAt: back(onsetAt),
      openedAt: back(openedAt),
      updatedAt: back(updatedAt),
      acknowledgedAt: backOrNull(acknowledgedAt),
      times: {
        ...times,
        takenAt: backOrNull(times.takenAt),
        respondedAt: backOrNull(times.respondedAt),
        onSiteAt: backOrNull(times.onSiteAt),
      },
      flap: flap ? { ...flap, at: back(flap.at) } : (flap ?? null),
      clock: redateClock(record.clock, sizeMs, since),
    });
  }
  for (const record of fleet.devices.values()) {
    const { enrolled_at: enrolledAt } = record.info;
    if (isWrong(enrolledAt)) record.info = { ...record.info, enrolled_at: back(enrolledAt) };
  }
}

/** What is due hangs on the start of the clock, and moves only with it. */
function redateClock(clock: IncidentRecord['clock'], sizeMs: number, since: number): IncidentRecord['clock'] {
  if (!clock || !Number.isFinite(since)) return clock;
  const back = (at: number | null): number | null => (at !== null && at >= since ? at + sizeMs : at);
  const isStartWrong = clock.startedAt >= since;
  const hanging = (at: number | null): number | null => (at !== null && isStartWrong ? at + sizeMs : at);
  return {
    ...clock,
    startedAt: back(clock.startedAt) ?? clock.startedAt,
    reportedAt: back(clock.reportedAt),
    respondedAt: back(clock.respondedAt),
    dueAt: hanging(clock.dueAt),
    halfAt: hanging(clock.halfAt),
    warnAt: hanging(clock.warnAt),
  };
}
