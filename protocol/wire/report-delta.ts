import { ProtocolError } from '../error.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { readClockChanges, writeClockChanges } from './clocks.ts';
import type { ReportDeltaFrame } from './frame.ts';

/** Length of the check at the end of the frame; it covers what stands before it. */
export const CHECK_BYTES = 4;

export function writeReportDelta(writer: ByteWriter, frame: ReportDeltaFrame): void {
  writer.varint(frame.run).varint(frame.schema).varint(frame.sequence);
  writer.varint(frame.sequence - frame.base);
  writer.byte(frame.backfill ? 1 : 0);
  writeClockChanges(writer, frame.clockChanges);
  writer.raw(frame.changes);
  for (let shift = 0; shift < 32; shift += 8) writer.byte((frame.check >>> shift) & 0xff);
}

export function readReportDelta(reader: ByteReader): ReportDeltaFrame {
  const run = reader.varint(0xffff);
  const schema = reader.varint(0xffff);
  const sequence = reader.varint();
  const base = sequence - reader.varint(sequence);
  const flags = reader.byte();
  if (flags > 1 || base === sequence) throw new ProtocolError('frame_malformed', 'Unknown flags or base in a report.');
  const clockChanges = readClockChanges(reader);
  const changes = reader.view(Math.max(0, reader.remaining - CHECK_BYTES));
  const check = reader.byte() | (reader.byte() << 8) | (reader.byte() << 16) | (reader.byte() << 24);
  return { type: 'report_delta', run, schema, sequence, base, backfill: flags === 1, clockChanges, changes, check };
}
