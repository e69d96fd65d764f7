import { type Static, Type } from 'typebox';
import { Nullable, Time } from '../document.ts';
import { drillFailures } from './drill-failures.ts';
import { SaidDocument } from './said.ts';

const strict = { additionalProperties: false } as const;
const Id = Type.String({ minLength: 1, maxLength: 64 });
const Size = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Scope = Type.Enum(['full', 'sample']);

/** A restore that was tried, as whoever did it tells of it. */
export const RecoveryDrillInput = Type.Object(
  {
    planId: Id,
    /** All of it, or a sample: that proves its files, never the whole. */
    scope: Scope,
    startedAt: Time,
    /** When it worked in full, or failed. */
    finishedAt: Time,
    result: Type.Enum(['restored', ...drillFailures]),
    restoredBytes: Nullable(Size),
    /** How many files were compared. */
    files: Nullable(Size),
    /** The first file that differed or was missing; null if none did. */
    firstDifference: Nullable(Type.String({ minLength: 1, maxLength: 1_000 })),
    /** How one can see that it was so: a ticket, a protocol, what was compared with what. */
    evidence: Type.String({ minLength: 3, maxLength: 2_000 }),
  },
  strict,
);
export type RecoveryDrillInput = Static<typeof RecoveryDrillInput>;

export const RecoveryDrill = Type.Interface([RecoveryDrillInput], {
  id: Type.String(),
  clientId: Type.String(),
  tookMs: Type.Integer(),
  /** That everything can be restored. */
  isProof: Type.Boolean(),
  /** By the rule that times an outage and the RTO of now; null where none counts, and of a sample or one that failed. */
  rto: Nullable(Type.Enum(['met', 'breached'])),
  recordedAt: Time,
  /** Who recorded it; null for whoever sees some clients only. */
  by: Nullable(Type.String()),
});
export type RecoveryDrill = Static<typeof RecoveryDrill>;

/** How often a plan wants a drill, and by when its backups are to end. */
export const DrillTarget = Type.Object(
  {
    /** `sample`: one of a sample counts too. */
    scope: Scope,
    /** Null: none is wanted. */
    maxAgeDays: Nullable(Type.Integer({ minimum: 1, maximum: 3_650 })),
    /** `HH:MM` in the zone of the plan: when the night is over for its backups; null: they may take as long as they like. */
    windowEndsAt: Nullable(Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' })),
  },
  strict,
);
export type DrillTarget = Static<typeof DrillTarget>;

/** `young`: too little is known; `steady`: it does not grow; `far`: not in the next ten years. */
const NoDate = Type.Enum(['young', 'steady', 'far']);
const Sentences = {
  sentences: Type.Array(Type.String()),
  said: Type.Array(SaidDocument),
};

/** How long a plan would take to be back, as drills have shown, and until when that is as promised. */
export const RecoveryOutlook = Type.Object({
  planId: Type.String(),
  rtoMinutes: Nullable(Type.Integer()),
  drills: Type.Object({
    target: Nullable(DrillTarget),
    count: Type.Integer(),
    /** The newest that is over, of any kind and result. */
    last: Nullable(RecoveryDrill),
    /** How long the last one ago is that counts for the target, ms; null: there is none. */
    ageMs: Nullable(Type.Integer()),
    isOverdue: Type.Boolean(),
    /** Everything was restored in a drill, once at least. */
    isProven: Type.Boolean(),
    ...Sentences,
  }),
  /** Bytes a second, of the newest ten drills that went well, full or sampled; null without one. */
  throughput: Nullable(
    Type.Object({ median: Type.Number(), least: Type.Number(), most: Type.Number(), drills: Type.Integer() }),
  ),
  restore: Type.Object({
    /** What there is to restore today; null where no backup says its size. */
    sizeBytes: Nullable(Type.Integer()),
    /** By the median of the drills, by the fastest and by the slowest. Null without a drill or a size. */
    tookMs: Nullable(Type.Integer()),
    leastMs: Nullable(Type.Integer()),
    mostMs: Nullable(Type.Integer()),
    /** From when on the RTO cannot be kept as the data grows, with its interval. */
    impossibleOn: Nullable(Time),
    earliest: Nullable(Time),
    latest: Nullable(Time),
    /** Why there is no date. */
    noDate: Nullable(NoDate),
    ...Sentences,
  }),
  /** Null where no end of the night is set, or nothing begins by the clock. */
  window: Nullable(
    Type.Object({
      /** The shortest of the next 400 days. */
      windowMs: Type.Integer(),
      outgrownOn: Nullable(Time),
      noDate: Nullable(NoDate),
      ...Sentences,
    }),
  ),
});
export type RecoveryOutlook = Static<typeof RecoveryOutlook>;
