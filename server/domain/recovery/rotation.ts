import { fact, type RecoverySaid } from './facts.ts';

/** One of several disks that take turns: the one that is away is the copy elsewhere. */
export interface RotatingDisk {
  readonly id: string;
  readonly name: string;
  /** Plugged in since; null: it is away. */
  readonly presentSince: number | null;
  /** When it was last seen here; null: never. */
  readonly lastSeenAt: number | null;
  /** Start of its newest point that counts. */
  readonly newestAt: number | null;
}

export interface RotationState {
  readonly presentIds: readonly string[];
  /** Whose turn it is to come: the one that was away longest, new ones first; null: none is away. */
  readonly nextId: string | null;
  /** Start of the newest point that is elsewhere; null: there is none. */
  readonly offsiteAt: number | null;
  /** When the disk that is here is to be swapped; null while there is nothing to swap, or no pace. */
  readonly dueAt: number | null;
  readonly isOverdue: boolean;
  /** What somebody is to do. */
  readonly said: RecoverySaid | null;
}

/** Which disk is here, which is the copy elsewhere, and whose turn it is. @param everyMs pace of the swaps; null: none is agreed */
export function rotationState(disks: readonly RotatingDisk[], everyMs: number | null, now: number): RotationState {
  const present = disks.filter(({ presentSince }) => presentSince !== null && presentSince <= now);
  const away = disks.filter((disk) => !present.includes(disk));
  const next = away.toSorted((a, b) => lastSeen(a) - lastSeen(b) || (a.id < b.id ? -1 : 1))[0] ?? null;
  const starts = away.flatMap(({ newestAt }) => newestAt ?? []);
  const since = Math.min(...present.map(({ presentSince }) => presentSince ?? now));
  const dueAt = present.length === 0 || next === null || everyMs === null ? null : since + everyMs;
  const isOverdue = dueAt !== null && now > dueAt;
  return {
    presentIds: present.map(({ id }) => id),
    nextId: next?.id ?? null,
    offsiteAt: starts.length === 0 ? null : Math.max(...starts),
    dueAt,
    isOverdue,
    said: say(present, next, isOverdue ? dueAt : null),
  };
}

function say(
  present: readonly RotatingDisk[],
  next: RotatingDisk | null,
  overdueAt: number | null,
): RecoverySaid | null {
  const [here] = present;
  if (here === undefined) return fact('recovery.disk.none-here', { next: next?.name ?? null });
  if (next === null) return fact('recovery.disk.all-here', { names: present.map(({ name }) => name) });
  if (overdueAt === null) return null;
  return fact('recovery.disk.swap', { here: here.name, next: next.name, due: overdueAt });
}

function lastSeen({ lastSeenAt }: RotatingDisk): number {
  return lastSeenAt ?? Number.NEGATIVE_INFINITY;
}
