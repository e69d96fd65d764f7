import type { IncidentState, Priority } from '../../../protocol/api/view.ts';
import type { Said } from '../../../protocol/said/said.ts';
import type { Evidence, RuleName } from '../rules/rule.ts';
import type { ResponseClock } from '../sla/response-clock.ts';
import type { FlapMemory } from './flapping.ts';
import type { IncidentTimes } from './incident-times.ts';
import type { OutageClock } from './outage-clock.ts';

/** An incident as it is stored. Times are ms by the server's clock. */
export interface IncidentRecord {
  readonly id: string;
  readonly key: string;
  readonly clientId: string;
  readonly siteId: string | null;
  readonly deviceId: string | null;
  readonly rule: RuleName;
  readonly object: string;
  readonly priority: Priority;
  readonly state: IncidentState;
  /** Its headline. */
  readonly said: Said;
  readonly evidence: Evidence;
  readonly onsetAt: number;
  readonly openedAt: number;
  readonly acknowledgedAt: number | null;
  readonly acknowledgedBy: string | null;
  readonly assigneeId: string | null;
  readonly resolvedAt: number | null;
  readonly reopenedCount: number;
  readonly updatedAt: number;
  readonly source: 'rule' | 'person';
  readonly serviceId: string | null;
  /** The incident that explains this one. */
  readonly parentId: string | null;
  /** Why nobody is told, such as `maintenance:<window id>`. */
  readonly suppressedBy: string | null;
  readonly clock: ResponseClock | null;
  readonly times: IncidentTimes;
  /** How it came and went lately; null of what cannot flap. */
  readonly flap?: FlapMemory | null;
  /** How long it may take to be back, of what a plan protects; null where nothing is promised. */
  readonly outage?: OutageClock | null;
}

export type IncidentEventKind =
  | 'opened'
  | 'reopened'
  | 'changed'
  | 'acknowledged'
  | 'responded'
  | 'on_site'
  | 'assigned'
  | 'note'
  | 'resolved'
  | 'reminded'
  | 'clock'
  | 'report'
  | 'linked';

/** What people are told; `tellAt` may lie in the future, so that a short loss of contact wakes nobody. */
export interface Notice {
  readonly kind:
    | 'raised'
    | 'changed'
    | 'flapping'
    | 'calm'
    | 'resolved'
    | 'reminded'
    | 'clock_warning'
    | 'clock_breach'
    | 'rto_warning'
    | 'rto_breach';
  readonly tellAt: number;
}

/** Clocks run to a promise: they are told apart from what happens to the incident. */
export function isOfClock(kind: Notice['kind']): boolean {
  return kind === 'clock_warning' || kind === 'clock_breach' || kind === 'rto_warning' || kind === 'rto_breach';
}

/** A line in the history of an incident. */
export interface IncidentLine {
  readonly kind: IncidentEventKind;
  readonly at: number;
  readonly by: string | null;
  readonly said: Said;
  /** True if a program did it, with an API key: a first response is an act of a person. */
  readonly byProgram?: boolean;
  /** The client can read it on its own page. */
  readonly isVisible?: boolean;
}

/** A step of an incident: its new record, the line in its history, and what is told. */
export interface IncidentStep {
  readonly record: IncidentRecord;
  readonly event: IncidentLine;
  /** What else the step brought about, such as another due time. */
  readonly lines?: readonly IncidentLine[];
  readonly notice: Notice | null;
}

/** Whose incident it is. */
export interface Subject {
  readonly clientId: string;
  readonly siteId: string | null;
  readonly deviceId: string | null;
  readonly serviceId?: string | null;
}

/** Client + object + rule, stable across recurrences. */
export function incidentKey(subject: Subject, rule: RuleName, object: string): string {
  return `${subject.clientId}/${subject.deviceId ?? subject.serviceId ?? subject.siteId ?? ''}/${rule}/${object}`;
}

const ranks: Record<Priority, number> = { emergency: 3, high: 2, medium: 1, normal: 0 };

/** True if `a` is more urgent than `b`. */
export function isHigher(a: Priority, b: Priority): boolean {
  return ranks[a] > ranks[b];
}

/**
 * Looks at a step before it is stored and may change it: give it its clock, put it under a parent, keep it quiet. Pure but for
 * reading what its maker knows; `before` is the record that the step replaces, null for a new incident.
 */
export type StepPolicy = (step: IncidentStep, before: IncidentRecord | null, at: number) => IncidentStep;
