import { ProtocolError } from '../error.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import type { Clocks } from './frame.ts';

/** The latest reading that can be sent, in the year 37648: sums and differences of times stay safe integers and real dates. */
const MAX_CLOCK_MS = 2 ** 50;

/** Clocks as they are sent: whole milliseconds, and 0 for a wall time before 1970. */
export function sendableClocks({ wallMs, monotonicMs, bootMs }: Clocks): Clocks {
  return { wallMs: sendable(wallMs), monotonicMs: sendable(monotonicMs), bootMs: sendable(bootMs) };
}

function sendable(readingMs: number): number {
  return Math.min(MAX_CLOCK_MS, Math.max(0, Math.floor(readingMs)));
}

/** Clocks are three varints. */
export function writeClocks(writer: ByteWriter, clocks: Clocks): void {
  const { wallMs, monotonicMs, bootMs } = sendableClocks(clocks);
  writer.varint(wallMs).varint(monotonicMs).varint(bootMs);
}

export function readClocks(reader: ByteReader): Clocks {
  return {
    wallMs: reader.varint(MAX_CLOCK_MS),
    monotonicMs: reader.varint(MAX_CLOCK_MS),
    bootMs: reader.varint(MAX_CLOCK_MS),
  };
}

/**
 * Sets clocks forward, in place.
 * @throws ProtocolError `frame_malformed` if one of them leads out of what can be sent.
 */
export function advanceClocks(clocks: { -readonly [K in keyof Clocks]: number }, changes: Clocks): void {
  clocks.wallMs = advance(clocks.wallMs, changes.wallMs);
  clocks.monotonicMs = advance(clocks.monotonicMs, changes.monotonicMs);
  clocks.bootMs = advance(clocks.bootMs, changes.bootMs);
}

function advance(readingMs: number, changeMs: number): number {
  const nextMs = readingMs + changeMs;
  if (nextMs >= 0 && nextMs <= MAX_CLOCK_MS) return nextMs;
  throw new ProtocolError('frame_malformed', 'A change leads out of the range of clocks.');
}

/** All clocks mostly go on together: each change is told by its difference to that of the clock before. */
export function writeClockChanges(writer: ByteWriter, { wallMs, monotonicMs, bootMs }: Clocks): void {
  writer
    .zigzag(wallMs)
    .zigzag(monotonicMs - wallMs)
    .zigzag(bootMs - monotonicMs);
}

export function readClockChanges(reader: ByteReader): Clocks {
  const wallMs = readChange(reader, 0);
  const monotonicMs = readChange(reader, wallMs);
  return { wallMs, monotonicMs, bootMs: readChange(reader, monotonicMs) };
}

function readChange(reader: ByteReader, before: number): number {
  const changeMs = before + reader.zigzag();
  if (Math.abs(changeMs) <= MAX_CLOCK_MS) return changeMs;
  throw new ProtocolError('frame_malformed', 'A change leads out of the range of clocks.');
}
