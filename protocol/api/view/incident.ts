import { type Static, Type } from 'typebox';
import { Nullable, Time } from '../../document.ts';
import { ResponseClockView } from '../contract.ts';
import { OutageView } from '../outage.ts';
import { PersonReport } from '../person-report.ts';
import { SaidDocument } from '../said.ts';
import { SiteCard } from '../site-card.ts';

export const Priority = Type.Enum(['emergency', 'high', 'medium', 'normal']);
export type Priority = Static<typeof Priority>;

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
  said: SaidDocument,
  /** When the condition began, by evidence. */
  onsetAt: Time,
  /** When Vigia raised it. */
  openedAt: Time,
  acknowledgedAt: Nullable(Time),
  acknowledgedBy: Nullable(Type.String()),
  /** First contact with the client, or the first note that the client can see. */
  respondedAt: Nullable(Time),
  respondedBy: Nullable(Type.String()),
  onSiteAt: Nullable(Time),
  onSiteBy: Nullable(Type.String()),
  assigneeId: Nullable(Type.String()),
  assigneeName: Nullable(Type.String()),
  /** When it was restored. */
  resolvedAt: Nullable(Time),
  /** It ended by itself, and nobody had taken it. */
  recovered: Type.Boolean(),
  /** It comes and goes: told when that began, and again when it is calm. */
  isFlapping: Type.Boolean(),
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
  /** How long it may take to be back; null of what no plan of recovery protects, or promises nothing. */
  outage: Nullable(OutageView),
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
    'responded',
    'on_site',
    'assigned',
    'note',
    'resolved',
    'reminded',
    'clock',
    'report',
    'linked',
  ]),
  by: Nullable(Type.String()),
  /** Worded as of its time; what a person typed, to the letter. */
  text: Type.String(),
  said: SaidDocument,
  /** True if the client can read it on its own page. */
  visible: Type.Optional(Type.Boolean()),
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
  children: Type.Array(
    Type.Object({ id: Type.String(), sentence: Type.String(), said: SaidDocument, state: IncidentState }),
  ),
  /** What people reported about it. */
  reports: Type.Array(PersonReport),
  siteCard: Nullable(SiteCard),
  /** Opens a remote session to the machine; null without a template. */
  remoteUrl: Nullable(Type.String()),
});
export type IncidentDetail = Static<typeof IncidentDetail>;
