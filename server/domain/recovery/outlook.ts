import { said as fact, type Said } from '../../../protocol/said/said.ts';
import { readCron } from './cron.ts';
import { type Drill, isRestored } from './drill.ts';
import { growthOf, type Measured, type NoDate, whenOver } from './growth.ts';
import { dueAfter, median, nextDue, type Timetable, timetable } from './rhythm.ts';

/** Bytes a ms, of the drills that brought something back. */
export interface Throughput {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly drills: number;
}

export interface RestoreOutlook {
  /** How long a restore of all of it takes today, and by the slowest and the fastest of the drills. Ms; null without a drill or a size. */
  readonly tookMs: number | null;
  readonly leastMs: number | null;
  readonly mostMs: number | null;
  /** From when on the RTO cannot be kept as the data grows; `now` if it cannot be today. A word says why there is no date. */
  readonly impossibleOn: number | NoDate | null;
  /** The same by the slowest and the fastest of the drills. */
  readonly earliest: number | null;
  readonly latest: number | null;
  readonly said: readonly Said[];
}

const NEWEST_DRILLS = 10;
const LOOK_AHEAD_MS = 400 * 86_400_000;

/** How fast things come back, by the newest ten drills that went well, of all or of a sample. Null: there is none. */
export function throughputOf(drills: readonly Drill[], now: number): Throughput | null {
  const rates = drills
    .filter((drill) => isRestored(drill, now))
    .toSorted((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? -1 : 1))
    .flatMap(({ startedAt, finishedAt, restoredBytes }) => {
      const tookMs = (finishedAt ?? startedAt) - startedAt;
      return tookMs > 0 && restoredBytes !== null && restoredBytes > 0 ? [restoredBytes / tookMs] : [];
    })
    .slice(0, NEWEST_DRILLS);
  const middle = median(rates);
  return middle === null
    ? null
    : { median: middle, least: Math.min(...rates), most: Math.max(...rates), drills: rates.length };
}

/**
 * How long it would take to be back, and from when on that is longer than promised.
 * @param sizes what there is to restore, over time, bytes
 */
export function restoreOutlook(
  drills: readonly Drill[],
  sizes: readonly Measured[],
  rtoMs: number | null,
  now: number,
): RestoreOutlook {
  const throughput = throughputOf(drills, now);
  const today = newestOf(sizes, now);
  if (throughput === null || today === null) {
    return { tookMs: null, leastMs: null, mostMs: null, impossibleOn: null, earliest: null, latest: null, said: [] };
  }
  const time = (rate: number): number => Math.ceil(today / rate);
  const [tookMs, leastMs, mostMs] = [time(throughput.median), time(throughput.most), time(throughput.least)];
  const predicted = fact('recovery.restore.predicted', { took: tookMs, least: leastMs, most: mostMs, rto: rtoMs });
  const known = { tookMs, leastMs, mostMs };
  if (rtoMs === null) return { ...known, impossibleOn: null, earliest: null, latest: null, said: [predicted] };
  const by = (rate: number): number | NoDate => whenLonger(sizes, today, rate * rtoMs, now);
  const [impossibleOn, earliest, latest] = [
    by(throughput.median),
    dated(by(throughput.least)),
    dated(by(throughput.most)),
  ];
  if (typeof impossibleOn !== 'number') return { ...known, impossibleOn, earliest, latest, said: [predicted] };
  const impossible = fact('recovery.restore.impossible', { on: impossibleOn, earliest, latest, rto: rtoMs });
  return { ...known, impossibleOn, earliest, latest, said: [predicted, impossible] };
}

export interface WindowOutlook {
  /** When runs take longer than their window; `now` if the last ones did. A word says why there is no date. */
  readonly outgrownOn: number | NoDate;
  readonly said: Said | null;
}

/** When backups outgrow their window, such as a night. @param durations how long the runs took, by their start, ms */
export function windowOutlook(durations: readonly Measured[], windowMs: number, now: number): WindowOutlook {
  const today = usualNow(durations, now);
  if (today === null) return { outgrownOn: 'young', said: null };
  const outgrownOn = whenLonger(durations, today, windowMs, now);
  if (typeof outgrownOn !== 'number') return { outgrownOn, said: null };
  return { outgrownOn, said: fact('recovery.window.outgrown', { on: outgrownOn, window: windowMs, duration: today }) };
}

/**
 * The shortest time from a run that is due to the end of its window, within a year: in the night in which the clocks go forward there
 * is an hour less.
 * @param endsAt `HH:MM` in the zone of the plan
 * @returns null where no run is due
 * @throws VigiaError validation_failed, RangeError for a zone that does not exist
 */
export function windowMsOf(table: Timetable, endsAt: string, now: number): number | null {
  const [hours = '', minutes = ''] = endsAt.split(':');
  const ends = timetable({ kind: 'cron', cron: readCron(`${Number(minutes)} ${Number(hours)} * * *`) }, table.timeZone);
  let shortest: number | null = null;
  for (const due of dueAfter(table, now)) {
    if (due > now + LOOK_AHEAD_MS) break;
    const end = nextDue(ends, due);
    if (end !== null && (shortest === null || end - due < shortest)) shortest = end - due;
  }
  return shortest;
}

function whenLonger(measured: readonly Measured[], today: number, limit: number, now: number): number | NoDate {
  if (today > limit) return now;
  const growth = growthOf(measured, now);
  return typeof growth === 'string' ? growth : whenOver(growth, limit, now);
}

/** The middle of the last three: one slow night is no trend. */
function usualNow(measured: readonly Measured[], now: number): number | null {
  const past = measured.filter(({ at }) => at <= now).toSorted((a, b) => b.at - a.at);
  return median(past.slice(0, 3).map(({ value }) => value));
}

function newestOf(measured: readonly Measured[], now: number): number | null {
  const past = measured.filter(({ at, value }) => at <= now && Number.isFinite(value) && value >= 0);
  return (
    past.reduce<Measured | null>((best, one) => (best === null || one.at > best.at ? one : best), null)?.value ?? null
  );
}

function dated(on: number | NoDate): number | null {
  return typeof on === 'number' ? on : null;
}
