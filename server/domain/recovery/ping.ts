import { dueAfter, type Timetable } from './rhythm.ts';

/** A run whose start was told, and whose end was not. */
export interface OpenRun {
  readonly id: number;
  /** What whoever tells of it calls it; null: nothing. */
  readonly name: string | null;
  readonly startedAt: number;
}

const DAY_MS = 86_400_000;
/** Whoever is not back by then does not come any more: four times the usual duration, and a day at least. */
const LEAST_WAIT_MS = DAY_MS;
/** From how far back it is sought when a plan was due last. */
const LOOK_BACK_DAYS = [2, 40, 800];

/**
 * Which of the runs that go on has ended. With a name it is the newest of that name. Without, it is the newest; but of two that may
 * have run beside each other it is the older one, as its data is older: nothing is promised that may not be so.
 * @param durationMs how long a run usually takes
 */
export function endedRun(open: readonly OpenRun[], name: string | null, durationMs: number): OpenRun | null {
  const own = open.filter((run) => run.name === name).toSorted((a, b) => b.startedAt - a.startedAt || b.id - a.id);
  let [ended = null] = own;
  if (name !== null || ended === null) return ended;
  for (const older of own.slice(1)) {
    if (ended.startedAt - older.startedAt >= 2 * durationMs) break;
    ended = older;
  }
  return ended;
}

/** Runs of which nobody will tell the end: what began so long ago, or so long before the next one of the same name. */
export function neverEnded(open: readonly OpenRun[], durationMs: number, now: number): OpenRun[] {
  return open.filter((run) => {
    if (now >= endsBy(run, durationMs)) return true;
    return open.some(
      (later) =>
        later.name === run.name &&
        later.startedAt > run.startedAt &&
        // With a name of its own a run may last beside the next.
        (run.name !== null || later.startedAt - run.startedAt >= 2 * durationMs),
    );
  });
}

/** When a run counts as one that never ended. */
export function endsBy({ startedAt }: OpenRun, durationMs: number): number {
  return startedAt + Math.max(LEAST_WAIT_MS, 4 * durationMs);
}

/**
 * When a run began of which only the end was told, as early as it may have been: when the plan was due last, or as long before the end
 * as a run usually takes, whichever is earlier. Where neither is known it is the end of the run before, else when the plan was made.
 * Never before the end of the run before: its own was told.
 */
export function assumedStart(
  endedAt: number,
  plan: { readonly table: Timetable | null; readonly durationMs: number; readonly from: number },
  previousEndAt: number | null,
): number {
  const { table, durationMs, from } = plan;
  const due = table?.rhythm.kind === 'cron' ? lastDue(table, endedAt) : null;
  const byDuration = durationMs > 0 ? endedAt - durationMs : null;
  const earliest = due === null || byDuration === null ? (due ?? byDuration) : Math.min(due, byDuration);
  const before = previousEndAt !== null && previousEndAt <= endedAt ? previousEndAt : null;
  if (earliest === null) return before ?? Math.min(from, endedAt);
  return before === null ? earliest : Math.max(earliest, before);
}

/** When it was due last, at `at` or before; null if that is more than two years ago. */
function lastDue(table: Timetable, at: number): number | null {
  for (const days of LOOK_BACK_DAYS) {
    let last: number | null = null;
    for (const due of dueAfter(table, at - days * DAY_MS)) {
      if (due > at) break;
      last = due;
    }
    if (last !== null) return last;
  }
  return null;
}
