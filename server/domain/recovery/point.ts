/**
 * A recovery point: what one backup left behind. Times are ms since 1970 by the server's clock (what a machine's own clock said was
 * brought over when it came), sizes are bytes.
 */
export interface RecoveryPoint {
  /** What its source calls it, once in a plan: a snapshot, an archive, a file. */
  readonly id: string;
  /** When the backup began: the data is from then. */
  readonly startedAt: number;
  /** Null where the source does not say, as Debian's restic does not. */
  readonly finishedAt: number | null;
  /** When the server first knew of it. */
  readonly seenAt: number;
  readonly completeness: Completeness;
  /** When a check or a drill first found it whole; null: never. */
  readonly verifiedAt: number | null;
  /** From when on it was there no more: pruned, deleted, or found damaged; null: it is there. */
  readonly goneAt: number | null;
  readonly kind: PointKind;
  /** The point without which this one cannot be restored; null: it stands alone. */
  readonly follows: string | null;
  readonly sizeBytes: number | null;
  /** Where it lies. */
  readonly placeId: string;
}

/**
 * - `complete`: the run's own result, a check or a drill says so
 * - `seen`: a listing has it, which proves no more
 * - `unknown`: its result is not to be believed: it shrank, is empty, or its repository cannot be read
 * - `failed`: its run says that something is missing
 */
export type Completeness = 'complete' | 'seen' | 'unknown' | 'failed';

export type PointKind = 'full' | 'differential' | 'incremental' | 'log';

/** Why a point counts for nothing, now and ever. */
export type Refusal = 'failed' | 'future' | 'undated' | 'backwards';

/** No backup that anybody relies on is older: what says so has no clock (1970, 1980). */
export const EARLIEST_MS = Date.UTC(2000, 0, 1);

/** Why a point counts for nothing; null if it counts, be it as one that may be whole. */
export function refusalOf({ startedAt, finishedAt, seenAt, completeness }: RecoveryPoint): Refusal | null {
  if (completeness === 'failed') return 'failed';
  if (!(startedAt >= EARLIEST_MS) || !Number.isFinite(startedAt) || !Number.isFinite(seenAt)) return 'undated';
  // Seen before it began: it counts for nothing also when that day has come.
  if (startedAt > seenAt) return 'future';
  return finishedAt === null || finishedAt >= startedAt ? null : 'backwards';
}

/**
 * Whether it is known to be whole. A check that finds all its data proves that for what a listing shows, but not for what a run left
 * out, nor that a backup of half the size has everything in it.
 */
export function isProven({ completeness, verifiedAt }: RecoveryPoint): boolean {
  return completeness === 'complete' || (completeness === 'seen' && verifiedAt !== null);
}

/** From when on one could restore it: what is not known to have ended then was there when it was seen. */
export function availableAt({ finishedAt, seenAt }: RecoveryPoint): number {
  return finishedAt ?? seenAt;
}

/** Of two reports about one point the one is believed that stands first: whoever says that something is missing is right. */
const certainty: readonly Completeness[] = ['failed', 'unknown', 'complete', 'seen'];

/** All that is known of each point, in one: reports may come in any order and any number. Sorted by start. */
export function mergePoints(points: readonly RecoveryPoint[]): RecoveryPoint[] {
  const merged = new Map<string, RecoveryPoint>();
  for (const point of points) {
    const known = merged.get(point.id);
    merged.set(point.id, known ? merge(known, point) : point);
  }
  return [...merged.values()].sort((a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1));
}

/** Where two reports differ in what they promise, the one that promises less is kept. */
function merge(a: RecoveryPoint, b: RecoveryPoint): RecoveryPoint {
  return {
    id: a.id,
    startedAt: Math.min(a.startedAt, b.startedAt),
    finishedAt: latest(a.finishedAt, b.finishedAt),
    seenAt: Math.min(a.seenAt, b.seenAt),
    completeness: certainty.find((one) => one === a.completeness || one === b.completeness) ?? 'unknown',
    verifiedAt: earliest(a.verifiedAt, b.verifiedAt),
    goneAt: earliest(a.goneAt, b.goneAt),
    kind: a.kind < b.kind ? a.kind : b.kind,
    follows: larger(a.follows, b.follows),
    sizeBytes: latest(a.sizeBytes, b.sizeBytes),
    placeId: a.placeId < b.placeId ? a.placeId : b.placeId,
  };
}

function earliest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

function latest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

function larger(a: string | null, b: string | null): string | null {
  return a === null || b === null ? (a ?? b) : a > b ? a : b;
}
