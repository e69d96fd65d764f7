import type { FileReader } from './files.ts';
import type { Memory } from './meminfo.ts';
import { numberAfter } from './number-after.ts';

/** What a container may take of the memory of its host, and has taken. */
export interface MemoryLimit {
  readonly sizeBytes: number;
  readonly usedBytes: number;
  /** Of what is used: what the kernel takes back as soon as somebody needs it. */
  readonly cachedBytes: number;
  /** Null where nothing says how much of it may be swapped out. */
  readonly swapSizeBytes: number | null;
  readonly swapUsedBytes: number | null;
}

/** "No limit" of cgroups v1 is the largest number of whole pages. */
const NONE_V1 = 2 ** 62;

/**
 * The limit at the root of the cgroups that this process sees: in a container that is the container's own. The root of a whole
 * machine has none (v2) or an endless one (v1), and the limit of the agent's own service stands further down. Undefined if
 * there is none.
 */
export function readMemoryLimit(files: FileReader, sysRoot: string): MemoryLimit | undefined {
  const root = `${sysRoot}/fs/cgroup`;
  const number = (path: string): number | undefined => {
    const text = files.text(`${root}/${path}`)?.trim();
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
  };
  const sizeBytes = number('memory.max');
  if (sizeBytes !== undefined) {
    const stat = files.text(`${root}/memory.stat`) ?? '';
    const cached = ['inactive_file', 'active_file', 'slab_reclaimable'].map((key) => numberAfter(stat, `${key} `) ?? 0);
    return {
      sizeBytes,
      usedBytes: number('memory.current') ?? 0,
      cachedBytes: cached.reduce((sum, bytes) => sum + bytes, 0),
      swapSizeBytes: number('memory.swap.max') ?? null,
      swapUsedBytes: number('memory.swap.current') ?? null,
    };
  }
  const limit = number('memory/memory.limit_in_bytes');
  if (limit === undefined || limit >= NONE_V1) return undefined;
  const stat = files.text(`${root}/memory/memory.stat`) ?? '';
  const usedBytes = number('memory/memory.usage_in_bytes') ?? 0;
  const both = number('memory/memory.memsw.limit_in_bytes');
  const bothUsed = number('memory/memory.memsw.usage_in_bytes');
  return {
    sizeBytes: limit,
    usedBytes,
    cachedBytes: (numberAfter(stat, 'total_inactive_file ') ?? 0) + (numberAfter(stat, 'total_active_file ') ?? 0),
    swapSizeBytes: both === undefined || both >= NONE_V1 ? null : Math.max(0, both - limit),
    swapUsedBytes: bothUsed === undefined ? null : Math.max(0, bothUsed - usedBytes),
  };
}

/** The memory of the machine as far as the limit lets it be used; a limit above what the machine has is none. */
export function withinLimit(machine: Memory, limit: MemoryLimit | undefined): Memory {
  if (limit === undefined || limit.sizeBytes >= (machine.sizeBytes ?? Number.POSITIVE_INFINITY)) return machine;
  const leftBytes = Math.max(0, Math.min(limit.sizeBytes, limit.sizeBytes - limit.usedBytes + limit.cachedBytes));
  const hasOwnSwap = limit.swapSizeBytes !== null && limit.swapSizeBytes < (machine.swapSizeBytes ?? 0);
  return {
    sizeBytes: limit.sizeBytes,
    // The host may have less left than the container may take.
    availableBytes: Math.min(leftBytes, machine.availableBytes ?? leftBytes),
    cachedBytes: Math.min(limit.cachedBytes, limit.sizeBytes),
    swapSizeBytes: hasOwnSwap ? limit.swapSizeBytes : machine.swapSizeBytes,
    swapUsedBytes: hasOwnSwap ? limit.swapUsedBytes : machine.swapUsedBytes,
  };
}
