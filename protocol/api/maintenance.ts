import { type Static, Type } from 'typebox';
import { Nullable, Time } from '../document.ts';

const strict = { additionalProperties: false } as const;

/** Planned work. It silences always; it excludes time from availability only if declared in time. */
export const MaintenanceInput = Type.Object(
  {
    clientId: Type.String({ minLength: 1, maxLength: 64 }),
    title: Type.String({ minLength: 1, maxLength: 200 }),
    /** What it covers. `client` needs no id. */
    target: Type.Object(
      {
        kind: Type.Enum(['client', 'site', 'device', 'tag']),
        /** Site or device id, or the tag. */
        id: Nullable(Type.String({ maxLength: 64 })),
      },
      strict,
    ),
    timeZone: Type.String({ minLength: 1, maxLength: 64 }),
    /** Local start of the (first) window, `YYYY-MM-DDTHH:MM`. */
    startsAt: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}$' }),
    durationMinutes: Type.Integer({ minimum: 1, maximum: 20_160 }),
    /** RFC 5545 recurrence without DTSTART, such as `FREQ=WEEKLY;BYDAY=SU`; null for once. */
    rrule: Nullable(Type.String({ maxLength: 500 })),
  },
  strict,
);
export type MaintenanceInput = Static<typeof MaintenanceInput>;

export const MaintenanceOccurrence = Type.Object({
  windowId: Type.String(),
  from: Time,
  to: Time,
  /** False: declared or changed too late, so it silences but excludes nothing. */
  excludes: Type.Boolean(),
  /** Why it excludes or not, in one sentence. */
  reason: Type.String(),
});
export type MaintenanceOccurrence = Static<typeof MaintenanceOccurrence>;

export const MaintenanceWindow = Type.Interface([MaintenanceInput], {
  id: Type.String(),
  createdAt: Time,
  createdBy: Type.String(),
  cancelledAt: Nullable(Time),
  running: Nullable(MaintenanceOccurrence),
  next: Nullable(MaintenanceOccurrence),
  /** Edits, oldest first, with what stood before; `afterStart` marks those made once a window had begun. */
  edits: Type.Array(Type.Object({ at: Time, by: Type.String(), afterStart: Type.Boolean(), before: MaintenanceInput })),
  warnings: Type.Array(Type.String()),
});
export type MaintenanceWindow = Static<typeof MaintenanceWindow>;
