import type { Reading, SchemaIndex } from '../reading.ts';
import type { DetectionSettings } from '../settings.ts';
import type { Condition } from './condition.ts';
import { conditionsOf } from './index.ts';
import type { RuleContext } from './rule.ts';

/** Conditions that read the same. */
interface Group {
  readonly conditions: Condition[];
  /** The number of the look at which it was last found to be asked: a set of those for each report would be most of its garbage. */
  askedAt: number;
}

/** The conditions of a schema by what they read, so that each is asked only when that changes. */
interface Readers {
  readonly schema: SchemaIndex;
  readonly settings: DetectionSettings;
  /** Places in the schema that any condition reads, and the conditions that read each of them, in groups that read the same. */
  readonly places: readonly number[];
  readonly groups: readonly (readonly Group[])[];
  /** Those that read more than the report's values. */
  readonly always: readonly Condition[];
}

/**
 * What was read of a device while nothing was wrong with it. What the same values did not break they do not break now, so of a
 * quiet device only those conditions are asked whose values changed: two or three of some twenty-five.
 */
export class QuietDevice {
  #readers: Readers | null = null;
  /** Of `places`, scaled; NaN where there was none. */
  #values: number[] = [];

  /** True if a condition holds that did not hold before. To be asked of every reading until then, and not beyond. */
  isBroken(reading: Reading, context: RuleContext): boolean {
    const { schema, scaled } = reading;
    let readers = this.#readers;
    if (readers === null || readers.schema !== schema || readers.settings !== context.settings) {
      readers = readersOf(schema, context.settings);
      this.#readers = readers;
      // Nothing equals it: all conditions are asked.
      this.#values = new Array<number>(readers.places.length).fill(Number.POSITIVE_INFINITY);
    }
    const { places, groups, always } = readers;
    const values = this.#values;
    looks += 1;
    for (let index = 0; index < places.length; index += 1) {
      const value = scaled[places[index] as number] ?? Number.NaN;
      if (Object.is(value, values[index])) continue;
      values[index] = value;
      const concerned = groups[index] as readonly Group[];
      for (let at = 0; at < concerned.length; at += 1) {
        const group = concerned[at] as Group;
        if (group.askedAt === looks) continue;
        group.askedAt = looks;
        if (isAnyRaised(group.conditions, reading, context)) return true;
      }
    }
    return isAnyRaised(always, reading, context);
  }

  /** Something is wrong: once it is over, all conditions are to be asked again. */
  forget(): void {
    this.#readers = null;
  }
}

/** Of all devices, so that groups, which they share, tell them apart. */
let looks = 0;

function isAnyRaised(conditions: readonly Condition[], reading: Reading, context: RuleContext): boolean {
  for (let index = 0; index < conditions.length; index += 1) {
    if ((conditions[index] as Condition).signal(reading, context) === 'raise') return true;
  }
  return false;
}

const compiled = new WeakMap<DetectionSettings, WeakMap<SchemaIndex, Readers>>();

function readersOf(schema: SchemaIndex, settings: DetectionSettings): Readers {
  const bySchema = compiled.get(settings) ?? new WeakMap<SchemaIndex, Readers>();
  compiled.set(settings, bySchema);
  const known = bySchema.get(schema);
  if (known) return known;
  const always: Condition[] = [];
  const byReads = new Map<readonly string[], Group>();
  for (const { condition } of conditionsOf(schema, settings)) {
    const { reads, sharedReads } = condition;
    if (reads === undefined) always.push(condition);
    for (const list of [reads, sharedReads]) {
      if (!list) continue;
      const group = byReads.get(list);
      if (group) group.conditions.push(condition);
      else byReads.set(list, { conditions: [condition], askedAt: 0 });
    }
  }
  const byPlace = new Map<number, Group[]>();
  for (const [reads, group] of byReads) {
    for (const name of reads) {
      const place = schema.position.get(name);
      if (place === undefined) continue;
      const groups = byPlace.get(place);
      if (groups) groups.push(group);
      else byPlace.set(place, [group]);
    }
  }
  const readers = { schema, settings, places: [...byPlace.keys()], groups: [...byPlace.values()], always };
  bySchema.set(schema, readers);
  return readers;
}
