import type { Said } from '../../../protocol/said/said.ts';
import type { Signal } from '../hysteresis.ts';
import { type Reading, type SchemaIndex, valueAt } from '../reading.ts';
import type { DetectionSettings } from '../settings.ts';
import type { Evidence, Finding, RuleContext } from './rule.ts';

/**
 * One level of a rule on one object. A rule makes its conditions once per schema; every report then asks each of them for its
 * signal alone, and for words only where something has to be said.
 */
export interface Condition extends Pick<Finding, 'rule' | 'object' | 'priority' | 'timing' | 'standing'> {
  /** The metrics whose values alone decide the signal; absent if it depends on anything else, also on the time. */
  readonly reads?: readonly string[];
  /** Further ones that other conditions read as well: one list for all of them. */
  readonly sharedReads?: readonly string[];
  /** Null if the reading does not tell. */
  signal(reading: Reading, context: RuleContext): Signal | null;
  said(reading: Reading, context: RuleContext): Said;
  /** See {@link Finding.recovery}; null for what the rule itself says. */
  recovery?(reading: Reading): Said | null;
  evidence(reading: Reading, context: RuleContext): Evidence;
  /** See {@link Finding.since}. */
  since?(context: RuleContext): number | null;
}

/** All levels of all objects that a schema tells of. */
export type ReportRule = (schema: SchemaIndex, settings: DetectionSettings) => readonly Condition[];

/** What a condition says of a reading, with all that an incident needs. */
export function findingOf(condition: Condition, signal: Signal, reading: Reading, context: RuleContext): Finding {
  const { rule, object, priority, timing, standing } = condition;
  const since = condition.since?.(context) ?? null;
  const recovery = condition.recovery?.(reading) ?? null;
  return {
    rule,
    object,
    priority,
    timing,
    standing,
    signal,
    said: () => condition.said(reading, context),
    ...(recovery === null ? {} : { recovery: () => recovery }),
    evidence: condition.evidence(reading, context),
    ...(since === null ? {} : { since }),
  };
}

/** Reads one metric of a schema by its place. Null where it is not reported or could not be read. */
export type ValueOf = (reading: Reading) => number | null;

export function metricIn(schema: SchemaIndex, name: string): ValueOf {
  const index = schema.position.get(name);
  return index === undefined ? () => null : (reading) => valueAt(reading, index);
}
