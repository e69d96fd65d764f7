import type { FleetSeries } from '../../protocol/api/view.ts';
import { measureOf } from './evidence.ts';
import type { Frame, Value } from './frame.ts';
import type { Measure, Panel } from './panels.ts';

/** Metrics that machines of every kind report, offered to be compared. */
export const comparable = [
  'cpu.busy',
  'cpu.iowait',
  'load.1',
  'memory.available',
  'swap.used',
  'fs.available[/]',
  'psi.cpu',
  'psi.memory',
  'psi.io',
  'host.processes',
  'host.uptime',
] as const;

export function measureOfSeries({ unit, kind, aggregation }: FleetSeries): Measure {
  return measureOf(unit, aggregation === 'last' ? 'gauge' : kind);
}

/** The mean line as a chart draws it. */
export function meanFrame(answer: FleetSeries): Frame {
  const values = answer.values ?? [];
  return {
    fromMs: Date.parse(answer.from),
    stepMs: answer.stepMs,
    length: values.length,
    columns: new Map([[answer.metric, values]]),
    counters: new Set(),
    resolution: answer.resolution,
    lows: new Map(),
    highs: new Map(),
  };
}

export function meanPanel(answer: FleetSeries, title: string): Panel {
  const measure = measureOfSeries(answer);
  const line = { label: title, metrics: [answer.metric], combine: (value: number) => value };
  return { id: answer.metric, title, measure, lines: [line], whole: measure === 'ratio' };
}

/** How many machines reported lately: in the newest step that is over, or in the only one there is. */
export function reportingLately(counts: readonly number[]): number {
  const newest = counts.findLastIndex((count) => count > 0);
  return Math.max(counts[newest - 1] ?? 0, counts[newest] ?? 0);
}

const ROWS = 8;

/** Bounds that cut what is there into about eight rows of round height; a share is always cut by tenths. */
export function heatBounds(measure: Measure, low: number, high: number): number[] {
  if (measure === 'ratio') return Array.from({ length: 9 }, (_, index) => (index + 1) / 10);
  const base = measure === 'bytes' || measure === 'bytesPerSecond' ? 2 : 10;
  const size = roundUp(Math.max(high - low, Math.abs(high) / 1000, 1e-9) / ROWS, base);
  const first = (Math.floor(low / size) + 1) * size;
  const count = Math.min(ROWS, Math.max(1, Math.ceil((high - first) / size)));
  return Array.from({ length: count }, (_, index) => Number((first + index * size).toPrecision(12)));
}

function roundUp(value: number, base: 2 | 10): number {
  if (base === 2) return 2 ** Math.ceil(Math.log2(value));
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5, 10].find((digit) => digit * power >= value) ?? 10);
}

/** A line as points of a picture 100 wide and 20 high, in pieces where nothing is known. */
export function sparkPaths(values: readonly Value[], low: number, high: number): string[] {
  const paths: string[] = [];
  let path = '';
  for (const [index, value] of [...values, null].entries()) {
    if (value === null) {
      if (path) paths.push(path);
      path = '';
      continue;
    }
    const x = ((index + 0.5) / values.length) * 100;
    const y = 19 - ((value - low) / (high - low || 1)) * 18;
    path += `${path ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
  }
  return paths;
}
