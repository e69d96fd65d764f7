import { newestOfDisks } from '../domain/rules/redate-detection.ts';
import { redateConnection } from './device-connection.ts';
import { type DeviceMemory, memoryChanged, redateMemory } from './device-memory.ts';
import { redateNotes } from './device-notes.ts';
import type { DeviceRecord } from './device-record.ts';
import { redateShown } from './device-shown.ts';

/**
 * The server's clock was set by `sizeMs`: what is going on goes on, so the newest instants move with the clock and every duration
 * stays. What has long stood stays where it is, but for what would lie in the future.
 * @param now after the step, ms
 */
export function redateRecord(record: DeviceRecord, sizeMs: number, now: number): void {
  redateMemory(record.memory, sizeMs, now);
  redateConnection(record.connection, sizeMs, now);
  redateNotes(record, sizeMs);
  redateShown(record, sizeMs, now);
  memoryChanged(record);
}

/** Brings what a clock that was ahead has left in the future back to `now`. True if there was anything. */
export function healRecord(record: DeviceRecord, now: number): boolean {
  const newest = newestInstant(record.memory);
  if (newest <= now && newestOfDisks(record.memory.detection) <= now) return false;
  redateRecord(record, Math.min(0, now - newest), now);
  return true;
}

function newestInstant({ presence, judgedAt, settled, detection, checks }: DeviceMemory): number {
  const instants = [presence.last?.at, presence.announced?.at, judgedAt, settled?.since];
  for (const { lastSeen } of detection.levels.values()) instants.push(lastSeen);
  for (const { lastSeen } of detection.raised.values()) instants.push(lastSeen);
  for (const { seen, alarm } of checks.values()) instants.push(seen?.at, alarm.judgedAt);
  return Math.max(...instants.map((at) => at ?? Number.NEGATIVE_INFINITY));
}
