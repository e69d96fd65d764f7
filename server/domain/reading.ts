import { type MetricDescriptor, parseMetricName } from '../../protocol/wire/metric.ts';

/** A schema with its positions by name, built once and shared by all reports that use it. */
export interface SchemaIndex {
  readonly metrics: readonly MetricDescriptor[];
  readonly position: ReadonlyMap<string, number>;
  /** Instances per family, in schema order: mount points of `fs.size`, interfaces of `net.rxBytes`. */
  readonly instances: ReadonlyMap<string, readonly string[]>;
  /** By which the scaled integer of each metric is divided: 10^decimals. */
  readonly divisors: Float64Array;
}

export function indexSchema(metrics: readonly MetricDescriptor[]): SchemaIndex {
  const position = new Map<string, number>();
  const instances = new Map<string, string[]>();
  metrics.forEach((metric, index) => {
    position.set(metric.name, index);
    const { family, instance } = parseMetricName(metric.name);
    if (instance === undefined) return;
    const known = instances.get(family);
    if (known) known.push(instance);
    else instances.set(family, [instance]);
  });
  const divisors = Float64Array.from(metrics, ({ decimals }) => 10 ** decimals);
  return { metrics, position, instances, divisors };
}

/** One report, dated by the server. Its values stay as they came and are brought to base units when they are read. */
export interface Reading {
  readonly at: number;
  readonly schema: SchemaIndex;
  readonly scaled: readonly (number | null)[];
}

/** The value of a metric, or null where it is not reported or could not be read. */
export function readValue(reading: Reading, name: string): number | null {
  const index = reading.schema.position.get(name);
  return index === undefined ? null : valueAt(reading, index);
}

/** The value of the metric at this place of the schema, in base units; null if it could not be read. */
export function valueAt({ scaled, schema }: Reading, index: number): number | null {
  const value = scaled[index];
  return value === null || value === undefined ? null : value / (schema.divisors[index] ?? 1);
}
