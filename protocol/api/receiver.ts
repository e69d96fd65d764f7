import { type Static, Type } from 'typebox';
import { Nullable, Time } from '../document.ts';
import { SaidDocument } from './said.ts';

const strict = { additionalProperties: false } as const;
const Text = (maxLength: number) => Type.String({ minLength: 1, maxLength });

/** Where a channel delivers. Fields marked secret are write-only: they are sealed and never read back. */
export const ReceiverTarget = Type.Union([
  Type.Object(
    {
      kind: Type.Literal('email'),
      host: Text(253),
      port: Type.Integer({ minimum: 1, maximum: 65_535 }),
      /** `implicit`: TLS from the first byte; `starttls`: required upgrade; `none`: for a relay on this machine only. */
      security: Type.Enum(['implicit', 'starttls', 'none']),
      user: Nullable(Type.String({ maxLength: 200 })),
      /** Secret. Omitted on change: as before. */
      password: Type.Optional(Nullable(Type.String({ maxLength: 500 }))),
      from: Text(254),
      to: Type.Array(Text(254), { minItems: 1, maxItems: 20 }),
    },
    strict,
  ),
  Type.Object(
    {
      kind: Type.Literal('webhook'),
      url: Text(2000),
      /** Secret. The body is signed with it (HMAC-SHA256). */
      secret: Type.Optional(Nullable(Type.String({ minLength: 16, maxLength: 200 }))),
    },
    strict,
  ),
  Type.Object(
    {
      kind: Type.Literal('ntfy'),
      /** Such as `https://ntfy.sh`. */
      server: Text(500),
      topic: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }),
      /** Secret. */
      token: Type.Optional(Nullable(Type.String({ maxLength: 500 }))),
    },
    strict,
  ),
  Type.Object(
    {
      kind: Type.Literal('telegram'),
      chatId: Text(64),
      /** Secret. */
      botToken: Type.Optional(Nullable(Type.String({ maxLength: 200 }))),
      /** The Bot API, for an own one; by default Telegram's. */
      apiUrl: Type.Optional(Text(500)),
    },
    strict,
  ),
]);
export type ReceiverTarget = Static<typeof ReceiverTarget>;

export const ReceiverInput = Type.Object(
  {
    name: Text(120),
    /** Only of this client; null: of every client. */
    clientId: Nullable(Type.String({ minLength: 1, maxLength: 64 })),
    minPriority: Type.Enum(['emergency', 'high', 'medium', 'normal']),
    /** Also warnings of response clocks. */
    clocks: Type.Boolean(),
    target: ReceiverTarget,
  },
  strict,
);
export type ReceiverInput = Static<typeof ReceiverInput>;

export const Receiver = Type.Object({
  id: Type.String(),
  name: Type.String(),
  clientId: Nullable(Type.String()),
  minPriority: Type.Enum(['emergency', 'high', 'medium', 'normal']),
  clocks: Type.Boolean(),
  /** Without its secrets. */
  target: Type.Record(Type.String(), Type.Unknown()),
  hasSecret: Type.Boolean(),
  lastDeliveredAt: Nullable(Time),
  waiting: Type.Integer(),
  lastError: Nullable(Type.String()),
  /** The same as a fact. */
  lastErrorSaid: Nullable(SaidDocument),
});
export type Receiver = Static<typeof Receiver>;

/** What the receiver answered to a test message. */
export const ReceiverTest = Type.Object({
  ok: Type.Boolean(),
  answer: Type.String(),
  /** The same as a fact. */
  said: SaidDocument,
  tookMs: Type.Integer(),
});
export type ReceiverTest = Static<typeof ReceiverTest>;
