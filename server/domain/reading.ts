import { type MetricDescriptor, parseMetricName } from '../../protocol/metric.ts';

/** A schema with its positions by name, built once and shared by all reports that use it. */
export interface SchemaIndex {
  readonly metrics: readonly MetricDescriptor[];
  readonly position: ReadonlyMap<string, number>;
  /** Instances per family, in schema order: mount points of `fs.size`, interfaces of `net.rxBytes`. */
  readonly instances: ReadonlyMap<string, readonly string[]>;
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
  return { metrics, position, instances };
}

/** The values of one report, in base units, dated by the server. */
export interface Reading {
  readonly at: number;
  readonly schema: SchemaIndex;
  readonly values: readonly (number | null)[];
}

/** The value of a metric, or null where it is not reported or could not be read. */
export function readValue(reading: Reading, name: string): number | null {
  const index = reading.schema.position.get(name);
  return index === undefined ? null : (reading.values[index] ?? null);
}
