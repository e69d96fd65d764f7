import { type Static, Type } from 'typebox';
import { Nullable, Time } from '../document.ts';

const Milliseconds = Type.Integer({ minimum: 0 });
/** 0..1, rounded down. */
const Ratio = Nullable(Type.Number({ minimum: 0, maximum: 1 }));

/** How an RPO was kept in a period. The six parts are the period, to the ms. */
const parts = {
  /** Within the RPO by a point that was verified. */
  verifiedMs: Milliseconds,
  /** Within it only by a point that is whole, but was never verified. */
  unverifiedMs: Milliseconds,
  breachedMs: Milliseconds,
  /** Within it if a point of which that is not known is whole. */
  unknownMs: Milliseconds,
  /** Closed days. */
  closedMs: Milliseconds,
  /** Before the plan, after its end, still to come, or without an RPO. */
  outsideMs: Milliseconds,
  /**
   * Share of the measured time within the RPO: at least so much. Null where nothing was measured, and where no point is known to be
   * whole: such a plan counts in no attainment.
   */
  ratio: Ratio,
  /** The same by verified points alone. */
  verifiedRatio: Ratio,
  /** What it would be if all that is unknown were well. */
  hi: Ratio,
  /** `met`: also if nothing unknown was well; `breached`: even if all of it was. */
  verdict: Type.Enum(['met', 'breached', 'indeterminate', 'no_data']),
};

/** One plan, by what it promised then. */
export const RecoveryAttainment = Type.Object({
  planId: Type.String(),
  name: Type.String(),
  from: Time,
  to: Time,
  ...parts,
});
export type RecoveryAttainment = Static<typeof RecoveryAttainment>;

/** All plans of a client that were there in the period, also those that have ended since, and their sum. */
export const RecoveryAttainmentReport = Type.Object({
  clientId: Type.String(),
  from: Time,
  to: Time,
  total: Type.Object(parts),
  items: Type.Array(RecoveryAttainment),
});
export type RecoveryAttainmentReport = Static<typeof RecoveryAttainmentReport>;
