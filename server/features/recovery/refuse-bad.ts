import type { RecoveryPlanInput } from '../../../protocol/api/recovery.ts';
import type { VigiaError } from '../../../protocol/error.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import { nextDue } from '../../domain/recovery/rhythm.ts';
import { tableOf } from './definition.ts';

/** A run every five minutes. */
const MOST_TIMES_A_DAY = 288;
const EVERY_DAY = /^\d{4}-\d{2}-\d{2}$/;

/** What the shape of a plan alone does not say. @throws VigiaError validation_failed with what to do */
export function refuseBadPlan(input: RecoveryPlanInput, now: number): void {
  const { name, target, deviceId, serviceId, timeZone, closed } = input;
  if (/\p{Cc}/u.test(name + target.place)) throw bad(said('refused.plan.line'));
  if (name.trim() === '' || target.place.trim() === '') throw bad(said('refused.plan.name'));
  if (deviceId !== null && serviceId !== null) {
    throw bad(said('refused.plan.both'));
  }
  if (!isZone(timeZone)) throw bad(said('refused.zone', { zone: timeZone, of: 'plan' }));
  const unknown = closed.dates.find((date) => !isDate(date));
  if (unknown !== undefined) throw bad(said('refused.plan.date', { date: unknown }));
  const table = tableOf(input);
  if (table === null) return;
  const { rhythm } = table;
  if (rhythm.kind === 'cron' && rhythm.cron.times.length > MOST_TIMES_A_DAY) {
    throw bad(said('refused.plan.often'));
  }
  if (nextDue(table, now) === null) {
    throw bad(said('refused.plan.closed'));
  }
}

function isZone(timeZone: string): boolean {
  // An offset such as +02:00 knows no summer.
  if (!/^[A-Za-z]/.test(timeZone)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timeZone);
    return true;
  } catch (cause) {
    if (cause instanceof RangeError) return false;
    throw cause;
  }
}

function isDate(date: string): boolean {
  if (!EVERY_DAY.test(date)) return false;
  try {
    return Temporal.PlainDate.from(date).toString() === date;
  } catch (cause) {
    if (cause instanceof RangeError) return false;
    throw cause;
  }
}

function bad(fact: Said): VigiaError {
  return refused('validation_failed', fact);
}
