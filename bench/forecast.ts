import { performance } from 'node:perf_hooks';
import { diskSeries } from '../test/support/disk-series.ts';
import { type Evaluation, evaluateForecast, evaluateLeastSquares } from '../test/support/forecast-evaluation.ts';
import type { Figures } from './lib/options.ts';

const SEEDS = [1000, 2000, 3000, 4000, 5000];
const STEPS_PER_HOUR = 12;

interface Row {
  readonly name: string;
  readonly story: string;
  days: number;
  readonly ours: Evaluation[];
  readonly plain: Evaluation[];
}

/**
 * The forecast of full disks on made-up file systems, beside plain least squares over the same six hours and the same levels.
 * Prints the table of docs/detection.md.
 */
export function run(): Figures {
  const rows = new Map<string, Row>();
  let points = 0;
  let forecastMs = 0;
  for (const seed of SEEDS) {
    for (const series of diskSeries(seed)) {
      const { name, story } = series;
      const row: Row = rows.get(name) ?? { name, story, days: 0, ours: [], plain: [] };
      rows.set(name, row);
      const startedAt = performance.now();
      row.ours.push(evaluateForecast(series));
      forecastMs += performance.now() - startedAt;
      row.plain.push(evaluateLeastSquares(series));
      points += series.points.length;
      row.days += series.points.length / (24 * STEPS_PER_HOUR);
    }
  }
  console.log(
    '| series | what happens | days | false | missed | hours ahead | least squares: false | missed | hours ahead |',
  );
  console.log('|---|---|--:|--:|--:|--:|--:|--:|--:|');
  for (const row of rows.values()) console.log(tableRow(row));
  const all = [...rows.values()];
  return {
    seeds: SEEDS.length,
    days: Math.round(all.reduce((sum, { days }) => sum + days, 0)),
    falseRaised: sumOf(all.map(({ ours }) => ours)),
    missed: all.flatMap(({ ours }) => ours).filter(({ isMissed }) => isMissed).length,
    leastSquaresFalseRaised: sumOf(all.map(({ plain }) => plain)),
    leastSquaresMissed: all.flatMap(({ plain }) => plain).filter(({ isMissed }) => isMissed).length,
    /** Of one file system that is looked at every five minutes, most of these in the middle of a leak. */
    cpuMsPerFileSystemHour: Math.round((forecastMs / points) * STEPS_PER_HOUR * 1000) / 1000,
  };
}

function sumOf(evaluations: readonly (readonly Evaluation[])[]): number {
  return evaluations.flat().reduce((sum, { falseRaised }) => sum + falseRaised, 0);
}

function tableRow({ name, story, days, ours, plain }: Row): string {
  const cells = [ours, plain].flatMap((evaluations) => {
    const leads = evaluations.flatMap(({ leadHours }) => leadHours ?? []);
    const ahead = leads.length === 0 ? '' : span(Math.min(...leads), Math.max(...leads));
    const isLeak = leads.length > 0 || evaluations.some(({ isMissed }) => isMissed);
    return [sumOf([evaluations]), isLeak ? evaluations.filter(({ isMissed }) => isMissed).length : '', ahead];
  });
  return `| ${[name, story, Math.round(days), ...cells].join(' | ')} |`;
}

function span(least: number, most: number): string {
  const [from, to] = [least, most].map((hours) => String(Math.round(hours * 10) / 10));
  return from === to ? `${from}` : `${from} to ${to}`;
}
