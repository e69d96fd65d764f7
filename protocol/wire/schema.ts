import { ProtocolError } from '../error.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import type { SchemaFrame } from './frame.ts';
import { MAX_METRICS_PER_SCHEMA, type MetricDescriptor, type MetricKind, properNames, type Unit } from './metric.ts';

/** Positions are the numbers on the wire: append only. */
const units = ['ratio', 'bytes', 'seconds', 'count', 'celsius', 'load', 'flag'] as const satisfies readonly Unit[];
const kinds = ['gauge', 'counter'] as const satisfies readonly MetricKind[];
const MAX_DECIMALS = 6;
const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

export function writeSchema(writer: ByteWriter, frame: SchemaFrame): void {
  writer.varint(frame.run).varint(frame.schema).varint(frame.metrics.length);
  for (const metric of frame.metrics) {
    writer.text(metric.name);
    writer.byte(units.indexOf(metric.unit)).byte(kinds.indexOf(metric.kind)).byte(metric.decimals);
  }
}

/**
 * What its names lack is mended (see {@link properNames}).
 * @throws ProtocolError `schema_invalid` for an empty or oversized schema, and for a metric of an unknown unit, kind or
 *   precision, which the sentence names
 */
export function readSchema(reader: ByteReader): SchemaFrame {
  const run = reader.varint(0xffff);
  const schema = reader.varint(0xffff);
  const count = reader.varint();
  if (count === 0 || count > MAX_METRICS_PER_SCHEMA) {
    throw new ProtocolError('schema_invalid', `A schema has 1 to ${MAX_METRICS_PER_SCHEMA} metrics, not ${count}.`);
  }
  const metrics: MetricDescriptor[] = [];
  for (let index = 0; index < count; index += 1) metrics.push(readMetric(reader));
  return { type: 'schema', run, schema, metrics: properNames(metrics) };
}

function readMetric(reader: ByteReader): MetricDescriptor {
  // As long as the frame lets it be: a name that is too long, or no UTF-8, is mended.
  const name = lenientUtf8.decode(reader.blob(Number.MAX_SAFE_INTEGER));
  const unitNumber = reader.byte();
  const kindNumber = reader.byte();
  const decimals = reader.byte();
  const unit = units[unitNumber];
  const kind = kinds[kindNumber];
  if (unit === undefined) throw unknownPart(name, `the unit ${unitNumber}`);
  if (kind === undefined) throw unknownPart(name, `the kind ${kindNumber}`);
  if (decimals > MAX_DECIMALS) throw unknownPart(name, `${decimals} decimal places`);
  return { name, unit, kind, decimals };
}

function unknownPart(name: string, part: string): ProtocolError {
  const [proper] = properNames([{ name, unit: 'count', kind: 'gauge', decimals: 0 }]);
  return new ProtocolError(
    'schema_invalid',
    `The metric "${proper?.name}" has ${part}, which this server does not know. Is the agent newer than the server?`,
  );
}
