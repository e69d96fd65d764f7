import type { CheckMemory } from '../domain/rules/check-memory.ts';

/** The server's clock was set by `sizeMs`: what is remembered of one check moves with it. @param now after the step, ms */
export function redateCheck({ history, alarm, ...memory }: CheckMemory, sizeMs: number, now: number): void {
  const movedOrNull = (at: number | null): number | null => (at === null ? null : Math.min(now, at + sizeMs));
  alarm.judgedAt = movedOrNull(alarm.judgedAt);
  alarm.failingSince = movedOrNull(alarm.failingSince);
  alarm.failedAt = movedOrNull(alarm.failedAt);
  history.runs = history.runs.filter(({ to }) => to <= now);
  if (memory.seen) Object.assign(memory.seen, { at: movedOrNull(memory.seen.at) });
}
