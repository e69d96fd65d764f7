import type { Device } from '../../protocol/api/view.ts';
import { bytes, bytesPerSecond, decimal, percent } from '../words/format.ts';
import { t } from '../words/i18n.ts';
import type { Frame, Value } from './frame.ts';

export type Measure = 'ratio' | 'bytes' | 'bytesPerSecond' | 'load' | 'celsius' | 'count' | 'seconds';

/** One line of a chart, made from one metric or two. */
export interface Line {
  readonly label: string;
  readonly metrics: readonly string[];
  readonly combine: (...values: number[]) => number;
}

export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly measure: Measure;
  readonly lines: readonly Line[];
  /** A share drawn against the whole, 0 to 1, instead of against its own highest value. */
  readonly whole?: boolean;
}

const MAX_LINES = 4;
const MAX_PANELS_OF_A_KIND = 3;

/** The charts a device has, by the metrics it reports. */
export function devicePanels(latest: Device['latest']): Panel[] {
  const names = new Set(latest.map((metric) => metric.metric));
  const hasSwap = latest.some(({ metric, value }) => metric === 'swap.size' && value !== 0);
  const instances = (family: string) =>
    [...names].flatMap((name) => (name.startsWith(`${family}[`) ? [name.slice(family.length + 1, -1)] : []));
  const panel = (id: string, title: string, measure: Measure, lines: readonly Line[], whole = false): Panel[] => {
    const known = lines.filter((line) => line.metrics.every((metric) => names.has(metric))).slice(0, MAX_LINES);
    return known.length > 0 ? [{ id, title, measure, lines: known, whole }] : [];
  };
  return [
    ...panel(
      'cpu',
      t('chart.cpu'),
      'ratio',
      [line(t('chart.busy'), 'cpu.busy'), line(t('chart.iowait'), 'cpu.iowait'), line(t('chart.steal'), 'cpu.steal')],
      true,
    ),
    ...panel(
      'memory',
      t('chart.memory'),
      'ratio',
      [
        used(t('chart.used'), 'memory.available', 'memory.size'),
        ...(hasSwap ? [{ label: t('chart.swap'), metrics: ['swap.used', 'swap.size'], combine: share }] : []),
      ],
      true,
    ),
    ...panel(
      'space',
      t('chart.space'),
      'ratio',
      [...instances('fs.size').map((mount) => used(mount, `fs.available[${mount}]`, `fs.size[${mount}]`))],
      true,
    ),
    ...panel('load', t('chart.load'), 'load', [
      line(t('chart.load1'), 'load.1'),
      line(t('chart.load5'), 'load.5'),
      line(t('chart.load15'), 'load.15'),
    ]),
    ...instances('net.rxBytes')
      .slice(0, MAX_PANELS_OF_A_KIND)
      .flatMap((name) =>
        panel(`net-${name}`, t('chart.network', { name }), 'bytesPerSecond', [
          line(t('chart.received'), `net.rxBytes[${name}]`),
          line(t('chart.sent'), `net.txBytes[${name}]`),
        ]),
      ),
    ...instances('disk.readBytes')
      .slice(0, MAX_PANELS_OF_A_KIND)
      .flatMap((name) =>
        panel(`disk-${name}`, t('chart.disk', { name }), 'bytesPerSecond', [
          line(t('chart.read'), `disk.readBytes[${name}]`),
          line(t('chart.written'), `disk.writeBytes[${name}]`),
        ]),
      ),
    ...panel('busy', t('chart.diskBusy'), 'ratio', [
      ...instances('disk.busy').map((name) => line(name, `disk.busy[${name}]`)),
    ]),
    ...panel('pressure', t('chart.pressure'), 'ratio', [
      line(t('chart.pressureCpu'), 'psi.cpu'),
      line(t('chart.pressureMemory'), 'psi.memory'),
      line(t('chart.pressureIo'), 'psi.io'),
    ]),
    ...panel('temperature', t('chart.temperature'), 'celsius', [
      ...instances('temperature').map((name) => line(name, `temperature[${name}]`)),
    ]),
  ];
}

function line(label: string, metric: string): Line {
  return { label, metrics: [metric], combine: (value) => value };
}

function used(label: string, available: string, size: string): Line {
  return { label, metrics: [available, size], combine: (free, whole) => 1 - share(free, whole) };
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

export function metricsOf(panels: readonly Panel[]): string[] {
  return [...new Set(panels.flatMap((panel) => panel.lines.flatMap((each) => each.metrics)))];
}

/** The values of a line on the frame's grid; null wherever one of its metrics is not known. */
export function lineValues(frame: Frame, { metrics, combine }: Line): Value[] {
  const columns = metrics.map((metric) => frame.columns.get(metric));
  return Array.from({ length: frame.length }, (_, index) => {
    const values = columns.map((column) => column?.[index] ?? null);
    return values.every((value) => value !== null) ? combine(...values) : null;
  });
}

/** Between which values a line lies in each step; null unless all of its metrics have bounds. */
export function lineBounds(frame: Frame, line: Line): { low: Value[]; high: Value[] } | null {
  if (!line.metrics.every((metric) => frame.lows.has(metric) && frame.highs.has(metric))) return null;
  const ends = [frame.lows, frame.highs].map((columns) => lineValues({ ...frame, columns }, line));
  // More space left is less space used: which end is the lower one shows in the values.
  const pick = (choose: (...values: number[]) => number) =>
    Array.from({ length: frame.length }, (_, index) => {
      const [one = null, other = null] = ends.map((values) => values[index] ?? null);
      return one === null || other === null ? null : choose(one, other);
    });
  return { low: pick(Math.min), high: pick(Math.max) };
}

const write: Record<Measure, (value: number) => string> = {
  ratio: percent,
  bytes,
  bytesPerSecond,
  load: (value) => decimal(value),
  celsius: (value) => t('unit.celsius', { degrees: decimal(value, 0) }),
  count: (value) => decimal(value, 0),
  seconds: (value) => t('unit.seconds', { seconds: decimal(value, 0) }),
};

/** A value of a chart as text, in its own unit. */
export function writeValue(measure: Measure, value: Value | undefined): string {
  return value === null || value === undefined ? '–' : write[measure](value);
}
