import { type Static, Type } from 'typebox';

const Instant = Type.String({ format: 'date-time' });

/** The id of the machine that is judged. */
export const JUDGED = 'judged';

/** A machine that holds the key of a device. */
export const TwinMachine = Type.Object({
  /** `judged`, or the id of another one. */
  id: Type.String(),
  /** `beside`: what it reports is kept apart until somebody decides. `given_up`: it is refused. */
  role: Type.Enum(['judged', 'beside', 'given_up']),
  hostname: Type.Union([Type.String(), Type.Null()]),
  address: Type.Union([Type.String(), Type.Null()]),
  agentVersion: Type.String(),
  bootAt: Type.Union([Instant, Type.Null()]),
  firstSeenAt: Type.Union([Instant, Type.Null()]),
  lastSeenAt: Type.Union([Instant, Type.Null()]),
  isConnected: Type.Boolean(),
  /** Kept apart; of the machine that is judged, still to be taken in. */
  keptReports: Type.Integer(),
  /** No more is kept; the rest stays with its agent. */
  isFull: Type.Boolean(),
});
export type TwinMachine = Static<typeof TwinMachine>;

/** All machines that hold the key of a device; one alone is the rule. */
export const TwinMachines = Type.Object({
  /** Somebody has to say which machine it is. */
  isUndecided: Type.Boolean(),
  machines: Type.Array(TwinMachine),
});
export type TwinMachines = Static<typeof TwinMachines>;

/** Which machine it is. */
export const TwinDecision = Type.Object({ machine: Type.String({ maxLength: 64 }) }, { additionalProperties: false });
export type TwinDecision = Static<typeof TwinDecision>;
