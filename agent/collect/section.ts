import { describe, type FamilyName, type MetricDescriptor } from '../../protocol/wire/metric.ts';

/** One group of metrics that is read together. */
export interface Section {
  /** The same array object until the list changes; settled by {@link sample}. */
  readonly metrics: readonly MetricDescriptor[];
  /**
   * Reads the group and returns as many values as {@link metrics} has entries.
   * @param nowMs a clock that never goes back
   */
  sample(nowMs: number): readonly (number | null)[];
}

/** Descriptors of several families for each instance, instance by instance: a(x) b(x) a(y) b(y). */
export function describeAll(
  families: readonly FamilyName[],
  instances: readonly string[],
): readonly MetricDescriptor[] {
  return instances.flatMap((instance) => families.map((family) => describe(family, instance)));
}

/** Keeps the concatenation of the sections' lists, and its identity while none of them changes. */
export class MetricList {
  #parts: readonly (readonly MetricDescriptor[])[] = [];
  #all: readonly MetricDescriptor[] = [];

  of(parts: readonly (readonly MetricDescriptor[])[]): readonly MetricDescriptor[] {
    const same = parts.length === this.#parts.length && parts.every((part, i) => part === this.#parts[i]);
    if (!same) {
      this.#parts = parts;
      this.#all = parts.flat();
    }
    return this.#all;
  }
}

/** Whether two lists of names are equal, entry by entry. */
export function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}
