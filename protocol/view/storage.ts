import { type Static, Type } from 'typebox';
import { Nullable, Time } from '../document.ts';
import { Resolution } from './series.ts';

/** How much history is held at one resolution. */
export const StorageResolution = Type.Object({
  resolution: Resolution,
  retentionMs: Type.Integer(),
  bytes: Type.Integer(),
  /** When what is held begins; null if nothing is yet. */
  from: Nullable(Time),
});
export type StorageResolution = Static<typeof StorageResolution>;

/** A part of history that was set aside as damaged: whose, from when to when; null where that cannot be told. */
export const StorageDamage = Type.Object({
  deviceId: Nullable(Type.String()),
  deviceName: Nullable(Type.String()),
  from: Nullable(Time),
  to: Nullable(Time),
  foundAt: Time,
});
export type StorageDamage = Static<typeof StorageDamage>;

/** What the server keeps of history. */
export const Storage = Type.Object({
  /** The database of history on disk. */
  fileBytes: Type.Integer(),
  /** Of these: what waits to be used again. */
  freeBytes: Type.Integer(),
  /** Of these: committed reports on their way into blocks. */
  journalBytes: Type.Integer(),
  resolutions: Type.Array(StorageResolution),
  /** The newest first, at most 100. */
  damaged: Type.Array(StorageDamage),
  /** All of them. */
  damagedCount: Type.Integer(),
});
export type Storage = Static<typeof Storage>;
