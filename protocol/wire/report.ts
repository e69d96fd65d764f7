import { ProtocolError } from '../error.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { readClocks, writeClocks } from './clocks.ts';
import type { ReportFrame } from './frame.ts';
import { MAX_METRICS_PER_SCHEMA, type MetricDescriptor } from './metric.ts';

/**
 * On the wire a report carries integers: value x 10^decimals of its schema. That step is all that ties a report to its schema;
 * the codec itself needs none.
 */

/** The largest scaled integer that zigzag coding can carry. */
const MAX_SCALED = 2 ** 52 - 1;
const powers = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000] as const;

/**
 * Scales measured values to the integers of the wire. What is no finite number, or too large to be sent exactly, becomes
 * null: an honest gap.
 * @throws RangeError if there is not one value per metric.
 */
export function scaleValues(
  metrics: readonly MetricDescriptor[],
  values: readonly (number | null)[],
): (number | null)[] {
  if (metrics.length !== values.length) throw new RangeError(`${values.length} values for ${metrics.length} metrics`);
  return metrics.map((metric, index) => {
    const value = values[index];
    if (value === null || value === undefined) return null;
    const scaled = Math.round(value * (powers[metric.decimals] ?? 1));
    return Math.abs(scaled) <= MAX_SCALED ? scaled + 0 : null;
  });
}

export function writeReport(writer: ByteWriter, frame: ReportFrame): void {
  writer.varint(frame.run).varint(frame.schema).varint(frame.sequence);
  writer.byte(frame.backfill ? 1 : 0);
  writeClocks(writer, frame.clocks);
  const { scaled } = frame;
  writer.varint(scaled.length);
  let position = writer.skip((scaled.length + 7) >> 3);
  for (let start = 0; start < scaled.length; start += 8) {
    const end = Math.min(start + 8, scaled.length);
    let present = 0;
    for (let index = start; index < end; index += 1) {
      const value = scaled[index] as number | null;
      if (value === null) continue;
      present |= 1 << (index - start);
      writer.zigzag(value);
    }
    writer.setByteAt(position, present);
    position += 1;
  }
}

export function readReport(reader: ByteReader): ReportFrame {
  const run = reader.varint(0xffff);
  const schema = reader.varint(0xffff);
  const sequence = reader.varint();
  const flags = reader.byte();
  if (flags > 1) throw new ProtocolError('frame_malformed', 'Unknown flags in a report.');
  const clocks = readClocks(reader);
  const count = reader.varint(MAX_METRICS_PER_SCHEMA);
  const byteCount = (count + 7) >> 3;
  const first = reader.skip(byteCount);
  // One report has one encoding: bits behind the last value are 0.
  if ((count & 7) !== 0 && reader.byteAt(first + byteCount - 1) >> (count & 7) !== 0) {
    throw new ProtocolError('frame_malformed', 'A report marks more values than it has.');
  }
  // Of the kind that holds anything, from the start: with small integers in one and doubles in the next, every loop over values is slow.
  const scaled = new Array<number | null>(count).fill(null);
  for (let index = 0; index < count; index += 1) {
    const isPresent = (reader.byteAt(first + (index >> 3)) >> (index & 7)) & 1;
    if (isPresent) scaled[index] = reader.zigzag();
  }
  return { type: 'report', run, schema, sequence, backfill: flags === 1, clocks, scaled };
}
