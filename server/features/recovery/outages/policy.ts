import { said } from '../../../../protocol/said/said.ts';
import type { IncidentRecord, IncidentStep, StepPolicy } from '../../../domain/incidents/incident.ts';
import { endOutage, type OutageClock, startOutage } from '../../../domain/incidents/outage-clock.ts';
import type { OutageSource } from './source.ts';

/**
 * Gives an incident about something that a plan protects its clock to full function, and ends it. Planned work is no failure: what
 * is down while a window covers it has no clock; what does not come back has one from the end of the window.
 */
export function createOutagePolicy(source: OutageSource): StepPolicy {
  return (step, before, at) => {
    const { record } = step;
    if (!source.isAboutFunction(record.rule)) return step;
    const { outage = null } = record;
    const isOpen = record.state !== 'resolved';
    if (!isOpen) return before?.state === 'resolved' || outage === null ? step : over(step, outage, source, at);
    const isGoingOn = outage !== null && outage.restoredAt === null;
    if (isGoingOn) return source.isProvenUp(record) && outage.verdict === 'running' ? withdrawn(step, at) : step;
    const isBack = outage !== null && before?.state === 'resolved';
    const isNew = outage === null && record.suppressedBy === null && !source.isProvenUp(record);
    return isBack || isNew ? begun(step, before, source, at) : step;
  };
}

function begun(step: IncidentStep, before: IncidentRecord | null, source: OutageSource, at: number): IncidentStep {
  const { record } = step;
  if (source.isExplainedByOwn(record)) return step;
  const wasQuiet = before !== null && before.state !== 'resolved' && before.suppressedBy !== null;
  const onset = wasQuiet && before.suppressedBy?.startsWith('maintenance:') ? at : source.onsetOf(record, before, at);
  const target = source.targetOf(record, onset);
  if (target === null) return step;
  return { ...step, record: { ...record, outage: startOutage(target, onset, record.outage ?? null) } };
}

function over(step: IncidentStep, outage: OutageClock, source: OutageSource, at: number): IncidentStep {
  // The judge sees whether those are back that count on it.
  if (source.waitingFor(step.record).length > 0) return step;
  const news = endOutage(outage, at);
  if (!news) return step;
  const line = { kind: 'clock', at, by: null, said: news.said } as const;
  return { ...step, record: { ...step.record, outage: news.clock }, lines: [...(step.lines ?? []), line] };
}

/** Others have seen that the machine works: only its agent is away. */
function withdrawn(step: IncidentStep, at: number): IncidentStep {
  const line = { kind: 'clock', at, by: null, said: said('recovery.rto.withdrawn') } as const;
  return { ...step, record: { ...step.record, outage: null }, lines: [...(step.lines ?? []), line] };
}
