import { type DiskWatch, watchDisk } from '../../domain/forecast/disk-outlook.ts';
import { type FillMemory, noteLevel } from '../../domain/forecast/fill-memory.ts';
import { nightAt, noteNight } from '../../domain/forecast/night-growth.ts';
import { emptyWindow, fillHole, type SpaceWindow } from '../../domain/forecast/space-window.ts';
import { holdersOf } from '../../domain/pools.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import { type PastDisks, type PastPoint, poolPast } from './disk-history.ts';

/** What is known of a device besides what its memory keeps. */
export interface KnownDisks {
  readonly windows: Map<string, SpaceWindow>;
  /** Read and not yet taken. */
  past: PastDisks | null;
  /** The past was asked for and has not come yet. */
  isReading: boolean;
  /** When the past is read again, because a gap may have been filled from the agent's spool; ms. */
  readAgainAt: number[];
}

/** What was read becomes part of what is known, in the lane. */
export function takePast(
  { memory, latest }: DeviceRecord,
  known: KnownDisks,
  timeZone: string,
): Map<string, FillMemory> {
  const { fills } = memory.detection;
  const { past } = known;
  if (!past) return fills;
  known.past = null;
  const pastOf = (days: PastDisks['days'], mountpoint: string): readonly PastPoint[] => {
    const others = latest ? holdersOf(latest, mountpoint) : [];
    return poolPast(
      days.get(mountpoint) ?? [],
      others.map((other) => days.get(other) ?? []),
    );
  };
  for (const mountpoint of past.days.keys()) {
    const [first, ...rest] = pastOf(past.days, mountpoint);
    if (!first || fills.has(mountpoint)) continue;
    const watch = watchDisk(first);
    for (const point of rest) {
      learn(watch, point);
      noteNight(watch.memory, point.availableBytes / point.sizeBytes, nightAt(point.atMs, timeZone));
    }
    fills.set(mountpoint, watch.memory);
  }
  for (const mountpoint of past.hours.keys()) {
    const points = pastOf(past.hours, mountpoint);
    const window = known.windows.get(mountpoint) ?? emptyWindow();
    const sizeBytes = points.at(-1)?.sizeBytes ?? 0;
    for (const point of points) {
      // Of another size it is another disk.
      if (Math.abs(point.sizeBytes - sizeBytes) <= 0.01 * sizeBytes) fillHole(window, point.atMs, point.availableBytes);
    }
    known.windows.set(mountpoint, window);
  }
  return fills;
}

/** Remembers an hour of the past; a volume that was resized starts afresh. */
function learn(watch: DiskWatch, { atMs, availableBytes, sizeBytes }: Parameters<typeof watchDisk>[0]): void {
  if (Math.abs(sizeBytes - watch.memory.size) > 0.01 * watch.memory.size) {
    watch.memory = watchDisk({ atMs, availableBytes, sizeBytes }).memory;
  }
  noteLevel(watch.memory, atMs, availableBytes, sizeBytes);
}
