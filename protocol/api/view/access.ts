import { type Static, Type } from 'typebox';
import { Nullable, Time } from '../../document.ts';
import { DeviceKind, Role } from './catalogue.ts';

export const User = Type.Object({ id: Type.String(), email: Type.String(), name: Type.String(), role: Role });
export type User = Static<typeof User>;

/** Who made something. The name is null where it is not known, and for who may not know it. */
export const Maker = Type.Object({
  id: Type.String(),
  kind: Type.Enum(['person', 'key', 'command_line']),
  name: Nullable(Type.String()),
  /** False once the person is disabled or the key revoked. */
  isActive: Type.Boolean(),
});
export type Maker = Static<typeof Maker>;

export const ApiKey = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: Role,
  clientId: Nullable(Type.String()),
  createdAt: Time,
  createdBy: Type.String(),
  maker: Maker,
  /** Who answers for it since its maker was disabled. */
  keeper: Nullable(Maker),
  lastUsedAt: Nullable(Time),
  /** Null: never. */
  expiresAt: Nullable(Time),
});
export type ApiKey = Static<typeof ApiKey>;

export const EnrolmentToken = Type.Object({
  id: Type.String(),
  clientId: Type.String(),
  siteId: Type.String(),
  kind: DeviceKind,
  usesLeft: Type.Integer(),
  expiresAt: Time,
  createdAt: Time,
  createdBy: Type.String(),
  maker: Maker,
  /** Who answers for it since its maker was disabled. */
  keeper: Nullable(Maker),
  lastUsedAt: Nullable(Time),
});
export type EnrolmentToken = Static<typeof EnrolmentToken>;

/** A new token: its secret is shown this once, with the one line that installs an agent on Linux. */
export const NewEnrolmentToken = Type.Interface([EnrolmentToken], {
  token: Type.String(),
  installCommand: Type.String(),
  removeCommand: Type.String(),
  enrollCommand: Type.String(),
});
export type NewEnrolmentToken = Static<typeof NewEnrolmentToken>;

/** The link of the page on which a client's people report problems. */
export const ReportLink = Type.Object({
  /** The client's. */
  id: Type.String(),
  createdAt: Time,
  maker: Maker,
  /** Who answers for it since its maker was disabled. */
  keeper: Nullable(Maker),
  lastUsedAt: Nullable(Time),
  expiresAt: Nullable(Time),
});
export type ReportLink = Static<typeof ReportLink>;

/** What a person or a key left that still opens something. */
export const LeftBehind = Type.Object({
  apiKeys: Type.Array(ApiKey),
  tokens: Type.Array(EnrolmentToken),
  reportLinks: Type.Array(ReportLink),
});
export type LeftBehind = Static<typeof LeftBehind>;

/** A one-time link to a new password, shown this once. */
export const ResetLink = Type.Object({ url: Type.String(), expiresAt: Time });
export type ResetLink = Static<typeof ResetLink>;

/** Whose password a one-time link sets. */
export const PasswordResetOwner = Type.Object({ name: Type.String(), email: Type.String() });
export type PasswordResetOwner = Static<typeof PasswordResetOwner>;

/** Who is asking, before login. `firstRun`: there is no account yet and the one-time link works. */
export const SessionInfo = Type.Object({ user: Nullable(User), firstRun: Type.Boolean(), version: Type.String() });
export type SessionInfo = Static<typeof SessionInfo>;
