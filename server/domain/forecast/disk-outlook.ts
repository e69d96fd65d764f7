import type { DetectionSettings } from '../settings.ts';
import { heldLevels } from './alarms.ts';
import { type FillMemory, freshMemory, isResized, noteLevel } from './fill-memory.ts';
import { forecast, type Outlook } from './forecast.ts';
import { type NightTime, noteNight } from './night-growth.ts';
import { emptyWindow, newestLevel, putPoint, type SpaceWindow } from './space-window.ts';

/** What is known of one file system: the last hours, in memory only, and what is remembered. */
export interface DiskWatch {
  window: SpaceWindow;
  memory: FillMemory;
}

/** What was measured: when (ms), bytes that are available and the size in bytes, above 0. */
export interface DiskPoint {
  readonly atMs: number;
  readonly availableBytes: number;
  readonly sizeBytes: number;
}

/** Begins to watch a file system of which nothing is known. */
export function watchDisk({ atMs, availableBytes, sizeBytes }: DiskPoint): DiskWatch {
  return { window: emptyWindow(), memory: freshMemory(atMs, availableBytes, sizeBytes) };
}

/** Takes a measurement, in place, in the order of time; a volume that was resized starts afresh. `time`: the night it falls into. */
export function takePoint(watch: DiskWatch, point: DiskPoint, time?: NightTime): void {
  const { atMs, availableBytes, sizeBytes } = point;
  if (isResized(watch.memory, sizeBytes)) Object.assign(watch, watchDisk(point));
  putPoint(watch.window, atMs, availableBytes);
  noteLevel(watch.memory, atMs, newestLevel(watch.window), sizeBytes);
  if (time) noteNight(watch.memory, newestLevel(watch.window) / sizeBytes, time);
}

/** When it will be full, or why that cannot be said. What is on its way to be full is remembered, in place, until it is cured. */
export function outlookOf({ window, memory }: DiskWatch, nowMs: number, settings: DetectionSettings): Outlook {
  // What the static levels call low was an emergency.
  const shares = settings.disk.levels.map((level) => Math.min(level.belowRatio, level.belowBytes / memory.size));
  const outlook = forecast(window, memory, nowMs, settings.forecast, Math.max(0, ...shares));
  const isHeld = heldLevels(memory, outlook, nowMs, settings.forecast, newestLevel(window) / memory.size);
  return isHeld.some((held) => held) ? { ...outlook, isHeld } : outlook;
}
