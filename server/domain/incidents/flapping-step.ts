import { type Said, said } from '../../../protocol/said/said.ts';
import type { Verdict } from '../rules/detection.ts';
import {
  changesIn,
  DEFAULT_EVERY_MS,
  type FlapMemory,
  flapAfter,
  flapPercent,
  isBadLast,
  mayFlap,
} from './flapping.ts';
import type { IncidentRecord, IncidentStep } from './incident.ts';

/**
 * What flapping makes of the steps of an incident. While it flaps, the incident stays open and keeps every change in its
 * history; people are told when it begins, and when it has become calm: well, or not.
 */

/** Whether the condition of an incident stands. An incident that flaps stays open while it does not. */
export function stands(record: IncidentRecord | null): boolean {
  if (record === null || record.state === 'resolved') return false;
  return !record.flap?.isFlapping || isBadLast(record.flap);
}

/** The memory of an incident with this verdict; null of what cannot flap. */
export function flapOf(current: IncidentRecord | null, verdict: Verdict): FlapMemory | null {
  if (!mayFlap(verdict.rule)) return null;
  const { at, everyMs = DEFAULT_EVERY_MS } = verdict;
  return flapAfter(current?.flap ?? null, { isBad: verdict.kind !== 'clear', at, everyMs, said: verdict.said });
}

/** The headline of an incident that flaps. */
export function sayFlapping({ said: headline, states }: FlapMemory): Said {
  return said('flapping', {
    headline,
    changes: changesIn(states),
    results: states.length,
    ratio: flapPercent(states) / 100,
  });
}

/** A change of an open incident that flaps, or begins to. */
export function flappingStep(current: IncidentRecord, flap: FlapMemory, at: number): IncidentStep {
  const begins = !current.flap?.isFlapping;
  const headline = sayFlapping(flap);
  return {
    record: { ...current, flap, said: headline, updatedAt: at },
    event: { kind: 'changed', at, by: null, said: begins ? headline : flap.said },
    notice: begins ? { kind: 'flapping', tellAt: at } : null,
  };
}

/** The end of flapping, by calm or by a last change. */
export function calmStep(current: IncidentRecord, flap: FlapMemory, at: number): IncidentStep {
  const { said: headline } = flap;
  const isOver = !isBadLast(flap);
  const record = { ...current, flap, said: headline, updatedAt: at };
  if (isOver) {
    return {
      record: {
        ...record,
        state: 'resolved',
        resolvedAt: at,
        times: { ...current.times, recovered: current.times.takenAt === null },
      },
      event: { kind: 'resolved', at, by: null, said: said('flapping.over', { headline }) },
      notice: { kind: 'resolved', tellAt: at },
    };
  }
  return {
    record,
    event: { kind: 'changed', at, by: null, said: said('flapping.calm', { headline }) },
    notice: { kind: 'calm', tellAt: at },
  };
}
