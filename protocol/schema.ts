import type { ByteReader, ByteWriter } from './bytes.ts';
import { ProtocolError } from './error.ts';
import type { SchemaFrame } from './frame.ts';
import {
  MAX_METRIC_NAME_BYTES,
  MAX_METRICS_PER_SCHEMA,
  type MetricDescriptor,
  type MetricKind,
  type Unit,
} from './metric.ts';

/** Positions are the numbers on the wire: append only. */
const units = ['ratio', 'bytes', 'seconds', 'count', 'celsius', 'load', 'flag'] as const satisfies readonly Unit[];
const kinds = ['gauge', 'counter'] as const satisfies readonly MetricKind[];
const MAX_DECIMALS = 6;

export function writeSchema(writer: ByteWriter, frame: SchemaFrame): void {
  writer.varint(frame.run).varint(frame.schema).varint(frame.metrics.length);
  for (const metric of frame.metrics) {
    writer.text(metric.name);
    writer.byte(units.indexOf(metric.unit)).byte(kinds.indexOf(metric.kind)).byte(metric.decimals);
  }
}

/** @throws ProtocolError `schema_invalid` for an empty or oversized schema, a name twice, or an unknown unit. */
export function readSchema(reader: ByteReader): SchemaFrame {
  const run = reader.varint(0xffff);
  const schema = reader.varint(0xffff);
  const count = reader.varint();
  if (count === 0 || count > MAX_METRICS_PER_SCHEMA) {
    throw new ProtocolError('schema_invalid', `A schema has 1 to ${MAX_METRICS_PER_SCHEMA} metrics, not ${count}.`);
  }
  const names = new Set<string>();
  const metrics: MetricDescriptor[] = [];
  for (let index = 0; index < count; index += 1) {
    const metric = readMetric(reader);
    if (names.has(metric.name)) throw new ProtocolError('schema_invalid', 'A schema names a metric twice.');
    names.add(metric.name);
    metrics.push(metric);
  }
  return { type: 'schema', run, schema, metrics };
}

function readMetric(reader: ByteReader): MetricDescriptor {
  const name = reader.text(MAX_METRIC_NAME_BYTES);
  const unit = units[reader.byte()];
  const kind = kinds[reader.byte()];
  const decimals = reader.byte();
  // Names reach screens, logs and label values: control characters have no place in them.
  if (name === '' || /\p{Cc}/u.test(name) || unit === undefined || kind === undefined || decimals > MAX_DECIMALS) {
    throw new ProtocolError('schema_invalid', 'A metric of the schema has a bad name, unit, kind or precision.');
  }
  return { name, unit, kind, decimals };
}
