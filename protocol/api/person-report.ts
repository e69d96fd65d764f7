import { type Static, Type } from 'typebox';
import { Nullable, Time } from '../document.ts';
import { SaidDocument } from './said.ts';

const strict = { additionalProperties: false } as const;
const Id = Type.String({ minLength: 1, maxLength: 64 });

/** A problem as a person reports it, entered by a technician or over the API. */
export const PersonReportInput = Type.Object(
  {
    clientId: Id,
    siteId: Nullable(Id),
    deviceId: Nullable(Id),
    serviceId: Nullable(Id),
    /** When the person told us; never in the future. */
    reportedAt: Type.Optional(Time),
    reporter: Type.String({ minLength: 1, maxLength: 120 }),
    text: Type.String({ minLength: 3, maxLength: 5000 }),
    aboutInfrastructure: Type.Boolean(),
    /** The incident it belongs to; null: it becomes an incident of its own. */
    incidentId: Nullable(Id),
    /** Of an own incident. */
    priority: Type.Optional(Type.Enum(['emergency', 'high', 'medium', 'normal'])),
  },
  strict,
);
export type PersonReportInput = Static<typeof PersonReportInput>;

/** What the page behind a client's secret link sends. */
export const PortalReportInput = Type.Object(
  {
    reporter: Type.String({ minLength: 1, maxLength: 120 }),
    text: Type.String({ minLength: 3, maxLength: 5000 }),
    siteId: Nullable(Id),
  },
  strict,
);
export type PortalReportInput = Static<typeof PortalReportInput>;

export const PersonReport = Type.Object({
  id: Type.String(),
  clientId: Type.String(),
  siteId: Nullable(Type.String()),
  deviceId: Nullable(Type.String()),
  serviceId: Nullable(Type.String()),
  reportedAt: Time,
  reporter: Type.String(),
  via: Type.Enum(['technician', 'portal', 'api']),
  text: Type.String(),
  aboutInfrastructure: Type.Boolean(),
  incidentId: Nullable(Type.String()),
  /** Report minus detection: positive when we knew first. */
  leadMs: Nullable(Type.Integer()),
});
export type PersonReport = Static<typeof PersonReport>;

/** An incident that a report may be about, best first, and why it is proposed. */
export const IncidentProposal = Type.Object({
  incidentId: Type.String(),
  sentence: Type.String(),
  said: SaidDocument,
  openedAt: Time,
  why: Type.String(),
  /** The same as a fact. */
  whySaid: SaidDocument,
  score: Type.Number(),
});
export type IncidentProposal = Static<typeof IncidentProposal>;

/** A client's month: who found trouble first, and how fast it was handled. Open ones are listed, not averaged. */
export const AheadFigures = Type.Object({
  clientId: Nullable(Type.String()),
  from: Time,
  to: Time,
  timeZone: Type.String(),
  /** High and Emergency of 5 min or more, plus reports about infrastructure. */
  counted: Type.Integer(),
  foundFirst: Type.Integer(),
  foundFirstRatio: Nullable(Type.Number()),
  medianLeadMs: Nullable(Type.Integer()),
  /** Reports by people that we had not seen coming. */
  missed: Type.Array(PersonReport),
  mttaMs: Nullable(Type.Integer()),
  mttrMs: Nullable(Type.Integer()),
  medianDetectionDelayMs: Nullable(Type.Integer()),
  stillOpen: Type.Array(Type.String()),
});
export type AheadFigures = Static<typeof AheadFigures>;
