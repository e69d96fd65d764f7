import { type Static, Type } from 'typebox';
import { BudgetAtRisk } from './availability.ts';
import { ResponseClockView } from './contract.ts';
import { MAX_LIVE_ROWS } from './live-rows.ts';
import { MaintenanceOccurrence } from './maintenance.ts';
import { AheadFigures, PersonReport } from './person-report.ts';
import { Service } from './service.ts';
import { SiteCard } from './site-card.ts';

/**
 * What the server shows: the documents of `/api/v1` and of `/live`. The server validates and serialises with these
 * schemas, OpenAPI is made from them, and the dashboard imports their types. Times are ISO 8601 UTC, durations are
 * milliseconds, ratios are 0..1, identifiers are stable.
 */

const Time = Type.String({ format: 'date-time' });
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

export const DeviceKind = Type.Enum(['server', 'workstation']);
export type DeviceKind = Static<typeof DeviceKind>;

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

export const Priority = Type.Enum(['emergency', 'high', 'medium', 'normal']);
export type Priority = Static<typeof Priority>;

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

export const FileSystem = Type.Object({
  mountpoint: Type.String(),
  sizeBytes: Nullable(Type.Number()),
  availableBytes: Nullable(Type.Number()),
  inodes: Nullable(Type.Number()),
  inodesFree: Nullable(Type.Number()),
  readOnly: Type.Boolean(),
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
  stateSince: Time,
  lastReportAt: Nullable(Time),
  bootAt: Nullable(Time),
  cpuBusyRatio: Nullable(Type.Number()),
  memoryUsedRatio: Nullable(Type.Number()),
  /** The file system with the smallest free share. */
  fullestDisk: Nullable(
    Type.Object({ mountpoint: Type.String(), usedRatio: Type.Number(), availableBytes: Type.Number() }),
  ),
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
  latest: Type.Array(MetricValue),
  processes: Nullable(Type.Object({ at: Time, items: Type.Array(ProcessView) })),
  onboarding: Type.Array(OnboardingFinding),
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

export const IncidentState = Type.Enum(['open', 'acknowledged', 'resolved']);
export type IncidentState = Static<typeof IncidentState>;

export const Incident = Type.Object({
  id: Type.String(),
  /** Stable across recurrences: client, object and rule. */
  key: Type.String(),
  rule: Type.String(),
  priority: Priority,
  state: IncidentState,
  clientId: Type.String(),
  siteId: Nullable(Type.String()),
  deviceId: Nullable(Type.String()),
  /** What it is about, such as a mount point; empty for the device itself. */
  object: Type.String(),
  /** One sentence with its numbers: why it is open, or why it closed. */
  sentence: Type.String(),
  /** When the condition began, by evidence. */
  onsetAt: Time,
  /** When Vigia raised it. */
  openedAt: Time,
  acknowledgedAt: Nullable(Time),
  acknowledgedBy: Nullable(Type.String()),
  assigneeId: Nullable(Type.String()),
  assigneeName: Nullable(Type.String()),
  resolvedAt: Nullable(Time),
  reopenedCount: Type.Integer(),
  updatedAt: Time,
  /** Who noticed: a rule of ours, or a person who reported it. */
  source: Type.Enum(['rule', 'person']),
  serviceId: Nullable(Type.String()),
  /** The incident that explains this one, such as a lost site. */
  parentId: Nullable(Type.String()),
  /** Why nobody is told, in one sentence; null when people are told. */
  suppressedBy: Nullable(Type.String()),
  /** Null: it has none, such as of maintenance work. */
  clock: Nullable(ResponseClockView),
});
export type Incident = Static<typeof Incident>;

/** A line of an incident's history. `by` is null when Vigia itself acted. */
export const IncidentEvent = Type.Object({
  id: Type.Integer(),
  at: Time,
  kind: Type.Enum([
    'opened',
    'reopened',
    'changed',
    'acknowledged',
    'assigned',
    'note',
    'resolved',
    'reminded',
    'clock',
    'report',
    'linked',
  ]),
  by: Nullable(Type.String()),
  text: Type.String(),
});
export type IncidentEvent = Static<typeof IncidentEvent>;

export const IncidentDetail = Type.Interface([Incident], {
  events: Type.Array(IncidentEvent),
  /** The chart that proves it: metrics of the device, the threshold drawn in (base units), or none. */
  evidence: Nullable(
    Type.Object({
      metrics: Type.Array(Type.String()),
      threshold: Nullable(Type.Object({ metric: Type.String(), value: Type.Number() })),
    }),
  ),
  /** Earlier incidents with the same key, newest first. */
  similar: Type.Array(Type.Object({ id: Type.String(), openedAt: Time, resolvedAt: Nullable(Time) })),
  /** Incidents that this one explains. */
  children: Type.Array(Type.Object({ id: Type.String(), sentence: Type.String(), state: IncidentState })),
  /** What people reported about it. */
  reports: Type.Array(PersonReport),
  siteCard: Nullable(SiteCard),
  /** Opens a remote session to the machine; null without a template. */
  remoteUrl: Nullable(Type.String()),
});
export type IncidentDetail = Static<typeof IncidentDetail>;

/** A stretch of the ledger, half-open. Neighbours touch; together they cover the asked range from enrolment on. */
export const PresenceInterval = Type.Object({
  from: Time,
  to: Time,
  state: Type.Enum(['up', 'down', 'excluded', 'unknown']),
  reason: Type.String(),
  /** What proves it, in one sentence. */
  evidence: Type.String(),
  revised: Type.Boolean(),
});
export type PresenceInterval = Static<typeof PresenceInterval>;

/** What a step says of the values in it. `rate` is per second, and of counters only; these know only `last` besides. */
export const Aggregation = Type.Enum(['last', 'mean', 'min', 'max', 'rate', 'p95']);
export type Aggregation = Static<typeof Aggregation>;

/** What values were made from: reports as they came, or sums over five minutes or an hour. */
export const Resolution = Type.Enum(['raw', 'fiveMinute', 'hour']);
export type Resolution = Static<typeof Resolution>;

export const Series = Type.Object({
  from: Time,
  to: Time,
  stepMs: Type.Integer(),
  /** The coarsest that was read. */
  resolution: Resolution,
  items: Type.Array(
    Type.Object({
      metric: Type.String(),
      unit: Type.String(),
      kind: Type.String(),
      aggregation: Aggregation,
      /** One value per step from `from`, null where nothing is known. */
      values: Type.Array(Nullable(Type.Number())),
    }),
  ),
});
export type Series = Static<typeof Series>;

/** One metric of many machines. Which of the last fields are there follows from `across`. */
export const FleetSeries = Type.Object({
  metric: Type.String(),
  unit: Type.String(),
  kind: Type.String(),
  aggregation: Aggregation,
  from: Time,
  to: Time,
  stepMs: Type.Integer(),
  resolution: Resolution,
  /** How many machines were asked for. */
  machines: Type.Integer(),
  across: Type.Enum(['mean', 'top', 'heat']),
  /** `mean`: one line, and how many machines reported in each step. */
  values: Type.Optional(Type.Array(Nullable(Type.Number()))),
  reporting: Type.Optional(Type.Array(Type.Integer())),
  /** `top`: the foremost machines first, each with its figure over the whole range and its line. */
  lines: Type.Optional(
    Type.Array(
      Type.Object({
        deviceId: Type.String(),
        overall: Type.Number(),
        values: Type.Array(Nullable(Type.Number())),
      }),
    ),
  ),
  /** `heat`: machines below the first bound, between two, and from the last one on; one row each, with one count a step. */
  bounds: Type.Optional(Type.Array(Type.Number())),
  counts: Type.Optional(Type.Array(Type.Array(Type.Integer()))),
});
export type FleetSeries = Static<typeof FleetSeries>;

export const User = Type.Object({ id: Type.String(), email: Type.String(), name: Type.String(), role: Role });
export type User = Static<typeof User>;

export const ApiKey = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: Role,
  clientId: Nullable(Type.String()),
  createdAt: Time,
  lastUsedAt: Nullable(Time),
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

/** How the server itself is. `judgingFrom`: until then absence is not judged, because the server has just started. */
export const ServerHealth = Type.Object({
  version: Type.String(),
  now: Time,
  startedAt: Time,
  judgingFrom: Time,
  timeZone: Type.String(),
  agentsConnected: Type.Integer(),
  /** Empty when all is well, otherwise sentences that a person should read. */
  warnings: Type.Array(Type.String()),
});
export type ServerHealth = Static<typeof ServerHealth>;

/** All that the first paint needs, in one answer. */
export const Overview = Type.Object({
  user: User,
  server: ServerHealth,
  clients: Type.Array(Client),
  sites: Type.Array(Site),
  users: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })),
  devices: Type.Array(DeviceSummary),
  /** Every open or acknowledged one, and those resolved in the last 24 h. */
  incidents: Type.Array(Incident),
  services: Type.Array(Service),
  /** Windows that run now or start within a day. */
  maintenance: Type.Array(Type.Interface([MaintenanceOccurrence], { title: Type.String(), clientId: Type.String() })),
  /** Hosts and services that have spent half of this month's budget or more, worst first; at most 20. */
  budgets: Type.Array(BudgetAtRisk),
  /** This month, of everything in scope. */
  ahead: Nullable(AheadFigures),
});
export type Overview = Static<typeof Overview>;

/** Who is asking, before login. `firstRun`: there is no account yet and the one-time link works. */
export const SessionInfo = Type.Object({ user: Nullable(User), firstRun: Type.Boolean(), version: Type.String() });
export type SessionInfo = Static<typeof SessionInfo>;

/**
 * Messages of `/live`, as JSON text, coalesced to at most 4 a second. `changes` holds whole documents, to be put in the
 * place of those with the same id. `points` holds the newest values of the device that the page watches.
 */
export type LiveServerMessage =
  | {
      type: 'changes';
      server?: ServerHealth;
      clients?: Client[];
      sites?: Site[];
      devices?: DeviceSummary[];
      incidents?: Incident[];
      services?: Service[];
      removedDevices?: string[];
    }
  | { type: 'points'; deviceId: string; at: string; values: Record<string, number | null> }
  | { type: 'device'; device: Device };

/**
 * The one thing a page says: what it shows, all of it at every change. Of the device `deviceId` it gets `points`, and `device`
 * on change. Of the devices in `rows` it gets each new reading; of all others only what changes their state, unless it asks for
 * the `rest`: then their readings come too, a few at a time.
 */
export const LiveClientMessage = Type.Object({
  type: Type.Literal('watch'),
  deviceId: Nullable(Type.String()),
  rows: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: MAX_LIVE_ROWS })),
  rest: Type.Optional(Type.Boolean()),
});
export type LiveClientMessage = Static<typeof LiveClientMessage>;

/** The shape of every error answer. */
export const ErrorBody = Type.Object({
  error: Type.Object({ code: Type.String(), message: Type.String(), details: Type.Optional(Type.Unknown()) }),
});
export type ErrorBody = Static<typeof ErrorBody>;
