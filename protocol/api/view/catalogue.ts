import { type Static, Type } from 'typebox';
import { Nullable } from '../../document.ts';

export const DeviceKind = Type.Enum(['server', 'workstation']);
export type DeviceKind = Static<typeof DeviceKind>;

export const Role = Type.Enum(['admin', 'technician', 'viewer', 'metrics']);
export type Role = Static<typeof Role>;

export const Client = Type.Object({
  id: Type.String(),
  slug: Type.String(),
  name: Type.String(),
  /** Template of the link that opens a remote session, see RemoteUrl; absent where it is not told. */
  remoteUrl: Type.Optional(Nullable(Type.String())),
  /** Whether the page behind a secret link is open for reports of this client's people. */
  hasReportLink: Type.Optional(Type.Boolean()),
});
export type Client = Static<typeof Client>;

export const Site = Type.Object({
  id: Type.String(),
  clientId: Type.String(),
  slug: Type.String(),
  name: Type.String(),
});
export type Site = Static<typeof Site>;
