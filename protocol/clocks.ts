import type { ByteReader, ByteWriter } from './bytes.ts';
import type { Clocks } from './frame.ts';

/** Clocks are three varints of whole milliseconds; a wall time before 1970 is sent as 0. */
export function writeClocks(writer: ByteWriter, clocks: Clocks): void {
  for (const reading of [clocks.wallMs, clocks.monotonicMs, clocks.bootMs]) {
    writer.varint(Math.max(0, Math.floor(reading)));
  }
}

export function readClocks(reader: ByteReader): Clocks {
  return { wallMs: reader.varint(), monotonicMs: reader.varint(), bootMs: reader.varint() };
}
