import { type Static, Type } from 'typebox';
import { Nullable, Time } from '../document.ts';
import { SaidDocument } from './said.ts';

const strict = { additionalProperties: false } as const;
const Id = Type.String({ minLength: 1, maxLength: 64 });

/** What a check looks at. */
export const CheckTarget = Type.Union([
  /** A process of this executable name runs. */
  Type.Object({ kind: Type.Literal('process'), name: Type.String({ minLength: 1, maxLength: 64 }) }, strict),
  /** A systemd unit (on Windows: a service) is active. */
  Type.Object({ kind: Type.Literal('unit'), name: Type.String({ minLength: 1, maxLength: 128 }) }, strict),
  Type.Object(
    {
      kind: Type.Literal('tcp'),
      host: Type.String({ minLength: 1, maxLength: 253 }),
      port: Type.Integer({ minimum: 1, maximum: 65_535 }),
    },
    strict,
  ),
  Type.Object(
    {
      kind: Type.Literal('http'),
      url: Type.String({ minLength: 8, maxLength: 2000 }),
      /** Accepted statuses; by default 200 to 399. */
      status: Type.Optional(Type.Array(Type.Integer({ minimum: 100, maximum: 599 }), { minItems: 1, maxItems: 20 })),
      /** The body must contain it (first 256 KiB). */
      text: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
      /** Slower than this is down. */
      maxMs: Type.Optional(Type.Integer({ minimum: 1, maximum: 60_000 })),
      /** Warn when the certificate ends in fewer days. */
      certificateDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 365 })),
    },
    strict,
  ),
]);
export type CheckTarget = Static<typeof CheckTarget>;

export const CheckInput = Type.Object(
  {
    clientId: Id,
    /** The agent that runs it; null: the server, for public addresses only. */
    deviceId: Nullable(Id),
    name: Type.String({ minLength: 1, maxLength: 120 }),
    target: CheckTarget,
    intervalSeconds: Type.Integer({ minimum: 5, maximum: 3600 }),
    timeoutSeconds: Type.Integer({ minimum: 1, maximum: 60 }),
    /** How long it must fail before an incident is raised. */
    forSeconds: Type.Integer({ minimum: 0, maximum: 86_400 }),
    priority: Type.Enum(['high', 'medium', 'normal']),
  },
  strict,
);
export type CheckInput = Static<typeof CheckInput>;

export { type CheckReason, checkReasons } from '../check-reason.ts';

export const Check = Type.Interface([CheckInput], {
  id: Type.String(),
  state: Type.Enum(['up', 'down', 'unknown']),
  /** One sentence with its numbers. */
  sentence: Type.String(),
  said: SaidDocument,
  lastRunAt: Nullable(Time),
  durationMs: Nullable(Type.Number()),
  httpStatus: Nullable(Type.Integer()),
  certificateEndsAt: Nullable(Time),
});
export type Check = Static<typeof Check>;

export const ServiceInput = Type.Object(
  {
    clientId: Id,
    name: Type.String({ minLength: 1, maxLength: 120 }),
    /** Of these devices at least `needed` must be up. */
    deviceIds: Type.Array(Id, { maxItems: 200 }),
    needed: Type.Integer({ minimum: 0, maximum: 200 }),
    /** Of these every one must be up. */
    checkIds: Type.Array(Id, { maxItems: 50 }),
    /** The key process that stops when this is down, such as "invoicing": its loss is an emergency. Null: none. */
    blocks: Nullable(Type.String({ minLength: 1, maxLength: 200 })),
    /** Parts per million; null: what the contract says of services. */
    targetPpm: Nullable(Type.Integer()),
  },
  strict,
);
export type ServiceInput = Static<typeof ServiceInput>;

export const Service = Type.Interface([ServiceInput], {
  id: Type.String(),
  slug: Type.String(),
  state: Type.Enum(['up', 'down', 'excluded', 'unknown']),
  /** Why, in one sentence. */
  sentence: Type.String(),
  said: SaidDocument,
  since: Nullable(Time),
  warnings: Type.Array(Type.String()),
});
export type Service = Static<typeof Service>;
