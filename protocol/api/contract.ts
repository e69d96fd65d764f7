import { type Static, Type } from 'typebox';
import { Nullable } from '../document.ts';
import { SaidDocument } from './said.ts';

/** What was agreed with a client. Versions are whole documents: changing a contract adds one and never rewrites the past. */

const strict = { additionalProperties: false } as const;

/** `HH:MM` in the calendar's zone; `24:00` is the end of the day. */
export const ClockTime = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$' });
export const CalendarDate = Type.String({ format: 'date' });

/** Half-open: at `to` it is closed. */
export const OpenHours = Type.Object({ from: ClockTime, to: ClockTime }, strict);
export type OpenHours = Static<typeof OpenHours>;

/** A date that differs from its weekday. Without hours it is closed. */
export const CalendarException = Type.Object(
  { date: CalendarDate, name: Type.String({ maxLength: 120 }), hours: Type.Array(OpenHours, { maxItems: 8 }) },
  strict,
);
export type CalendarException = Static<typeof CalendarException>;

/** Service hours. `weekday` is 1 (Monday) to 7 (Sunday). */
export const Calendar = Type.Object(
  {
    timeZone: Type.String({ minLength: 1, maxLength: 64 }),
    weekly: Type.Array(
      Type.Object({ weekday: Type.Integer({ minimum: 1, maximum: 7 }), from: ClockTime, to: ClockTime }, strict),
      { maxItems: 56 },
    ),
    exceptions: Type.Array(CalendarException, { maxItems: 1000 }),
  },
  strict,
);
export type Calendar = Static<typeof Calendar>;

/** Business minutes to first response; `null` means: none is agreed. Not binding: shown, never breached. */
export const ResponseTarget = Type.Object(
  { minutes: Nullable(Type.Integer({ minimum: 1, maximum: 525_600 })), binding: Type.Boolean() },
  strict,
);
export type ResponseTarget = Static<typeof ResponseTarget>;

/** The four times of an incident. A response clock ends at one of them. */
export const ClockEnd = Type.Enum(['acknowledged', 'responded', 'on_site', 'restored']);
export type ClockEnd = Static<typeof ClockEnd>;

/** Whose fault a stretch of time is. */
export const Responsibility = Type.Enum(['us', 'client', 'internet_line', 'power', 'supplier', 'force_majeure']);
export type Responsibility = Static<typeof Responsibility>;

/** A Saturday on which somebody works, with Friday's hours. */
export const DutySaturday = Type.Object({ date: CalendarDate, person: Type.String({ maxLength: 120 }) }, strict);
export type DutySaturday = Static<typeof DutySaturday>;

/** Parts per million: 999000 is 99.9 %. */
const TargetPpm = Nullable(Type.Integer());

const agreed = {
  tier: Type.Enum(['standard', 'advanced', 'premium', 'own']),
  tierName: Type.String({ minLength: 1, maxLength: 60 }),
  response: Type.Object({ high: ResponseTarget, medium: ResponseTarget, normal: ResponseTarget }, strict),
  emergency: Type.Object(
    {
      minutes: Type.Integer({ minimum: 1, maximum: 1440 }),
      aroundTheClock: Type.Boolean(),
      /** Wall-clock minutes to be on site, counted as `onSiteFrom` says; null if not contracted. */
      onSiteMinutes: Nullable(Type.Integer({ minimum: 1, maximum: 10_080 })),
    },
    strict,
  ),
  calendar: Calendar,
  /** Sites whose hours are not the client's, by site id. */
  siteCalendars: Type.Record(Type.String(), Calendar, { maxProperties: 200 }),
  /** Every Saturday is worked with Friday's hours. Where that depends on somebody being on duty, name the dates instead. */
  saturday: Type.Boolean(),
  /** `report`: detection starts our internal target only, a person's report the contractual clock. */
  clockFrom: Type.Enum(['detection', 'report']),
  availability: Type.Object(
    { serverTargetPpm: TargetPpm, serviceTargetPpm: TargetPpm, workstationTargetPpm: TargetPpm },
    strict,
  ),
  recovery: Type.Object(
    {
      rpoMinutes: Nullable(Type.Integer({ minimum: 1, maximum: 525_600 })),
      rtoMinutes: Nullable(Type.Integer({ minimum: 1, maximum: 525_600 })),
    },
    strict,
  ),
  /** A maintenance window excludes time only if declared this long before it starts. */
  maintenanceNoticeMinutes: Type.Integer({ minimum: 0, maximum: 43_200 }),
  /** First and last day, in the calendar's zone; `endsOn` null is open-ended. */
  startsOn: CalendarDate,
  endsOn: Nullable(CalendarDate),
};

const added = {
  /** At which of an incident's four times its clock ends: of what a person reported, and of what we found ourselves. */
  clockEnds: Type.Object({ report: ClockEnd, detection: ClockEnd }, strict),
  /** What it counts as that an incident ends by itself, in time, before anybody got so far. */
  selfRecovery: Type.Enum(['met', 'apart']),
  /** From when the time to be on site counts: the report, or the moment it is marked as not solvable remotely. */
  onSiteFrom: Type.Enum(['report', 'not_remotely']),
  dutySaturdays: Type.Array(DutySaturday, { maxItems: 500 }),
  /** Whose fault takes time out of the availability figure, once it is attested with evidence. */
  excludes: Type.Array(Responsibility, { maxItems: 6, uniqueItems: true }),
};

export const ContractTerms = Type.Object({ ...agreed, ...added }, strict);
export type ContractTerms = Static<typeof ContractTerms>;

/** Terms as they are sent: what came later may be left out, and then stays as it is agreed. */
export const ContractTermsInput = Type.Object(
  {
    ...agreed,
    clockEnds: Type.Optional(added.clockEnds),
    selfRecovery: Type.Optional(added.selfRecovery),
    onSiteFrom: Type.Optional(added.onSiteFrom),
    dutySaturdays: Type.Optional(added.dutySaturdays),
    excludes: Type.Optional(added.excludes),
  },
  strict,
);
export type ContractTermsInput = Static<typeof ContractTermsInput>;

export const ContractVersion = Type.Object({
  version: Type.Integer(),
  effectiveAt: Type.String({ format: 'date-time' }),
  createdAt: Type.String({ format: 'date-time' }),
  createdBy: Type.String(),
  terms: ContractTerms,
});
export type ContractVersion = Static<typeof ContractVersion>;

/** `current` is null while the client has no contract. `warnings`: what was accepted and should be looked at. */
export const Contract = Type.Object({
  clientId: Type.String(),
  current: Nullable(ContractVersion),
  /** Newest first. */
  versions: Type.Array(ContractVersion),
  warnings: Type.Array(Type.String()),
  warningsSaid: Type.Array(SaidDocument),
});
export type Contract = Static<typeof Contract>;

/** From when the clocks of incidents count that are older than the contract: from its making, or from their own beginning. */
export const ClocksFrom = Type.Enum(['today', 'then']);
export type ClocksFrom = Static<typeof ClocksFrom>;

/** Open incidents that a first contract with a past first day reaches back to; `late` would be breached at once from then. */
export const OlderIncidents = Type.Object({ count: Type.Integer(), late: Type.Integer() });
export type OlderIncidents = Static<typeof OlderIncidents>;

export const Holiday = Type.Object({ date: CalendarDate, name: Type.String(), type: Type.String() });
export type Holiday = Static<typeof Holiday>;

const HolidayDate = Type.Object({ date: CalendarDate, name: Type.String({ minLength: 1, maxLength: 120 }) }, strict);
const HolidayCode = Type.String({ minLength: 2, maxLength: 16 });
const MAX_CORRECTED_DAYS = 60;

/** What a person says of a year: it replaces what was corrected of it before. Without any day it takes that back. */
export const HolidayCorrectionInput = Type.Object(
  {
    country: HolidayCode,
    region: Nullable(HolidayCode),
    year: Type.Integer({ minimum: 1970, maximum: 2100 }),
    added: Type.Array(HolidayDate, { maxItems: MAX_CORRECTED_DAYS }),
    removed: Type.Array(CalendarDate, { maxItems: MAX_CORRECTED_DAYS }),
    /** Such as the law or the decree. */
    why: Type.String({ maxLength: 500 }),
  },
  strict,
);
export type HolidayCorrectionInput = Static<typeof HolidayCorrectionInput>;

/** The holidays of a year, and where they come from. */
export const HolidayYear = Type.Object({
  items: Type.Array(Holiday),
  library: Type.Object({ name: Type.String(), version: Type.String(), releasedOn: CalendarDate }),
  /** When its differences to the law were looked at last. */
  reviewedOn: CalendarDate,
  /** What differs from the library: reviewed with a source, or said by a person. */
  corrections: Type.Array(
    Type.Object({
      date: CalendarDate,
      kind: Type.Enum(['added', 'removed']),
      name: Type.String(),
      why: Type.String(),
      source: Nullable(Type.String()),
      by: Nullable(Type.String()),
    }),
  ),
  /** What no list can know. */
  notes: Type.Array(Type.String()),
  /** What people corrected of this year. */
  corrected: Nullable(
    Type.Object({
      added: Type.Array(HolidayDate),
      removed: Type.Array(CalendarDate),
      why: Type.String(),
      by: Type.String(),
      at: Type.String({ format: 'date-time' }),
    }),
  ),
});
export type HolidayYear = Static<typeof HolidayYear>;

/** One step in the explanation of a due time: a stretch in which business time ran, or why it stood still. */
export const ClockStretch = Type.Object({
  from: Type.String({ format: 'date-time' }),
  to: Type.String({ format: 'date-time' }),
  kind: Type.Enum(['open', 'closed', 'paused']),
  /** `Mon 08:00-17:00`, `closed: Labour Day`, `waiting for the client: ...`. */
  label: Type.String(),
  businessMs: Type.Integer(),
});
export type ClockStretch = Static<typeof ClockStretch>;

/** `recovered`: it ended by itself in time, which the contract does not count as met. */
export const ClockOutcome = Type.Enum(['running', 'paused', 'met', 'breached', 'recovered', 'none']);
export type ClockOutcome = Static<typeof ClockOutcome>;

/** The response clock of an incident, as lists show it. Times are null where nothing is due. */
export const ResponseClockView = Type.Object({
  contractual: Type.Boolean(),
  /** False: shown, never breached. */
  binding: Type.Boolean(),
  outcome: ClockOutcome,
  startedAt: Type.String({ format: 'date-time' }),
  dueAt: Nullable(Type.String({ format: 'date-time' })),
  /** When half and 80 % of the business time are spent. */
  halfAt: Nullable(Type.String({ format: 'date-time' })),
  warnAt: Nullable(Type.String({ format: 'date-time' })),
  /** When the incident reached what the clock ends at. */
  respondedAt: Nullable(Type.String({ format: 'date-time' })),
  endsAt: ClockEnd,
  /** When it ended by itself, before anybody got so far. */
  recoveredAt: Nullable(Type.String({ format: 'date-time' })),
  targetMs: Nullable(Type.Integer()),
  timeZone: Type.String(),
  contractVersion: Nullable(Type.Integer()),
  pausedSince: Nullable(Type.String({ format: 'date-time' })),
  onSite: Nullable(
    Type.Object({
      /** From when the time counts. */
      markedAt: Type.String({ format: 'date-time' }),
      from: Type.Enum(['report', 'not_remotely']),
      dueAt: Type.String({ format: 'date-time' }),
      arrivedAt: Nullable(Type.String({ format: 'date-time' })),
      outcome: ClockOutcome,
    }),
  ),
});
export type ResponseClockView = Static<typeof ResponseClockView>;

/** One click on a due time: how it came about. */
export const ClockExplanation = Type.Object({
  clock: ResponseClockView,
  /** One sentence with its numbers. */
  sentence: Type.String(),
  /** The same as a fact. */
  said: SaidDocument,
  stretches: Type.Array(ClockStretch),
  pauses: Type.Array(
    Type.Object({
      from: Type.String({ format: 'date-time' }),
      to: Nullable(Type.String({ format: 'date-time' })),
      reason: Type.String(),
      by: Type.String(),
    }),
  ),
  /** Every computation that was made, oldest first; the last one counts. */
  computations: Type.Array(
    Type.Object({
      at: Type.String({ format: 'date-time' }),
      why: Type.String(),
      said: SaidDocument,
      priority: Type.String(),
      targetMs: Nullable(Type.Integer()),
      dueAt: Nullable(Type.String({ format: 'date-time' })),
      contractVersion: Nullable(Type.Integer()),
    }),
  ),
});
export type ClockExplanation = Static<typeof ClockExplanation>;
