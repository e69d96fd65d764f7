import type { IncidentBook } from '../core/incidents/incident-book.ts';
import { redateIncident } from '../domain/incidents/redate-incident.ts';
import { movedBack, type SetBack } from '../domain/moved-back.ts';
import { identify } from '../fleet/device-identity.ts';
import type { EffectiveSettings } from '../fleet/effective-settings.ts';
import type { Fleet } from '../fleet/fleet.ts';

/**
 * The server's clock was set back: what incidents, their clocks, stretches without sight, policies of settings and the enrolments and places of machines say in memory moves as it does
 * in the database.
 * @param now after the step, ms
 */
export function redateStanding(
  book: IncidentBook,
  fleet: Pick<Fleet, 'devices' | 'blindness'>,
  settings: Pick<EffectiveSettings, 'redate'>,
  now: number,
  step: SetBack,
): void {
  const back = (at: number): number => movedBack(at, now, step);
  const isWrong = (at: number): boolean => at > now || at >= step.since;
  // Also those that are over: one that seems to end in the future would come again for as long.
  for (const record of [...book.known()]) if (isWrong(record.updatedAt)) book.put(redateIncident(record, back));
  fleet.blindness.redate(now, step);
  settings.redate(now, step);
  for (const record of fleet.devices.values()) {
    const { enrolled_at: enrolledAt } = record.info;
    if (isWrong(enrolledAt)) identify(record, { ...record.info, enrolled_at: back(enrolledAt) });
    const { info, placements } = record;
    if (placements.some(({ until_ms: until }) => isWrong(until)))
      identify(
        record,
        info,
        placements.map((one) => ({ ...one, until_ms: back(one.until_ms) })),
      );
  }
}
