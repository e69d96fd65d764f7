import type { ClockEnd, ContractTerms } from '../../../protocol/api/contract.ts';

/** The four times of an incident, in ms since 1970; null: not yet. */
export interface FourTimes {
  /** A person took it. What a program acknowledged still waits for one. */
  readonly acknowledgedAt: number | null;
  /** First contact with the client, or the first note that the client can see. */
  readonly respondedAt: number | null;
  readonly onSiteAt: number | null;
  readonly restoredAt: number | null;
}

/** In the order in which they come: whoever has reached one has reached those before it. */
export const clockEnds = ['acknowledged', 'responded', 'on_site', 'restored'] as const satisfies readonly ClockEnd[];

/** When an incident reached what its clock ends at; null while it has not. */
export function timeOf(times: FourTimes, end: ClockEnd): number | null {
  switch (end) {
    case 'acknowledged':
      return times.acknowledgedAt;
    case 'responded':
      return times.respondedAt;
    case 'on_site':
      return times.onSiteAt;
    case 'restored':
      return times.restoredAt;
  }
}

/** Which of the four times the clock of an incident ends at. `isReported`: a person told us of it. */
export function clockEnd({ clockEnds: ends }: Pick<ContractTerms, 'clockEnds'>, isReported: boolean): ClockEnd {
  return isReported ? ends.report : ends.detection;
}
