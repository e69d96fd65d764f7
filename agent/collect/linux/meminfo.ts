import { numberAfter } from './number-after.ts';

export interface Memory {
  readonly sizeBytes: number | null;
  readonly availableBytes: number | null;
  /** Page cache, buffers and reclaimable slab, as free(1) counts them. */
  readonly cachedBytes: number | null;
  readonly swapSizeBytes: number | null;
  readonly swapUsedBytes: number | null;
}

/** /proc/meminfo (proc_meminfo(5)). A line that is missing makes its figure null. */
export function parseMeminfo(text: string): Memory {
  const bytes = (key: string) => {
    const kibibytes = numberAfter(text, `${key}:`);
    return kibibytes === undefined ? null : kibibytes * 1024;
  };
  const cached = bytes('Cached');
  const cachedBytes = cached === null ? null : cached + (bytes('Buffers') ?? 0) + (bytes('SReclaimable') ?? 0);
  const free = bytes('MemFree');
  const swapSizeBytes = bytes('SwapTotal');
  const swapFree = bytes('SwapFree');
  return {
    sizeBytes: bytes('MemTotal'),
    // Kernels before 3.14 do not say what is available; free and cached together are what tools showed then.
    availableBytes: bytes('MemAvailable') ?? (free === null ? null : free + (cachedBytes ?? 0)),
    cachedBytes,
    swapSizeBytes,
    swapUsedBytes: swapSizeBytes === null || swapFree === null ? null : Math.max(0, swapSizeBytes - swapFree),
  };
}
