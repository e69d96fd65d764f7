import type { RecoveryPlanInput } from '../../../protocol/api/recovery.ts';
import { VigiaError } from '../../../protocol/error.ts';
import { nextDue } from '../../domain/recovery/rhythm.ts';
import { tableOf } from './definition.ts';

/** A run every five minutes. */
const MOST_TIMES_A_DAY = 288;
const EVERY_DAY = /^\d{4}-\d{2}-\d{2}$/;

/** What the shape of a plan alone does not say. @throws VigiaError validation_failed with what to do */
export function refuseBadPlan(input: RecoveryPlanInput, now: number): void {
  const { name, target, deviceId, serviceId, timeZone, closed } = input;
  if (/\p{Cc}/u.test(name + target.place)) throw refused('A name or a place is one line, without control characters.');
  if (name.trim() === '' || target.place.trim() === '')
    throw refused('Give the plan a name, and say where its backups lie.');
  if (deviceId !== null && serviceId !== null) {
    throw refused('A plan protects a device or a service. Leave one of them null, or make two plans.');
  }
  if (!isZone(timeZone)) throw refused(`There is no time zone "${timeZone}". Send one such as Europe/Madrid or UTC.`);
  const unknown = closed.dates.find((date) => !isDate(date));
  if (unknown !== undefined) throw refused(`There is no date "${unknown}". Send closed days such as 2026-12-25.`);
  const table = tableOf(input);
  if (table === null) return;
  const { rhythm } = table;
  if (rhythm.kind === 'cron' && rhythm.cron.times.length > MOST_TIMES_A_DAY) {
    throw refused('A backup can be due every five minutes at most, such as */5 * * * *.');
  }
  if (nextDue(table, now) === null) {
    throw refused(
      'By this rhythm nothing is ever due: all of its days are closed. Change the rhythm or the closed days.',
    );
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

function refused(sentence: string): VigiaError {
  return new VigiaError('validation_failed', sentence);
}
