import type { FourTimes } from '../sla/clock-ends.ts';

/** How far people got with an incident, since it was opened last. Times are ms by the server's clock. */
export interface IncidentTimes {
  /** When a person took it; what a program acknowledged still waits for one. */
  readonly takenAt: number | null;
  /** First contact with the client, or the first note that the client can see. */
  readonly respondedAt: number | null;
  readonly respondedBy: string | null;
  readonly onSiteAt: number | null;
  readonly onSiteBy: string | null;
  /** It ended by itself, and nobody had taken it. */
  readonly recovered: boolean;
}

export const noTimes: IncidentTimes = {
  takenAt: null,
  respondedAt: null,
  respondedBy: null,
  onSiteAt: null,
  onSiteBy: null,
  recovered: false,
};

interface Timed {
  readonly state: 'open' | 'acknowledged' | 'resolved';
  readonly acknowledgedAt: number | null;
  readonly acknowledgedBy: string | null;
  readonly resolvedAt: number | null;
  readonly times: IncidentTimes;
}

/** The four times of an incident, for its clock. */
export function fourTimes({ times, resolvedAt }: Pick<Timed, 'times' | 'resolvedAt'>): FourTimes {
  const { takenAt, respondedAt, onSiteAt } = times;
  return { acknowledgedAt: takenAt, respondedAt, onSiteAt, restoredAt: resolvedAt };
}

/**
 * A person got so far: who speaks with the client has taken the incident, and who stands there speaks with the client. What was
 * reached before keeps its time.
 */
export function reach(
  before: Timed,
  end: 'acknowledged' | 'responded' | 'on_site',
  by: string,
  at: number,
): Pick<Timed, 'state' | 'acknowledgedAt' | 'acknowledgedBy' | 'times'> {
  const { times, acknowledgedAt, acknowledgedBy, state } = before;
  const takes = times.takenAt === null;
  const responds = end !== 'acknowledged' && times.respondedAt === null;
  const arrives = end === 'on_site' && times.onSiteAt === null;
  return {
    state: state === 'open' ? 'acknowledged' : state,
    acknowledgedAt: takes ? at : acknowledgedAt,
    acknowledgedBy: takes ? by : acknowledgedBy,
    times: {
      ...times,
      ...(takes ? { takenAt: at } : {}),
      ...(responds ? { respondedAt: at, respondedBy: by } : {}),
      ...(arrives ? { onSiteAt: at, onSiteBy: by } : {}),
    },
  };
}
