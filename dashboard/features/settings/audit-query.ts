/** What is looked for in the audit log; all of it stands in the address. */
export interface AuditQuery {
  readonly actor: string;
  readonly action: string;
  readonly object: string;
  /** First and last day, such as `2026-03-01`, by the clock of this browser; both are part of it. */
  readonly from: string;
  readonly to: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function parseAuditQuery(params: URLSearchParams): AuditQuery {
  const day = (name: string): string => {
    const text = params.get(name) ?? '';
    return DAY.test(text) && !Number.isNaN(midnight(text, 0).getTime()) ? text : '';
  };
  const text = (name: string): string => params.get(name) ?? '';
  return { actor: text('actor'), action: text('action'), object: text('object'), from: day('from'), to: day('to') };
}

/** As the API is asked: without what is left open, and with instants. */
export function auditSearch({ actor, action, object, from, to }: AuditQuery): Record<string, string> {
  return {
    ...(actor && { actor }),
    ...(action && { action }),
    ...(object && { object }),
    ...(from && { from: midnight(from, 0).toISOString() }),
    ...(to && { to: midnight(to, 1).toISOString() }),
  };
}

/** The midnight at which a day begins here, or one so many days later: a day of a clock change has 23 or 25 hours. */
function midnight(day: string, daysLater: number): Date {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + daysLater);
}
