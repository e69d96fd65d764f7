import { type Static, Type } from 'typebox';
import { Nullable, Time } from '../../document.ts';
import { SaidDocument } from '../said.ts';
import { DeviceKind } from './catalogue.ts';
import { Priority } from './incident.ts';
import { HistoryLoss } from './storage.ts';

/**
 * - `up`: proof of life in the last 12 s
 * - `late`: none for longer, not yet judged
 * - `lost`: no contact for 30 s; the host or its link
 * - `expected`: said goodbye and still has time to return
 * - `off`: a workstation that is not there, or a machine that was shut down on purpose
 * - `asleep`: suspended
 * - `unknown`: the server itself was blind, or has just started
 * - `pending`: enrolled, never seen
 */
export const PresenceState = Type.Enum(['up', 'late', 'lost', 'expected', 'off', 'asleep', 'unknown', 'pending']);
export type PresenceState = Static<typeof PresenceState>;

export const FileSystem = Type.Object({
  mountpoint: Type.String(),
  sizeBytes: Nullable(Type.Number()),
  availableBytes: Nullable(Type.Number()),
  inodes: Nullable(Type.Number()),
  inodesFree: Nullable(Type.Number()),
  readOnly: Type.Boolean(),
  /** False: it does not answer, or only with an error. Null where nobody knows. */
  readable: Nullable(Type.Boolean()),
  /** Other names of the same space, and other file systems of its pool: full together. Absent where there are none. */
  sharesWith: Type.Optional(Type.Array(Type.String())),
  /** When it will be full by its trend; absent where nobody looked. */
  forecast: Type.Optional(
    Nullable(
      Type.Object({
        /** Null: it is not about to be. */
        fullAt: Nullable(Time),
        bytesPerHour: Nullable(Type.Number()),
        /** How far it can be believed, 0..1. */
        quality: Nullable(Type.Number()),
        /** When and by what evidence, or why not. */
        sentence: Type.String(),
        said: SaidDocument,
      }),
    ),
  ),
});
export type FileSystem = Static<typeof FileSystem>;

/** One row of the fleet. Figures are those of the last report, null before the first. */
export const DeviceSummary = Type.Object({
  id: Type.String(),
  slug: Type.String(),
  name: Type.String(),
  clientId: Type.String(),
  siteId: Type.String(),
  kind: DeviceKind,
  os: Nullable(Type.String()),
  agentVersion: Nullable(Type.String()),
  state: PresenceState,
  /** Why the state is what it is: one sentence with its evidence. */
  stateReason: Type.String(),
  stateSaid: SaidDocument,
  stateSince: Time,
  lastReportAt: Nullable(Time),
  bootAt: Nullable(Time),
  cpuBusyRatio: Nullable(Type.Number()),
  memoryUsedRatio: Nullable(Type.Number()),
  /** The file system with the smallest free share. */
  fullestDisk: Nullable(
    Type.Object({ mountpoint: Type.String(), usedRatio: Type.Number(), availableBytes: Type.Number() }),
  ),
  /** What is left on the system drive of a workstation that is short of space: below 10 GB; null of every other machine. */
  lowDriveBytes: Nullable(Type.Number()),
  openIncidents: Type.Integer(),
  worstPriority: Nullable(Priority),
  tags: Type.Array(Type.String()),
  /** A maintenance window runs: people are not told of what happens meanwhile. */
  inMaintenance: Type.Boolean(),
});
export type DeviceSummary = Static<typeof DeviceSummary>;

export const ProcessView = Type.Object({
  name: Type.String(),
  cpuRatio: Type.Number(),
  memoryBytes: Type.Number(),
  count: Type.Integer(),
});

/** A condition that already held at a device's first reports: known, listed, without a clock. */
export const OnboardingFinding = Type.Object({
  rule: Type.String(),
  object: Type.String(),
  sentence: Type.String(),
  said: SaidDocument,
  foundAt: Time,
});
export type OnboardingFinding = Static<typeof OnboardingFinding>;

export const MetricValue = Type.Object({
  metric: Type.String(),
  unit: Type.String(),
  kind: Type.String(),
  value: Nullable(Type.Number()),
});

/** One device, whole. */
export const Device = Type.Interface([DeviceSummary], {
  hostname: Nullable(Type.String()),
  enrolledAt: Time,
  bootId: Nullable(Type.String()),
  clockOffsetMs: Nullable(Type.Number()),
  reportIntervalMs: Nullable(Type.Integer()),
  fileSystems: Type.Array(FileSystem),
  /** File systems that are mounted but not watched: there are too many. The largest are named. */
  leftOut: Type.Object({
    count: Type.Integer(),
    items: Type.Array(Type.Object({ mountpoint: Type.String(), sizeBytes: Nullable(Type.Number()) })),
  }),
  latest: Type.Array(MetricValue),
  processes: Nullable(Type.Object({ at: Time, items: Type.Array(ProcessView) })),
  onboarding: Type.Array(OnboardingFinding),
  /** Why the server closed its link because of what its agent sent; null once a report was taken again. */
  refusal: Nullable(Type.Object({ code: Type.String(), sentence: Type.String(), at: Time })),
  /** Hours that are gone from its charts, oldest first. */
  lostHistory: Type.Array(HistoryLoss),
  /** What the agent says of the hardware and system; see inventory.ts. */
  inventory: Nullable(Type.Object({ at: Time, document: Type.Record(Type.String(), Type.Unknown()) })),
  /** Its own template of the link that opens a remote session, see RemoteUrl; null: its client's is used. */
  remoteUrl: Nullable(Type.String()),
  /** Opens a remote session to it; null without a template. */
  remoteLink: Nullable(Type.String()),
  /** A workstation that is judged like a server in its client's service hours. */
  expectedHours: Type.Boolean(),
});
export type Device = Static<typeof Device>;

/** A stretch of the ledger, half-open. Neighbours touch; together they cover the asked range from enrolment on. */
export const PresenceInterval = Type.Object({
  from: Time,
  to: Time,
  state: Type.Enum(['up', 'down', 'excluded', 'unknown']),
  reason: Type.String(),
  /** What proves it, in one sentence. */
  evidence: Type.String(),
  /** The same as a fact. */
  said: SaidDocument,
  revised: Type.Boolean(),
});
export type PresenceInterval = Static<typeof PresenceInterval>;
