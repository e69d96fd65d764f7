import type { ByteReader, ByteWriter } from './bytes.ts';
import type { Clocks } from './frame.ts';

/** The latest reading that can be sent, in the year 37648: sums and differences of times stay safe integers and real dates. */
const MAX_CLOCK_MS = 2 ** 50;

/** Clocks are three varints of whole milliseconds; a wall time before 1970 is sent as 0. */
export function writeClocks(writer: ByteWriter, clocks: Clocks): void {
  for (const reading of [clocks.wallMs, clocks.monotonicMs, clocks.bootMs]) {
    writer.varint(Math.min(MAX_CLOCK_MS, Math.max(0, Math.floor(reading))));
  }
}

export function readClocks(reader: ByteReader): Clocks {
  return {
    wallMs: reader.varint(MAX_CLOCK_MS),
    monotonicMs: reader.varint(MAX_CLOCK_MS),
    bootMs: reader.varint(MAX_CLOCK_MS),
  };
}
