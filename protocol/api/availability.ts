import { type Static, Type } from 'typebox';
import { Nullable, Time } from '../document.ts';
import { Responsibility } from './contract.ts';
import { SaidDocument } from './said.ts';

/** Availability as screens and exports show it. Ratios are 0..1 and never rounded up; durations are whole milliseconds. */

export const Verdict = Type.Enum(['met', 'breached', 'indeterminate', 'no_data', 'no_target']);
export type Verdict = Static<typeof Verdict>;

export const PeriodName = Type.Enum([
  'this_month',
  'last_month',
  'rolling_30d',
  'this_quarter',
  'last_12_months',
  'custom',
]);
export type PeriodName = Static<typeof PeriodName>;

/** The exact partition of the time that was looked at, and what follows from it. */
export const AvailabilityFigure = Type.Object({
  upMs: Type.Integer(),
  downMs: Type.Integer(),
  excludedMs: Type.Integer(),
  unknownMs: Type.Integer(),
  /** up / (up + down); null without either. */
  ratio: Nullable(Type.Number()),
  coverage: Nullable(Type.Number()),
  lo: Nullable(Type.Number()),
  hi: Nullable(Type.Number()),
  targetRatio: Nullable(Type.Number()),
  verdict: Verdict,
  /** Allowed downtime of the whole period, also of what is still to come; null without a target. */
  budgetMs: Nullable(Type.Integer()),
  /** May be negative. Unknown time is not counted as spent. */
  budgetLeftMs: Nullable(Type.Integer()),
  outages: Type.Integer(),
  /** Of these, not over yet: in no average. */
  openOutages: Type.Integer(),
  mttrMs: Nullable(Type.Integer()),
  mtbfMs: Nullable(Type.Integer()),
  longestOutage: Nullable(Type.Object({ from: Time, to: Time, durationMs: Type.Integer() })),
});
export type AvailabilityFigure = Static<typeof AvailabilityFigure>;

export const SubjectKind = Type.Enum(['device', 'site', 'client', 'tag', 'service']);
export type SubjectKind = Static<typeof SubjectKind>;

export const AvailabilityRow = Type.Object({
  kind: SubjectKind,
  /** Device, site, client or service id; the text of a tag. */
  id: Type.String(),
  name: Type.String(),
  clientId: Nullable(Type.String()),
  siteId: Nullable(Type.String()),
  /** Round the clock. */
  always: AvailabilityFigure,
  /** Inside the contract's service hours; null without a contract. */
  serviceHours: Nullable(AvailabilityFigure),
  /** Round the clock, with what clauses of the contract exclude counted as down; null where they exclude nothing. */
  withoutClauses: Type.Optional(Nullable(AvailabilityFigure)),
  /** The same inside the service hours. */
  serviceHoursWithoutClauses: Type.Optional(Nullable(AvailabilityFigure)),
  /** Of a sum: how many were added up, and the one with the lowest lower bound. */
  members: Type.Integer(),
  worst: Nullable(Type.Object({ deviceId: Type.String(), name: Type.String(), lo: Nullable(Type.Number()) })),
});
export type AvailabilityRow = Static<typeof AvailabilityRow>;

export const AvailabilityReport = Type.Object({
  period: PeriodName,
  from: Time,
  to: Time,
  /** The zone that months and days are cut in. */
  timeZone: Type.String(),
  /** Until then evidence was looked at: now, if the period is not over. */
  measuredUntil: Time,
  items: Type.Array(AvailabilityRow),
});
export type AvailabilityReport = Static<typeof AvailabilityReport>;

/** A stretch of a ledger with its proof. Neighbours touch; together they cover the asked range from the subject's start on. */
export const LedgerEntry = Type.Object({
  from: Time,
  to: Time,
  durationMs: Type.Integer(),
  state: Type.Enum(['up', 'down', 'excluded', 'unknown']),
  reason: Type.String(),
  /** What proves it, in one sentence. */
  evidence: Type.String(),
  /** The same as a fact. */
  said: SaidDocument,
  /** Who declared it: of maintenance, off-hours and attestations; null where evidence alone decides. */
  author: Nullable(Type.String()),
  /** Whose fault it is, as somebody attested. */
  responsibility: Type.Optional(Nullable(Responsibility)),
  /** The state without what clauses of the contract exclude; absent where it is the same. */
  withoutClauses: Type.Optional(Nullable(Type.Enum(['up', 'down', 'excluded', 'unknown']))),
  revised: Type.Boolean(),
});
export type LedgerEntry = Static<typeof LedgerEntry>;

export const LedgerRevision = Type.Object({
  at: Time,
  by: Type.String(),
  why: Type.String(),
  /** The same as a fact. */
  said: SaidDocument,
  from: Time,
  to: Time,
  before: Type.Array(Type.Object({ from: Time, to: Time, state: Type.String(), reason: Type.String() })),
  after: Type.Array(Type.Object({ from: Time, to: Time, state: Type.String(), reason: Type.String() })),
});
export type LedgerRevision = Static<typeof LedgerRevision>;

export const Ledger = Type.Object({
  kind: SubjectKind,
  id: Type.String(),
  name: Type.String(),
  from: Time,
  to: Time,
  figure: AvailabilityFigure,
  /** With what clauses of the contract exclude counted as down; null where they exclude nothing. */
  withoutClauses: Type.Optional(Nullable(AvailabilityFigure)),
  items: Type.Array(LedgerEntry),
  revisions: Type.Array(LedgerRevision),
});
export type Ledger = Static<typeof Ledger>;

/** A day of a strip: its own partition, cut at midnight of the zone. */
export const StripDay = Type.Object({
  date: Type.String({ format: 'date' }),
  upMs: Type.Integer(),
  downMs: Type.Integer(),
  excludedMs: Type.Integer(),
  unknownMs: Type.Integer(),
});
export type StripDay = Static<typeof StripDay>;

export const Strip = Type.Object({ timeZone: Type.String(), days: Type.Array(StripDay) });
export type Strip = Static<typeof Strip>;

/** What a person says a stretch of `unknown` was, or whose fault a stretch of `down` or `unknown` is. */
export const AttestationInput = Type.Object(
  {
    from: Time,
    to: Time,
    verdict: Type.Enum(['up', 'down']),
    why: Type.String({ minLength: 3, maxLength: 2000 }),
    /** Of what was down. */
    responsibility: Type.Optional(Nullable(Responsibility)),
    /** What proves whose fault it is, such as the number of the provider's ticket. */
    evidence: Type.Optional(Type.String({ maxLength: 2000 })),
  },
  { additionalProperties: false },
);
export type AttestationInput = Static<typeof AttestationInput>;

export const Attestation = Type.Object({
  id: Type.String(),
  deviceId: Type.String(),
  from: Time,
  to: Time,
  verdict: Type.Enum(['up', 'down']),
  why: Type.String(),
  responsibility: Type.Optional(Nullable(Responsibility)),
  evidence: Type.Optional(Type.String()),
  at: Time,
  by: Type.String(),
  withdrawnAt: Nullable(Time),
});
export type Attestation = Static<typeof Attestation>;

/** A budget that is at risk this month, for the Now screen: worst first. */
export const BudgetAtRisk = Type.Object({
  kind: SubjectKind,
  id: Type.String(),
  name: Type.String(),
  clientId: Nullable(Type.String()),
  spentRatio: Type.Number(),
  budgetMs: Type.Integer(),
  budgetLeftMs: Type.Integer(),
});
export type BudgetAtRisk = Static<typeof BudgetAtRisk>;
