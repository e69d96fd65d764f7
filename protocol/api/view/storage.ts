import { type Static, Type } from 'typebox';
import { Nullable, Time } from '../../document.ts';
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

/**
 * Why history is gone.
 * - `missing`: the database was not there when the server started, or another one was
 * - `older`: it was an older copy than the one that the server had
 * - `set_aside`: its format is no longer read; it was renamed
 * - `damaged`: a part of it did not match its checksum
 */
export const LossKind = Type.Enum(['missing', 'older', 'set_aside', 'damaged']);
export type LossKind = Static<typeof LossKind>;

/** Hours of a machine that are gone from the charts; null where an end cannot be told. */
export const HistoryLoss = Type.Object({ kind: LossKind, from: Nullable(Time), to: Nullable(Time), foundAt: Time });
export type HistoryLoss = Static<typeof HistoryLoss>;

/** The same with the name of the machine; null where nobody can say whose they were, or it is retired. */
export const LostHistory = Type.Interface([HistoryLoss], {
  deviceId: Nullable(Type.String()),
  deviceName: Nullable(Type.String()),
});
export type LostHistory = Static<typeof LostHistory>;

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
  /** Hours that were acknowledged and are gone, the newest found first, at most 100: of damaged parts too. */
  lost: Type.Array(LostHistory),
  /** All of them. */
  lostCount: Type.Integer(),
});
export type Storage = Static<typeof Storage>;
