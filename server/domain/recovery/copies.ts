import type { ExposureLine } from './exposure-line.ts';
import { fact, type RecoverySaid } from './facts.ts';

/** Where copies lie. */
export interface Place {
  readonly id: string;
  /** The site that it is at; null: at none of ours, such as a cloud. */
  readonly siteId: string | null;
  readonly medium: 'disk' | 'nas' | 'removable' | 'tape' | 'cloud';
}

export interface CopyState {
  readonly placeId: string;
  /** Another place than the machine's own site. */
  readonly isOffsite: boolean;
  /** Start of its newest point. */
  readonly newestAt: number | null;
  /** Not older than copies may be. */
  readonly counts: boolean;
}

/** Three copies with the original, on two media, one of them elsewhere. */
export interface CopyCount {
  readonly copies: readonly CopyState[];
  readonly copyCount: number;
  readonly mediaCount: number;
  readonly offsiteCount: number;
  readonly is321: boolean;
  /** What is missing of it. */
  readonly said: readonly RecoverySaid[];
}

/**
 * The copies of a plan by place.
 * @param lines the points at each place; a disk that is away has its own
 * @param machine where the original lies
 * @param maxAgeMs how old the newest point of a copy may be, ms without closed days; null: any
 */
export function countCopies(
  lines: ReadonlyMap<string, ExposureLine>,
  places: readonly Place[],
  machine: { readonly siteId: string; readonly medium: Place['medium'] },
  maxAgeMs: number | null,
  now: number,
): CopyCount {
  const copies = places.map((place): CopyState => {
    const line = lines.get(place.id);
    const newestAt = line?.newestAt(now) ?? null;
    const counts = newestAt !== null && (maxAgeMs === null || (line?.exposureAt(now) ?? 0) <= maxAgeMs);
    return { placeId: place.id, isOffsite: place.siteId !== machine.siteId, newestAt, counts };
  });
  const counted = copies.filter(({ counts }) => counts);
  const ids = new Set(counted.map(({ placeId }) => placeId));
  const media = new Set([machine.medium, ...places.filter(({ id }) => ids.has(id)).map(({ medium }) => medium)]);
  const offsite = copies.filter(({ isOffsite }) => isOffsite);
  const copyCount = counted.length + 1;
  const offsiteCount = offsite.filter(({ counts }) => counts).length;
  const said: RecoverySaid[] = [];
  if (copyCount < 3 || media.size < 2) {
    said.push(fact('recovery.copies.too-few', { copies: copyCount, media: media.size }));
  }
  if (offsiteCount === 0) {
    const starts = offsite.flatMap(({ newestAt }) => newestAt ?? []);
    said.push(fact('recovery.copies.no-offsite', { newest: starts.length === 0 ? null : Math.max(...starts) }));
  }
  return { copies, copyCount, mediaCount: media.size, offsiteCount, is321: said.length === 0, said };
}
