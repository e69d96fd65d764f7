import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';

export const MAX_STEPS = 5000;
/** About one point per two pixels of a chart, when the caller names no step. */
const DEFAULT_STEPS = 400;
const HOUR_MS = 3_600_000;

const unitsMs = new Map<string, number>([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', HOUR_MS],
  ['d', 24 * HOUR_MS],
]);
const niceStepsMs = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400].map(
  (seconds) => seconds * 1000,
);

export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Reads `from` and `to`: ISO 8601 with a zone, or milliseconds since 1970. Without `to` it ends now, without `from` it
 * starts `defaultMs` earlier.
 * @throws VigiaError validation_failed
 */
export function parseTimeRange(
  { from, to }: { from?: string; to?: string },
  nowMs: number,
  defaultMs: number = HOUR_MS,
): TimeRange {
  const toMs = to === undefined ? nowMs : parseInstant(to, 'to');
  const fromMs = from === undefined ? toMs - defaultMs : parseInstant(from, 'from');
  if (fromMs >= toMs) throw refused('validation_failed', said('refused.range.order'));
  return { fromMs, toMs };
}

/** A year in which nobody asks, found where seconds were given for milliseconds, or the reverse. */
const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_AHEAD_MS = 86_400_000;

/**
 * Refuses a range that lies wholly outside of what can have been measured.
 * @throws VigiaError validation_failed
 */
export function requireMeasurable({ fromMs, toMs }: TimeRange, nowMs: number): void {
  if (toMs < EARLIEST_MS) {
    throw refused('validation_failed', said('refused.range.past', { year: yearOf(toMs) }));
  }
  if (fromMs > nowMs + LATEST_AHEAD_MS) {
    throw refused('validation_failed', said('refused.range.future', { from: fromMs }));
  }
}

const yearOf = (atMs: number): number => new Date(atMs).getUTCFullYear();

/** ISO 8601 with a zone, or milliseconds since 1970. `name`: of the query parameter. @throws VigiaError validation_failed */
export function parseInstant(text: string, name: string): number {
  try {
    const ms = /^\d{1,15}$/.test(text) ? Number(text) : Temporal.Instant.from(text).epochMilliseconds;
    if (ms >= 0 && ms < 1e14) return ms;
  } catch {
    // Falls through to the one sentence about times.
  }
  throw refused('validation_failed', said('refused.range.time', { parameter: name }));
}

/**
 * Reads a step such as `60s`, `5m`, `1h`, `500ms` or plain milliseconds; without one, chooses a round step that fits the range.
 * @throws VigiaError validation_failed, range_too_large above {@link MAX_STEPS} steps
 */
export function parseStep(text: string | undefined, { fromMs, toMs }: TimeRange): number {
  const rangeMs = toMs - fromMs;
  if (text === undefined) return defaultStep(rangeMs);
  const [, amount, unit] = /^(\d{1,12})(ms|s|m|h|d)?$/.exec(text) ?? [];
  const stepMs = Number(amount) * (unitsMs.get(unit ?? 'ms') ?? Number.NaN);
  if (!(stepMs >= 1)) {
    throw refused('validation_failed', said('refused.range.step'));
  }
  if (rangeMs / stepMs > MAX_STEPS) {
    throw refused(
      'range_too_large',
      said('refused.range.steps', { most: MAX_STEPS, leastSeconds: Math.ceil(rangeMs / MAX_STEPS / 1000) }),
      { maxSteps: MAX_STEPS },
    );
  }
  return stepMs;
}

function defaultStep(rangeMs: number): number {
  const day = niceStepsMs.at(-1) ?? 0;
  return niceStepsMs.find((ms) => rangeMs / ms <= DEFAULT_STEPS) ?? Math.ceil(rangeMs / DEFAULT_STEPS / day) * day;
}
