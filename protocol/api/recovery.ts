import { type Static, Type } from 'typebox';
import { Nullable, Time } from '../document.ts';
import { SaidDocument } from './said.ts';

const strict = { additionalProperties: false } as const;
const Id = Type.String({ minLength: 1, maxLength: 64 });
const Minutes = Type.Integer({ minimum: 1, maximum: 525_600 });

/** When a backup begins. */
export const RecoveryRhythm = Type.Union([
  /** A line of a crontab, in the zone of the plan: five fields, or a nickname such as `@daily`. */
  Type.Object({ kind: Type.Literal('cron'), line: Type.String({ minLength: 1, maxLength: 100 }) }, strict),
  /** So many minutes after the one before began. */
  Type.Object({ kind: Type.Literal('interval'), everyMinutes: Type.Integer({ minimum: 5, maximum: 525_600 }) }, strict),
]);
export type RecoveryRhythm = Static<typeof RecoveryRhythm>;

/** Something that is protected: with what, where to, how often, and what is promised of it. */
export const RecoveryPlanInput = Type.Object(
  {
    clientId: Id,
    /** What is protected: a device, a service, or neither, such as a folder in the cloud. */
    deviceId: Nullable(Id),
    serviceId: Nullable(Id),
    name: Type.String({ minLength: 1, maxLength: 120 }),
    /** Whose exit codes its runs end with; `command`: 0 is complete, all others are failures. */
    tool: Type.Enum(['restic', 'borg', 'command']),
    /** Where the backups lie, and whether that is another place than the site of what is protected. */
    target: Type.Object({ place: Type.String({ minLength: 1, maxLength: 200 }), isOffSite: Type.Boolean() }, strict),
    /** Null: those of the client's contract. */
    rpoMinutes: Nullable(Minutes),
    rtoMinutes: Nullable(Minutes),
    /** Null: nobody knows it, so that nothing is due. */
    rhythm: Nullable(RecoveryRhythm),
    /** Days on which nothing is worked, and nothing backed up. */
    closed: Type.Object(
      {
        /** 1 (Monday) to 7. */
        weekdays: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { maxItems: 6, uniqueItems: true }),
        /** `YYYY-MM-DD` */
        dates: Type.Array(Type.String({ minLength: 10, maxLength: 10 }), { maxItems: 400, uniqueItems: true }),
      },
      strict,
    ),
    /** IANA: of the rhythm and of the closed days. */
    timeZone: Type.String({ minLength: 1, maxLength: 64 }),
    /** How long a run takes. */
    durationMinutes: Type.Integer({ minimum: 0, maximum: 10_080 }),
    /** How late a run may be before it is missed; null: a tenth of the time between two, from 5 min to 2 h. */
    graceMinutes: Nullable(Type.Integer({ minimum: 1, maximum: 10_080 })),
  },
  strict,
);
export type RecoveryPlanInput = Static<typeof RecoveryPlanInput>;

/** A target as it counts now. */
export const RecoveryTarget = Type.Object({
  /** Null: none is agreed. */
  minutes: Nullable(Minutes),
  from: Type.Enum(['plan', 'contract', 'none']),
});
export type RecoveryTarget = Static<typeof RecoveryTarget>;

export const RecoveryPlan = Type.Interface([RecoveryPlanInput], {
  id: Type.String(),
  createdAt: Time,
  /** What counts now. */
  rpo: RecoveryTarget,
  rto: RecoveryTarget,
});
export type RecoveryPlan = Static<typeof RecoveryPlan>;

/** The most work that is lost although every run succeeds: from the start of one to the end of the next. */
export const RecoveryWorstCase = Type.Object({
  exposureMs: Type.Integer(),
  from: Time,
  to: Time,
  /** Null without an RPO. */
  verdict: Nullable(
    Type.Object({
      hold: Type.Enum(['holds', 'sometimes', 'never']),
      sentence: Type.String(),
      said: SaidDocument,
      /** An RPO that such a plan can keep; null where the one that counts holds. */
      proposalMinutes: Nullable(Minutes),
    }),
  ),
});
export type RecoveryWorstCase = Static<typeof RecoveryWorstCase>;

/** How a plan stands now. */
export const RecoveryStanding = Type.Object({
  /**
   * `kept`: within the RPO and nothing late; `overdue`: one run is missed; `at_risk`: two or more; `breached`: over the RPO;
   * `unproven`: within it only if a point is whole of which that is not known; `blind`: nobody can look.
   */
  stage: Type.Enum(['kept', 'overdue', 'at_risk', 'breached', 'unproven', 'blind']),
  sentence: Type.String(),
  said: SaidDocument,
  /** What would be lost now, without closed days; null where no point is known to be whole. */
  exposureMs: Nullable(Type.Integer()),
  /** Start of the newest point that is known to be whole. */
  newestAt: Nullable(Time),
  missed: Type.Integer(),
  /** When the first run was due that is missed, or the next one is. */
  dueAt: Nullable(Time),
  /** The last instant within the RPO if nothing more comes. */
  breachAt: Nullable(Time),
});
export type RecoveryStanding = Static<typeof RecoveryStanding>;

/** A plan as one of many, with how it stands. */
export const RecoveryPlanRow = Type.Interface([RecoveryPlan], { standing: RecoveryStanding });
export type RecoveryPlanRow = Static<typeof RecoveryPlanRow>;

/** A plan with what follows from its rhythm; null where that is not known, or comes less than twice. */
export const RecoveryPlanDetail = Type.Interface([RecoveryPlanRow], { worstCase: Nullable(RecoveryWorstCase) });
export type RecoveryPlanDetail = Static<typeof RecoveryPlanDetail>;

/** What would come of a plan: its targets and its worst case, as in its detail. */
export const RecoveryPlanPreview = Type.Object({
  rpo: RecoveryTarget,
  rto: RecoveryTarget,
  worstCase: Nullable(RecoveryWorstCase),
});
export type RecoveryPlanPreview = Static<typeof RecoveryPlanPreview>;

/** What a backup left behind. The same one may be told again: it stays one. */
export const RecoveryPointInput = Type.Object(
  {
    planId: Id,
    /** What its source calls it, once in a plan: a snapshot, an archive, a file. */
    id: Type.String({ minLength: 1, maxLength: 200 }),
    /** When the backup began: its data is from then. */
    startedAt: Time,
    /** Null where the source does not say. */
    finishedAt: Nullable(Time),
    /** With what its run ended, as the plan's tool has it; null: only a listing shows it, which proves no more. */
    exitCode: Nullable(Type.Integer({ minimum: -255, maximum: 255 })),
    sizeBytes: Nullable(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  },
  strict,
);
export type RecoveryPointInput = Static<typeof RecoveryPointInput>;

/** A point as it counts. */
export const RecoveryPoint = Type.Object({
  planId: Type.String(),
  id: Type.String(),
  startedAt: Time,
  finishedAt: Nullable(Time),
  seenAt: Time,
  completeness: Type.Enum(['complete', 'seen', 'unknown', 'failed']),
  sizeBytes: Nullable(Type.Integer()),
  /** Why it counts for nothing, now and ever; null if it counts. */
  refusal: Nullable(Type.Enum(['failed', 'future', 'undated', 'backwards'])),
});
export type RecoveryPoint = Static<typeof RecoveryPoint>;
