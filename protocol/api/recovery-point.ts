import { type Static, Type } from 'typebox';
import { Nullable, Time } from '../document.ts';
import { SaidDocument } from './said.ts';

const strict = { additionalProperties: false } as const;
const Id = Type.String({ minLength: 1, maxLength: 64 });
const PointId = Type.String({ minLength: 1, maxLength: 256 });
const Bytes = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const ExitCode = Type.Integer({ minimum: -255, maximum: 255 });
const Kind = Type.Enum(['full', 'differential', 'incremental', 'log']);

export const MAX_POINTS_AT_ONCE = 1_000;

/** What a backup left behind. The same one may be told again: it stays one. */
export const RecoveryPointInput = Type.Object(
  {
    planId: Id,
    /** What its source calls it, once in a plan: a snapshot, an archive, a file. */
    id: PointId,
    /** When the backup began: its data is from then. */
    startedAt: Time,
    /** Null where the source does not say. */
    finishedAt: Nullable(Time),
    /** With what its run ended, as the plan's tool has it; null: only a listing shows it, which proves no more. */
    exitCode: Nullable(ExitCode),
    sizeBytes: Nullable(Bytes),
    /** `full` if it is left out. */
    kind: Type.Optional(Kind),
    /** The point without which this one cannot be restored; null or left out: it stands alone. */
    after: Type.Optional(Nullable(PointId)),
    /** When a check or a restore found it whole. */
    verifiedAt: Type.Optional(Nullable(Time)),
    /** From when on it was there no more: pruned, deleted, or found damaged. */
    goneAt: Type.Optional(Nullable(Time)),
    /** Where it lies, if that is not the place of the plan. */
    place: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  },
  strict,
);
export type RecoveryPointInput = Static<typeof RecoveryPointInput>;

/** Why a point cannot be restored, or not for as long, although it is fine: what it stands on. */
export const RecoveryChainBreak = Type.Object({
  pointId: Type.String(),
  /** Where the chain ends: the point that is not there or does not count. */
  brokenAt: Type.String(),
  why: Type.Enum(['missing', 'failed', 'unproven', 'gone', 'circle']),
  sentence: Type.String(),
  said: SaidDocument,
});
export type RecoveryChainBreak = Static<typeof RecoveryChainBreak>;

/** A point as it was told, and what it counts as. */
export const RecoveryPoint = Type.Object({
  planId: Type.String(),
  id: Type.String(),
  startedAt: Time,
  finishedAt: Nullable(Time),
  seenAt: Time,
  completeness: Type.Enum(['complete', 'seen', 'unknown', 'failed']),
  sizeBytes: Nullable(Type.Integer()),
  kind: Kind,
  after: Nullable(Type.String()),
  verifiedAt: Nullable(Time),
  goneAt: Nullable(Time),
  place: Type.String(),
  /** Why it counts for nothing, now and ever; null if it counts. */
  refusal: Nullable(Type.Enum(['failed', 'future', 'undated', 'backwards'])),
});
export type RecoveryPoint = Static<typeof RecoveryPoint>;

/** Many points at once, of one plan or of many: each is judged by itself. */
export const RecoveryPointsInput = Type.Object(
  {
    /** Each as the body of `POST /api/v1/recovery/points`. */
    points: Type.Array(Type.Unknown(), { minItems: 1, maxItems: MAX_POINTS_AT_ONCE }),
  },
  strict,
);

/** What became of each, in the order in which they were sent. */
export const RecoveryPointsAnswer = Type.Object({
  accepted: Type.Integer(),
  items: Type.Array(
    Type.Object({
      point: Nullable(RecoveryPoint),
      /** Why it was not taken, and what to do. */
      error: Nullable(Type.Object({ code: Type.String(), message: Type.String() })),
    }),
  ),
});
export type RecoveryPointsAnswer = Static<typeof RecoveryPointsAnswer>;

/** A run as it was told. */
export const RecoveryRun = Type.Object({
  id: Type.Integer(),
  /** What whoever told of it calls it. */
  name: Nullable(Type.String()),
  /** Null: nobody told of its start. */
  startedAt: Nullable(Time),
  /** Null while it runs, and of one that never ended. */
  endedAt: Nullable(Time),
  /** `unknown`: it ended, but what it left behind is not to be believed; `never_ended`: nobody told of its end. */
  outcome: Type.Enum(['running', 'complete', 'unknown', 'failed', 'never_ended']),
  exitCode: Nullable(Type.Integer()),
  sizeBytes: Nullable(Type.Integer()),
  /** `ping`, or `device:<id>` of the agent. */
  toldBy: Type.String(),
  /** The point that it left behind. */
  pointId: Nullable(Type.String()),
});
export type RecoveryRun = Static<typeof RecoveryRun>;

/** The secret address of a plan; shown once. `/start`, `/success` and `/fail` come behind it. */
export const RecoveryPing = Type.Object({ url: Type.String(), expiresAt: Nullable(Time) });
export type RecoveryPing = Static<typeof RecoveryPing>;
