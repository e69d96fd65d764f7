import { createHash } from 'node:crypto';
import type { MetricDescriptor } from '../../../protocol/wire/metric.ts';

/**
 * Gives every schema one array, however many agents send it: most machines of a fleet report the same metrics, and what the
 * server knows of a schema (positions, conditions, numbers in the series) hangs on the array. Nothing is kept alive by it.
 */
export class SchemaPool {
  readonly #known = new Map<string, WeakRef<readonly MetricDescriptor[]>>();
  readonly #forgotten = new FinalizationRegistry<string>((key) => {
    // Its successor may have taken the place already.
    if (this.#known.get(key)?.deref() === undefined) this.#known.delete(key);
  });

  get size(): number {
    return this.#known.size;
  }

  /** The array that stands for all equal ones. */
  intern(metrics: readonly MetricDescriptor[]): readonly MetricDescriptor[] {
    const key = keyOf(metrics);
    const known = this.#known.get(key)?.deref();
    if (known) return known;
    this.#known.set(key, new WeakRef(metrics));
    this.#forgotten.register(metrics, key);
    return metrics;
  }
}

function keyOf(metrics: readonly MetricDescriptor[]): string {
  const hash = createHash('sha256');
  for (const { name, unit, kind, decimals } of metrics) hash.update(`${name}\n${unit}\n${kind}\n${decimals}\n`);
  return hash.digest('base64');
}
