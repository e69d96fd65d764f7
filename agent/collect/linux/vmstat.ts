import { numberAfter } from './number-after.ts';

export interface Swapping {
  /** Pages read from swap since boot. */
  readonly inPages: number | null;
  /** Pages written to swap since boot. */
  readonly outPages: number | null;
}

/** The swap counters of /proc/vmstat; null on a kernel that was built without swap. */
export function parseVmstat(text: string): Swapping {
  return { inPages: numberAfter(text, 'pswpin ') ?? null, outPages: numberAfter(text, 'pswpout ') ?? null };
}
