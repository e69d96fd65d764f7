import { type Static, Type } from 'typebox';

/** One row of the audit log. */
export const AuditRow = Type.Object({
  /** Counts up without a gap. */
  row: Type.Integer(),
  at: Type.String({ format: 'date-time' }),
  /** `server`: what comes from the command line, from machines and from people without an account. */
  actor: Type.Object({
    id: Type.String(),
    kind: Type.Enum(['person', 'key', 'server']),
    /** Null where nobody of this id is known. */
    name: Type.Union([Type.String(), Type.Null()]),
  }),
  action: Type.String(),
  /** The action in words, in the past tense. */
  words: Type.String(),
  /** The id of what was acted on. */
  object: Type.String(),
  /** What it was changed to, as far as it is kept. */
  detail: Type.Record(Type.String(), Type.Unknown()),
});
export type AuditRow = Static<typeof AuditRow>;

/** What may be searched for. */
export const AuditActions = Type.Object({
  items: Type.Array(Type.Object({ action: Type.String(), words: Type.String() })),
});
export type AuditActions = Static<typeof AuditActions>;
