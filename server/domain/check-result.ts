import { type CheckReason, checkReasons } from '../../protocol/check-reason.ts';
import { type Reading, readValue } from './reading.ts';

/** The end of the year 9999: no certificate can say more. */
const LAST_END_MS = 253_402_300_799_999;

/** What a check said last, whoever ran it. Times are ms by the server's clock. */
export interface Observation {
  readonly at: number;
  /** Null where nobody can tell. */
  readonly up: boolean | null;
  readonly reason: CheckReason;
  readonly durationMs: number;
  readonly httpStatus: number | null;
  readonly certificateEndsAt: number | null;
}

/** What a report says of a check; null if it does not name it, or it has not run yet. */
export function observationIn(reading: Reading, checkId: string): Observation | null {
  const read = (family: string): number | null => readValue(reading, `${family}[${checkId}]`);
  const reason = checkReasons[read('check.reason') ?? -1];
  const ageSeconds = read('check.age');
  if (reason === undefined || ageSeconds === null || ageSeconds < 0) return null;
  const at = Math.round(reading.at - ageSeconds * 1000);
  // Nobody looked before 1970: whoever says so is not to be believed, and such a time cannot be shown.
  if (at < 0) return null;
  const up = read('check.up');
  const certificateLeftSeconds = read('check.certificateLeft');
  return {
    at,
    up: up === null ? null : up === 1,
    reason,
    durationMs: Math.round((read('check.duration') ?? 0) * 1000),
    httpStatus: read('check.status'),
    certificateEndsAt: certificateEnd(reading.at, certificateLeftSeconds && certificateLeftSeconds * 1000),
  };
}

/** Null where nothing is known, or nothing that is a time of a certificate: what is said of it comes from strangers. */
export function certificateEnd(at: number, leftMs: number | null): number | null {
  const end = leftMs === null ? Number.NaN : at + leftMs;
  return end >= 0 && end <= LAST_END_MS ? end : null;
}
