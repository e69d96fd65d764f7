import type { Verdict } from '../rules/detection.ts';
import { calmStep, flapOf, flappingStep, sayFlapping, stands } from './flapping-step.ts';
import {
  type IncidentRecord,
  type IncidentStep,
  incidentKey,
  isHigher,
  type Notice,
  type Subject,
} from './incident.ts';
import { noTimes } from './incident-times.ts';

interface StepOptions {
  readonly newId: () => string;
  readonly reopenWindowMs: number;
  /** From when people are told of a raise; by default at once. */
  readonly tellAt?: number;
}

/**
 * Applies a verdict to the newest incident with its key (`current`, null if there was none).
 * Returns null when nothing changes: raised again at the same priority while open (unless it is a repeat), cleared while closed.
 */
export function stepIncident(
  current: IncidentRecord | null,
  verdict: Verdict,
  subject: Subject,
  options: StepOptions,
): IncidentStep | null {
  const { at, said } = verdict;
  const isOpen = current !== null && current.state !== 'resolved';
  if (verdict.kind === 'clear') {
    if (!isOpen || !(stands(current) || verdict.isFinal)) return null;
    const flap = flapOf(current, verdict);
    if (flap?.isFlapping && !verdict.isFinal) return flappingStep(current, flap, at);
    return {
      record: {
        ...current,
        flap,
        state: 'resolved',
        said,
        resolvedAt: at,
        updatedAt: at,
        times: { ...current.times, recovered: current.times.takenAt === null },
      },
      event: { kind: 'resolved', at, by: null, said },
      notice: { kind: 'resolved', tellAt: at },
    };
  }
  const { priority, evidence, onset } = verdict;
  if (isOpen && !stands(current)) {
    const flap = flapOf(current, verdict);
    const again = { ...current, priority, evidence };
    if (flap) return flap.isFlapping ? flappingStep(again, flap, at) : calmStep(again, flap, at);
  }
  if (isOpen) {
    const isRepeat = verdict.kind === 'repeat';
    if (current.priority === priority && !isRepeat) return null;
    const isTold = isRepeat || isHigher(priority, current.priority);
    return {
      record: { ...current, priority, said, evidence, updatedAt: at },
      event: { kind: 'changed', at, by: null, said },
      notice: isTold ? { kind: 'changed', tellAt: at } : null,
    };
  }
  const notice: Notice = { kind: 'raised', tellAt: options.tellAt ?? at };
  if (current?.resolvedAt != null && at - current.resolvedAt <= options.reopenWindowMs) {
    const flap = flapOf(current, verdict);
    const headline = flap?.isFlapping ? sayFlapping(flap) : said;
    return {
      record: {
        ...current,
        state: 'open',
        priority,
        said: headline,
        flap,
        evidence,
        resolvedAt: null,
        acknowledgedAt: null,
        acknowledgedBy: null,
        times: noTimes,
        reopenedCount: current.reopenedCount + 1,
        updatedAt: at,
      },
      event: { kind: 'reopened', at, by: null, said: headline },
      notice: flap?.isFlapping ? { ...notice, kind: 'flapping' } : notice,
    };
  }
  const record: IncidentRecord = {
    id: options.newId(),
    key: incidentKey(subject, verdict.rule, verdict.object),
    clientId: subject.clientId,
    siteId: subject.siteId,
    deviceId: subject.deviceId,
    serviceId: subject.serviceId ?? null,
    rule: verdict.rule,
    object: verdict.object,
    priority,
    state: 'open',
    said,
    evidence,
    onsetAt: onset,
    openedAt: at,
    acknowledgedAt: null,
    acknowledgedBy: null,
    assigneeId: null,
    resolvedAt: null,
    reopenedCount: 0,
    updatedAt: at,
    source: 'rule',
    parentId: null,
    suppressedBy: null,
    clock: null,
    times: noTimes,
    flap: flapOf(null, verdict),
  };
  return { record, event: { kind: 'opened', at, by: null, said }, notice };
}
