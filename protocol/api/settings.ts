import { type Static, Type } from 'typebox';
import { SaidDocument } from './said.ts';
import { DeviceKind } from './view/catalogue.ts';

const PolicyLevel = Type.Enum(['default', 'client', 'site', 'kind', 'tag', 'device']);
const Time = Type.String({ format: 'date-time' });
/** Whoever sees some clients only does not learn who works here: for them it has no name. */
const Maker = Type.Object({ id: Type.String(), name: Type.Union([Type.String(), Type.Null()]) });

/** What may be set: a number in its unit, within its bounds. */
export const Setting = Type.Object({
  name: Type.String(),
  /** A share from 0 to 1, bytes, or milliseconds. */
  unit: Type.Enum(['ratio', 'bytes', 'ms']),
  min: Type.Number(),
  max: Type.Number(),
  builtIn: Type.Number(),
});
export type Setting = Static<typeof Setting>;

export const Settings = Type.Object({ items: Type.Array(Setting) });
export type Settings = Static<typeof Settings>;

/** One version of a policy. */
export const Policy = Type.Object({
  /** To what it applies, in one word. */
  id: Type.String(),
  level: PolicyLevel,
  /** Null for what applies to every client. */
  clientId: Type.Union([Type.String(), Type.Null()]),
  /** The id of a client, site or device, a kind, or a tag. */
  subject: Type.Union([Type.String(), Type.Null()]),
  rank: Type.Integer(),
  /** Null: it was removed. */
  values: Type.Union([Type.Record(Type.String(), Type.Number()), Type.Null()]),
  version: Type.Integer(),
  /** From when on it is in force. */
  from: Time,
  by: Maker,
});
export type Policy = Static<typeof Policy>;

export const Policies = Type.Object({ items: Type.Array(Policy) });
export type Policies = Static<typeof Policies>;

/** All that a policy is to say from now on: what it does not name is left to farther levels. */
export const PolicyInput = Type.Object(
  {
    values: Type.Record(Type.String({ maxLength: 200 }), Type.Number(), { maxProperties: 200 }),
    /** Of two tags of a device the one with the higher rank wins. */
    rank: Type.Optional(Type.Integer({ minimum: -1000, maximum: 1000 })),
  },
  { additionalProperties: false },
);
export type PolicyInput = Static<typeof PolicyInput>;

/** Who said what holds: null for what is built in. */
const Source = Type.Union([
  Type.Object({
    policy: Type.String(),
    level: PolicyLevel,
    version: Type.Integer(),
    from: Time,
    by: Maker,
  }),
  Type.Null(),
]);

/** What holds of a device at an instant, and why. */
export const EffectiveDeviceSettings = Type.Object({
  deviceId: Type.String(),
  at: Time,
  /** Where it stood at that instant. */
  place: Type.Object({
    clientId: Type.String(),
    siteId: Type.String(),
    kind: DeviceKind,
    tags: Type.Array(Type.String()),
  }),
  values: Type.Array(Type.Object({ name: Type.String(), value: Type.Number(), source: Source })),
  /** Stored values that cannot be used, such as those of an older version with other bounds. */
  ignored: Type.Array(
    Type.Object({
      name: Type.String(),
      policy: Type.String(),
      version: Type.Integer(),
      why: Type.String(),
      whySaid: SaidDocument,
    }),
  ),
});
export type EffectiveDeviceSettings = Static<typeof EffectiveDeviceSettings>;
