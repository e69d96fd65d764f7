import type { SchemaIndex } from '../reading.ts';
import type { DetectionSettings } from '../settings.ts';
import type { Condition, ReportRule } from './condition.ts';
import { diskInodes, diskReadOnly, diskSpace } from './disk.ts';
import { diskUnreadable } from './disk-unreadable.ts';
import { clockSkew, cpuBusy, memoryExhausted, rebootUnexpected } from './machine.ts';

/** What each live report of a server is judged by. */
const reportRules: readonly ReportRule[] = [
  diskSpace,
  diskInodes,
  diskReadOnly,
  diskUnreadable,
  cpuBusy,
  memoryExhausted,
  rebootUnexpected,
  clockSkew,
];

/** A condition with the keys under which its level and what it raised are remembered. */
export interface KeyedCondition {
  readonly condition: Condition;
  /** `rule|priority|object` */
  readonly levelId: string;
  /** `rule|object` */
  readonly key: string;
}

const compiled = new WeakMap<DetectionSettings, WeakMap<SchemaIndex, readonly KeyedCondition[]>>();

/** All conditions that reports of a schema are judged by, made once. */
export function conditionsOf(schema: SchemaIndex, settings: DetectionSettings): readonly KeyedCondition[] {
  let bySchema = compiled.get(settings);
  if (!bySchema) {
    bySchema = new WeakMap();
    compiled.set(settings, bySchema);
  }
  let conditions = bySchema.get(schema);
  if (!conditions) {
    conditions = reportRules
      .flatMap((rule) => rule(schema, settings))
      .map((condition) => ({
        condition,
        levelId: `${condition.rule}|${condition.priority}|${condition.object}`,
        key: `${condition.rule}|${condition.object}`,
      }));
    bySchema.set(schema, conditions);
  }
  return conditions;
}
