import type { AvailabilityRow } from '../../../protocol/api/availability.ts';
import { floorRatio } from '../../domain/floor-ratio.ts';
import { figureView, type Measurement, sumMeasurements } from '../../domain/sla/figure.ts';
import type { Agreements } from './agreements.ts';
import { type BookEntry, factsOf } from './ledger-book.ts';
import type { Measurements, ServiceEntry } from './measuring.ts';

/** Measurements as the rows of a report. */

export function deviceRow({ record: { info } }: BookEntry, measured: Measurements): AvailabilityRow {
  const about = {
    kind: 'device',
    id: info.id,
    name: info.name,
    clientId: info.client_id,
    siteId: info.site_id,
  } as const;
  return { ...about, ...figures(measured), members: 1, worst: null };
}

export function serviceRow({ id, name, clientId }: ServiceEntry, measured: Measurements): AvailabilityRow {
  return { kind: 'service', id, name, clientId, siteId: null, ...figures(measured), members: 1, worst: null };
}

export interface Group {
  readonly kind: 'site' | 'client' | 'tag';
  readonly id: string;
  readonly name: string;
  readonly clientId: string | null;
  readonly siteId: string | null;
}

export interface Member {
  readonly entry: BookEntry;
  readonly measured: Measurements;
}

/**
 * The sum of the milliseconds of those that are expected to run: servers, and workstations with a target or expected hours. Where
 * there are none of these, of all.
 */
export function groupRow(group: Group, all: readonly Member[], agreements: Agreements): AvailabilityRow {
  const expected = all.filter(({ entry }) => isExpected(entry, agreements));
  const members = expected.length > 0 ? expected : all;
  const inHours = members.flatMap(({ measured: { serviceHours } }) => (serviceHours ? [serviceHours] : []));
  return {
    ...group,
    always: figureView(sumMeasurements(members.map(({ measured }) => measured.always))),
    serviceHours: inHours.length > 0 ? figureView(sumMeasurements(inHours)) : null,
    withoutClauses: members.some(({ measured }) => measured.withoutClauses)
      ? figureView(sumMeasurements(members.map(({ measured }) => measured.withoutClauses ?? measured.always)))
      : null,
    serviceHoursWithoutClauses: members.some(({ measured }) => measured.serviceHoursWithoutClauses)
      ? figureView(
          sumMeasurements(
            members.flatMap(({ measured }) => measured.serviceHoursWithoutClauses ?? measured.serviceHours ?? []),
          ),
        )
      : null,
    members: members.length,
    worst: worstOf(members),
  };
}

/** Whether somebody counts on the device to run. */
export function isExpected(entry: BookEntry, agreements: Agreements): boolean {
  const { kind, expected_hours } = entry.record.info;
  if (kind === 'server' || expected_hours === 1) return true;
  return agreements.ofDevice(factsOf(entry)).some(({ targetPpm }) => targetPpm !== null);
}

function figures({
  always,
  serviceHours,
  withoutClauses,
  serviceHoursWithoutClauses,
}: Measurements): Pick<AvailabilityRow, 'always' | 'serviceHours' | 'withoutClauses' | 'serviceHoursWithoutClauses'> {
  return {
    always: figureView(always),
    serviceHours: serviceHours && figureView(serviceHours),
    withoutClauses: withoutClauses && figureView(withoutClauses),
    serviceHoursWithoutClauses: serviceHoursWithoutClauses && figureView(serviceHoursWithoutClauses),
  };
}

function worstOf(members: readonly Member[]): AvailabilityRow['worst'] {
  let worst: { member: Member; lo: number } | null = null;
  for (const member of members) {
    const lo = lowerBound(member.measured.always);
    if (lo !== null && (!worst || lo < worst.lo)) worst = { member, lo };
  }
  if (!worst) return null;
  const { id, name } = worst.member.entry.record.info;
  return { deviceId: id, name, lo: worst.lo };
}

function lowerBound({ whole: { upMs, downMs, unknownMs } }: Measurement): number | null {
  return floorRatio(upMs, upMs + downMs + unknownMs);
}
