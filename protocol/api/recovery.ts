import { type Static, Type } from 'typebox';
import { Nullable, Time } from '../document.ts';
import { RecoveryChainBreak, RecoveryRun } from './recovery-point.ts';
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
export const RecoveryPlanRow = Type.Interface([RecoveryPlan], {
  /** When the device that it protects was retired: since then nothing is due, judged or measured. Null while it is there. */
  orphanedAt: Nullable(Time),
  standing: RecoveryStanding,
});
export type RecoveryPlanRow = Static<typeof RecoveryPlanRow>;

/** One plan with what is known of it. */
export const RecoveryPlanDetail = Type.Interface([RecoveryPlanRow], {
  /** What follows from its rhythm; null where that is not known, or comes less than twice. */
  worstCase: Nullable(RecoveryWorstCase),
  /** Why its newest point cannot be restored although it is fine; null: it can be, or there is none. */
  chain: Nullable(RecoveryChainBreak),
  /** The newest run that was told; null: none was. */
  lastRun: Nullable(RecoveryRun),
  /** Its address for pings, whose secret was shown once; null: it has none. */
  ping: Nullable(Type.Object({ createdAt: Time, expiresAt: Nullable(Time) })),
});
export type RecoveryPlanDetail = Static<typeof RecoveryPlanDetail>;

/** What would come of a plan: its targets and its worst case, as in its detail. */
export const RecoveryPlanPreview = Type.Object({
  rpo: RecoveryTarget,
  rto: RecoveryTarget,
  worstCase: Nullable(RecoveryWorstCase),
});
export type RecoveryPlanPreview = Static<typeof RecoveryPlanPreview>;
