import type { MetricDescriptor } from '../../../../protocol/wire/metric.ts';

/** Names that get their numbers with the batch that first uses them. */
export interface NewNames {
  readonly hosts: readonly { readonly id: number; readonly deviceId: string }[];
  readonly metrics: readonly { readonly id: number; readonly descriptor: MetricDescriptor }[];
  readonly schemas: readonly { readonly id: number; readonly metrics: readonly number[] }[];
}

/** What the database holds at the start, and the first numbers that were never used. */
export interface KnownNames extends NewNames {
  readonly nextHost: number;
  readonly nextMetric: number;
  readonly nextSchema: number;
  /** Of the newest batch: those up to it may use any of the schemas. */
  readonly position: number;
}

export interface NumberedSchema {
  readonly id: number;
  readonly metrics: readonly MetricDescriptor[];
  readonly metricIds: readonly number[];
  /** Position of the newest batch with a key row of it; infinite while that batch is on its way. */
  usedAt: number;
  isForgotten: boolean;
}

/** Gives numbers to metrics and to sets of them, and tells those that the database does not know yet. */
export class Numbers {
  readonly #metrics = new Map<string, number>();
  readonly #descriptors = new Map<number, MetricDescriptor>();
  readonly #schemas = new Map<string, NumberedSchema>();
  readonly #schemaById = new Map<number, NumberedSchema>();
  // Arrays live as long as their connection does; their metrics' numbers are what names a schema.
  readonly #schemaOfArray = new WeakMap<readonly MetricDescriptor[], NumberedSchema>();
  #nextMetric: number;
  #nextSchema: number;
  #newMetrics: { id: number; descriptor: MetricDescriptor }[] = [];
  #newSchemas: { id: number; metrics: readonly number[] }[] = [];

  constructor(known: KnownNames) {
    for (const { id, descriptor } of known.metrics) this.#addMetric(id, descriptor);
    for (const { id, metrics } of known.schemas)
      this.#addSchema(id, this.descriptorsOf(metrics), metrics, known.position);
    this.#nextMetric = known.nextMetric;
    this.#nextSchema = known.nextSchema;
  }

  schemaOf(metrics: readonly MetricDescriptor[]): NumberedSchema {
    const known = this.#schemaOfArray.get(metrics);
    if (known && !known.isForgotten) return known;
    const ids = metrics.map((descriptor) => this.#metricOf(descriptor));
    let schema = this.#schemas.get(ids.join());
    if (!schema) {
      schema = this.#addSchema(this.#nextSchema, metrics, ids, Number.POSITIVE_INFINITY);
      this.#nextSchema += 1;
      this.#newSchemas.push({ id: schema.id, metrics: ids });
    }
    this.#schemaOfArray.set(metrics, schema);
    return schema;
  }

  schema(id: number): NumberedSchema | undefined {
    return this.#schemaById.get(id);
  }

  /** @throws Error for a number that was never given: the database contradicts itself */
  descriptorsOf(ids: readonly number[]): MetricDescriptor[] {
    return ids.map((id) => {
      const descriptor = this.#descriptors.get(id);
      if (!descriptor) throw new Error(`The series database refers to metric ${id}, which is not stored.`);
      return descriptor;
    });
  }

  /** What is to be announced. It is told again until {@link announced} says where it was committed. */
  get news(): Pick<NewNames, 'metrics' | 'schemas'> {
    return { metrics: this.#newMetrics, schemas: this.#newSchemas };
  }

  announced(position: number): void {
    for (const { id } of this.#newSchemas) {
      const schema = this.#schemaById.get(id);
      if (schema) schema.usedAt = position;
    }
    this.#newMetrics = [];
    this.#newSchemas = [];
  }

  /** Forgets the schemas that no row of the journal from `floor` on can refer to, and returns their numbers. */
  forgetBefore(floor: number): number[] {
    const gone: number[] = [];
    for (const [text, schema] of this.#schemas) {
      if (schema.usedAt >= floor) continue;
      schema.isForgotten = true;
      this.#schemas.delete(text);
      this.#schemaById.delete(schema.id);
      gone.push(schema.id);
    }
    return gone;
  }

  #metricOf(descriptor: MetricDescriptor): number {
    const id = this.#metrics.get(keyOf(descriptor));
    if (id !== undefined) return id;
    const given = this.#nextMetric++;
    this.#addMetric(given, descriptor);
    this.#newMetrics.push({ id: given, descriptor });
    return given;
  }

  #addMetric(id: number, descriptor: MetricDescriptor): void {
    this.#metrics.set(keyOf(descriptor), id);
    this.#descriptors.set(id, descriptor);
  }

  #addSchema(
    id: number,
    metrics: readonly MetricDescriptor[],
    metricIds: readonly number[],
    usedAt: number,
  ): NumberedSchema {
    const schema = { id, metrics, metricIds, usedAt, isForgotten: false };
    this.#schemas.set(metricIds.join(), schema);
    this.#schemaById.set(id, schema);
    return schema;
  }
}

function keyOf({ name, unit, kind, decimals }: MetricDescriptor): string {
  return `${decimals}${kind}.${unit}.${name}`;
}
