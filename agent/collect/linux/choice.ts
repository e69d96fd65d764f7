import { MAX_VOLUMES, type Volume } from '../volume.ts';

export interface Choice {
  readonly watched: readonly Volume[];
  /** The largest first. */
  readonly leftOut: readonly Volume[];
}

/**
 * Which file systems are watched where there are more than {@link MAX_VOLUMES}: the root first, then one of each device or pool,
 * the largest first, then what else those hold. One whose size is not known counts as large: it may be the one that matters.
 * @param sizeOf bytes, or undefined
 */
export function chooseVolumes(volumes: readonly Volume[], sizeOf: (volume: Volume) => number | undefined): Choice {
  if (volumes.length <= MAX_VOLUMES) return { watched: volumes, leftOut: [] };
  const bySize = volumes
    .map((volume) => ({ volume, sizeBytes: sizeOf(volume) ?? Number.POSITIVE_INFINITY }))
    .sort((a, b) => rootFirst(a.volume, b.volume) || descending(a.sizeBytes, b.sizeBytes))
    .map(({ volume }) => volume);
  const seen = new Set<string>();
  const [first, further]: [Volume[], Volume[]] = [[], []];
  for (const volume of bySize) {
    (seen.has(volume.pool) ? further : first).push(volume);
    seen.add(volume.pool);
  }
  const chosen = [...first, ...further];
  const watched = new Set(chosen.slice(0, MAX_VOLUMES));
  return { watched: volumes.filter((volume) => watched.has(volume)), leftOut: chosen.slice(MAX_VOLUMES) };
}

function rootFirst(a: Volume, b: Volume): number {
  return Number(b.name === '/') - Number(a.name === '/');
}

function descending(a: number, b: number): number {
  return a === b ? 0 : b > a ? 1 : -1;
}
