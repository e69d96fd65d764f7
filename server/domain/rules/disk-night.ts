import { said } from '../../../protocol/said/said.ts';
import type { FillMemory } from '../forecast/fill-memory.ts';
import { isEmptiedBefore, largestNight, type NightTime } from '../forecast/night-growth.ts';
import type { Signal } from '../hysteresis.ts';
import type { DetectionSettings } from '../settings.ts';
import type { Finding } from './rule.ts';

const minute = 60_000;
const TIMING = { forMs: 45 * minute, keepForMs: 60 * minute };
/** It is over when so much more is left than the largest growth. */
const CLEAR_FACTOR = 1.15;

/** A file system, its share that is available, and who shares its space. */
export interface NightDisk {
  readonly mountpoint: string;
  readonly memory: FillMemory;
  readonly level: number;
  readonly sharers?: readonly string[];
}

/**
 * On a large volume: less is left than the largest growth of a night in the last fourteen. Large is where the static level stops at
 * its amount instead of its share. Judged by day, when the last night is over; a night holds what is known.
 */
export function* diskNight(
  { mountpoint, memory, level, sharers = [] }: NightDisk,
  nowMs: number,
  time: NightTime,
  settings: DetectionSettings,
): Iterable<Finding> {
  const medium = settings.disk.levels.find(({ priority }) => priority === 'medium');
  // No amount turns that level off, and what stands in for it.
  if (!medium || medium.belowBytes === 0 || medium.belowRatio * memory.size <= medium.belowBytes) return;
  const largest = largestNight(memory);
  const growth = largest?.growth ?? 0;
  const signal = (): Signal => {
    if (time.night !== null) return 'hold';
    if (!largest || level >= growth * CLEAR_FACTOR) return 'clear';
    if (level >= growth) return 'hold';
    return isEmptiedBefore(memory, nowMs, time) ? 'clear' : 'raise';
  };
  const left = { mountpoint, availableBytes: level * memory.size, sizeBytes: memory.size };
  yield {
    rule: 'disk.night',
    object: mountpoint,
    priority: 'medium',
    timing: TIMING,
    signal: signal(),
    said: () =>
      said('disk.night', {
        ...left,
        growthBytes: growth * memory.size,
        night: dateOf(largest?.night ?? 0),
        sharers,
      }),
    recovery: () => said('disk.night.over', left),
    evidence: {
      metrics: [`fs.available[${mountpoint}]`],
      threshold: { metric: `fs.available[${mountpoint}]`, value: growth * memory.size },
    },
    standing: false,
  };
}

/** What was told of a file system is told of another from now on, with which it shares its space. */
export function* nightTakenOver(mountpoint: string, teller: string): Iterable<Finding> {
  const shares = () => said('disk.shares-space', { mountpoint, teller });
  yield {
    rule: 'disk.night',
    object: mountpoint,
    priority: 'medium',
    timing: { forMs: 0, keepForMs: 0 },
    signal: 'clear',
    said: shares,
    recovery: shares,
    evidence: { metrics: [], threshold: null },
    standing: false,
  };
}

/** The date on which it began, in the client's zone. */
function dateOf(night: number): string {
  return new Date(night * 86_400_000).toISOString().slice(0, 10);
}
