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
  let cpuMs = 0;
  for (const seed of SEEDS) {
    for (const series of diskSeries(seed)) {
      const { name, story } = series;
      const row: Row = rows.get(name) ?? { name, story, days: 0, ours: [], plain: [] };
      rows.set(name, row);
      const before = process.cpuUsage();
      row.ours.push(evaluateForecast(series));
      cpuMs += cpuMsSince(before);
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
    /** Of one file system that is looked at every five minutes: of these series, and of one where little happens. */
    cpuMsPerFileSystemHour: rounded((cpuMs / points) * STEPS_PER_HOUR),
    cpuMsPerIdleFileSystemHour: rounded(idleCpuMs()),
  };
}

/** CPU of an hour of a file system that hardly moves, as nearly all do. */
function idleCpuMs(): number {
  const points = Array.from({ length: 50_000 }, (_, step) => ({
    atMs: step * 300_000,
    availableBytes: 5e11 + 1e8 * Math.sin(step),
    sizeBytes: 1e12,
  }));
  const before = process.cpuUsage();
  evaluateForecast({ name: 'idle', story: '', points, fullAt: null, leakFrom: null });
  return (cpuMsSince(before) / points.length) * STEPS_PER_HOUR;
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const rounded = (value: number): number => Math.round(value * 1_000) / 1_000;

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
