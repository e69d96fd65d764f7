import {
  attainment,
  linesOf,
  type MeasuredPlan,
  type RpoSpan,
  sumTallies,
  tallyRpo,
} from '../server/domain/recovery/attainment.ts';
import { readCron } from '../server/domain/recovery/cron.ts';
import { planState } from '../server/domain/recovery/plan-state.ts';
import type { RecoveryPoint } from '../server/domain/recovery/point.ts';
import { timetable } from '../server/domain/recovery/rhythm.ts';
import { periodOf } from '../server/domain/sla/period.ts';

const PLANS = 10_000;
const YEARS = 5;
const ROUNDS = 5;
const AIM_CPU_MS = 200;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = Date.UTC(2026, 11, 31, 23);
const TIME_ZONE = 'America/Costa_Rica';
const table = timetable({ kind: 'cron', cron: readCron('0 22 * * *') }, TIME_ZONE);

/**
 * Attainment of 10,000 plans with five years of daily points, for each of twelve months and for the year, and how each plan stands now:
 * what the page of all plans costs in CPU. Apart from it, what it costs to read the points of one plan anew.
 */
export function run(): object {
  const months = [periodOf('this_month', TIME_ZONE, NOW)];
  while (months.length < 12) months.push(periodOf('last_month', TIME_ZONE, months.at(-1)?.from ?? NOW));
  const rpos: RpoSpan[] = [{ from: 0, until: Number.POSITIVE_INFINITY, rpoMs: 26 * HOUR_MS }];
  const random = mulberry32(1);
  let points = 0;
  let buildMs = 0;
  const plans = Array.from({ length: PLANS }, (): MeasuredPlan => {
    const nights = fiveYears(random);
    points += nights.length;
    const before = process.cpuUsage();
    const lines = linesOf(nights);
    buildMs += cpuMsSince(before);
    return { lines, from: 0, end: Number.POSITIVE_INFINITY, blind: [] };
  });
  const rounds = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    const verdicts: Record<string, number> = {};
    for (const plan of plans) {
      const tallies = months.map((month) => tallyRpo(plan, month, rpos, NOW));
      for (const tally of [sumTallies(tallies), ...tallies]) {
        const { verdict } = attainment(tally, 990_000);
        verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
      }
    }
    return { cpuMs: cpuMsSince(before), verdicts };
  });
  const before = process.cpuUsage();
  const stages: Record<string, number> = {};
  for (const { lines } of plans) {
    const plan = { id: 'p', from: 0, table, rpoMs: 26 * HOUR_MS, durationMs: HOUR_MS, graceMs: null };
    const { stage } = planState(plan, { ...lines, blindSince: null }, NOW);
    stages[stage] = (stages[stage] ?? 0) + 1;
  }
  const stateMs = cpuMsSince(before);
  const cpuMs = rounds.map((round) => round.cpuMs).sort((a, b) => a - b);
  const [best = 0, median = 0] = [cpuMs[0], cpuMs[Math.floor(ROUNDS / 2)]];
  return {
    plans: PLANS,
    points,
    figures: PLANS * (months.length + 1),
    cpuMs: { first: rounds[0]?.cpuMs, best, median },
    aimCpuMs: AIM_CPU_MS,
    met: median <= AIM_CPU_MS,
    /** How all plans stand, once. */
    stateCpuMs: stateMs,
    /** One plan, all its points: when one of them comes. */
    buildCpuMsPerPlan: Math.round((buildMs / PLANS) * 1_000) / 1_000,
    verdicts: rounds[0]?.verdicts,
    stages,
  };
}

/** Each night at ten for five years; one in sixty is missed, every tenth is verified, some are merely seen. */
function fiveYears(random: () => number): RecoveryPoint[] {
  const points: RecoveryPoint[] = [];
  const nights = Math.round(YEARS * 365.25);
  for (let night = nights; night >= 1; night -= 1) {
    if (random() < 1 / 60) continue;
    const startedAt = NOW - 19 * HOUR_MS - (night - 1) * DAY_MS;
    const finishedAt = startedAt + Math.floor((0.5 + 1.4 * random()) * HOUR_MS);
    points.push({
      id: `${night}`,
      startedAt,
      finishedAt,
      seenAt: finishedAt,
      completeness: random() < 0.02 ? 'seen' : 'complete',
      verifiedAt: random() < 0.1 ? finishedAt + DAY_MS : null,
      goneAt: null,
      kind: 'full',
      follows: null,
      sizeBytes: 1e11,
      placeId: 'nas',
    });
  }
  return points;
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** A small generator with a seed, so that every run measures the same plans. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
