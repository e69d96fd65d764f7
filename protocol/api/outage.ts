import { type Static, Type } from 'typebox';
import { Nullable, Time } from '../document.ts';
import { SaidDocument } from './said.ts';

const Verdict = Type.Enum(['running', 'met', 'breached']);

/** The clock from a failure to full function (RTO), of an incident about something that a plan of recovery protects. */
export const OutageView = Type.Object({
  /** The plan that promises the least time. */
  planId: Type.String(),
  plan: Type.String(),
  /** What is met or breached stays so, whatever the plan says later. */
  verdict: Verdict,
  /** It runs, and a restore that begins now would not be over when it is due. */
  isAtRisk: Type.Boolean(),
  /** What was promised when it failed. */
  rtoMs: Type.Integer(),
  /** How long a restore takes, by the drills of the plan; null without one. */
  restoreMs: Nullable(Type.Integer()),
  onsetAt: Time,
  /** The last instant at which it is met: pages count down to it. */
  dueAt: Time,
  riskAt: Time,
  /** Since when it works in part, which ends nothing. */
  partialAt: Nullable(Time),
  restoredAt: Nullable(Time),
  /** As of when this was asked for; wall clock. */
  elapsedMs: Type.Integer(),
  /** Below 0: by how much it is exceeded. */
  leftMs: Type.Integer(),
  sentence: Type.String(),
  said: SaidDocument,
  /** What was before, of an incident that came back. Oldest first. */
  earlier: Type.Array(Type.Object({ onsetAt: Time, dueAt: Time, restoredAt: Nullable(Time), verdict: Verdict })),
});
export type OutageView = Static<typeof OutageView>;
