import { duration, serviceHours } from '../../words/format.ts';

const DAY_MS = 86_400_000;

/** What is lost, or promised: in hours as contracts say it, `26h`; in days from three on. */
export function span(durationMs: number): string {
  return durationMs < 3 * DAY_MS ? serviceHours(durationMs) : duration(durationMs);
}
