import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { isolated } from '../../protocol/bidi.ts';
import { theme } from '../route/prefs.ts';
import { clockMinute, dayShort } from '../words/format.ts';
import { languageTag, t } from '../words/i18n.ts';
import { ChartFrame } from './ChartFrame.tsx';
import { dashes, type Inks, readInks } from './colours.ts';
import { bridgeBeats, type Frame, stepTimes, type Value } from './frame.ts';
import { type Mark, marksPlugin } from './marks.ts';
import { lineBounds, lineValues, type Panel, writeValue } from './panels.ts';
import { withRoom } from './projection.ts';

interface ChartProps {
  readonly panel: Panel;
  readonly frame: Frame;
  readonly reportIntervalMs: number;
  /** Charts with the same key share one cursor. */
  readonly syncKey: string;
  /** A brushed range, ms since 1970. */
  readonly onZoom?: (fromMs: number, toMs: number) => void;
  readonly marks?: readonly Mark[];
  readonly heightPx?: number;
}

const HEIGHT_PX = 150;
/** Ticks of bytes at round binary amounts. */
const binarySteps = Array.from({ length: 50 }, (_, power) => 2 ** power);

/** A chart with its legend: the values under the shared cursor, or the newest ones. */
export function Chart({ panel, frame, reportIntervalMs, syncKey, onZoom, marks, heightPx = HEIGHT_PX }: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const zoom = useRef(onZoom);
  zoom.current = onZoom;
  const cursor = useSignal<number | null>(null);
  const values = panel.lines.map((line) => lineValues(frame, line));
  const band = panel.lines[0] ? lineBounds(frame, panel.lines[0]) : null;
  const hasBand = band !== null;
  // Marks tell something also where no value does.
  const isEmpty = (marks ?? []).length === 0 && values.every((line) => line.every((value) => value === null));

  const chartTheme = theme.value;
  const shape = JSON.stringify([
    panel.id,
    panel.lines.map((line) => line.label),
    marks,
    heightPx,
    hasBand,
    isEmpty,
    chartTheme,
    languageTag(),
  ]);
  // `shape` stands for all that a plot is made from
  const plot = usePlot(host, shape, heightPx, (element) => {
    const { clientWidth: widthPx } = element;
    const look = { panel, inks: readInks(element), widthPx, heightPx, syncKey, marks: marks ?? [], hasBand };
    const hands: Hands = {
      onCursor: (index) => {
        cursor.value = index;
      },
      onZoom: (fromMs, toMs) => zoom.current?.(fromMs, toMs),
    };
    return new uPlot(options(look, hands), chartData(frame, values, band, reportIntervalMs), element);
  });

  // a new frame is what brings new values
  useEffect(() => {
    plot.current?.setData(chartData(frame, values, band, reportIntervalMs));
  }, [frame]);

  const newest = lastKnown(values);
  const index = cursor.value ?? newest;
  const atMs = frame.fromMs + index * frame.stepMs;
  // What is shown without a cursor is taken for the present: say when it is not.
  const isOld = frame.length - 1 - index > Math.max(2, (3 * reportIntervalMs) / frame.stepMs);
  return (
    <ChartFrame
      title={panel.title}
      keys={panel.lines.map(({ label }, position) => ({
        label,
        value: writeValue(panel.measure, values[position]?.[index]),
      }))}
      atMs={!isEmpty && (cursor.value !== null || isOld) ? atMs : null}
      empty={isEmpty ? t('chart.nothing') : null}
      heightPx={heightPx}
    >
      <div
        class="chart-plot"
        ref={host}
        role="img"
        aria-label={summary(panel, values)}
        style={{ height: `${heightPx}px` }}
      />
    </ChartFrame>
  );
}

/** Keeps a plot in an element: made anew when `shape` changes or the paper does, and as wide as there is room. */
function usePlot(
  host: RefObject<HTMLDivElement | null>,
  shape: string,
  heightPx: number,
  make: (element: HTMLDivElement) => uPlot,
): RefObject<uPlot | null> {
  const plot = useRef<uPlot | null>(null);
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    let made: uPlot | null = null;
    const draw = () => {
      made?.destroy();
      made = make(element);
      plot.current = made;
    };
    draw();
    const resize = new ResizeObserver(() => {
      if (element.clientWidth > 0) made?.setSize({ width: element.clientWidth, height: heightPx });
    });
    resize.observe(element);
    // Ink is drawn, not styled: it is drawn anew where the paper changes.
    const papers = ['(prefers-color-scheme: dark)', 'print'].map((query) => window.matchMedia(query));
    for (const paper of papers) paper.addEventListener('change', draw);
    return () => {
      resize.disconnect();
      for (const paper of papers) paper.removeEventListener('change', draw);
      made?.destroy();
      plot.current = null;
    };
  }, [shape]);
  return plot;
}

type Band = ReturnType<typeof lineBounds>;

function chartData(frame: Frame, values: readonly Value[][], band: Band, reportIntervalMs: number): uPlot.AlignedData {
  const lines = values.map((line) => bridgeBeats(line, frame.stepMs, reportIntervalMs));
  return [stepTimes(frame), ...lines, ...(band ? [band.low, band.high] : [])];
}

function lastKnown(values: readonly Value[][]): number {
  return Math.max(0, ...values.map((line) => line.findLastIndex((value) => value !== null)));
}

/** What the picture says, for those who do not see it. */
function summary(panel: Panel, values: readonly Value[][]): string {
  const parts = panel.lines.map((line, position) => {
    const known = (values[position] ?? []).filter((value) => value !== null);
    if (known.length === 0) return t('chart.summaryNone', { line: line.label });
    return t('chart.summary', {
      line: line.label,
      last: writeValue(panel.measure, known.at(-1)),
      low: writeValue(
        panel.measure,
        known.reduce((a, b) => Math.min(a, b)),
      ),
      high: writeValue(
        panel.measure,
        known.reduce((a, b) => Math.max(a, b)),
      ),
    });
  });
  return `${isolated(panel.title)}. ${parts.join('. ')}.`;
}

interface Look {
  readonly panel: Panel;
  readonly inks: Inks;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly syncKey: string;
  readonly marks: readonly Mark[];
  /** Whether the first line is drawn between its lowest and highest values. */
  readonly hasBand: boolean;
}

interface Hands {
  readonly onCursor: (index: number | null) => void;
  readonly onZoom: (fromMs: number, toMs: number) => void;
}

function options(
  { panel, inks, widthPx, heightPx, syncKey, marks, hasBand }: Look,
  { onCursor, onZoom }: Hands,
): uPlot.Options {
  const lineCount = panel.lines.length;
  const axis = { stroke: inks.text, font: inks.font, ticks: { show: false }, gap: 6 };
  return {
    width: widthPx,
    height: heightPx,
    legend: { show: false },
    // A time may stand at the very end: half of the longest one must have room.
    padding: [8, 28, 0, 0],
    cursor: {
      sync: { key: syncKey },
      y: false,
      drag: { x: true, y: false, setScale: false },
      points: { size: 7, width: 2, fill: inks.lines[0] ?? inks.text },
    },
    scales: {
      x: { range: (_, from, to) => withRoom(marks, from, to) },
      y: { range: (_, low, high) => yRange(panel, low, high, marks) },
    },
    axes: [
      { ...axis, grid: { show: false }, size: 26, space: 84, values: (_, splits) => splits.map(writeTick) },
      {
        ...axis,
        grid: { stroke: inks.grid, width: 1 },
        size: panel.measure === 'ratio' ? 46 : 70,
        ...(panel.measure.startsWith('bytes') && { incrs: binarySteps }),
        space: 32,
        values: (_, splits) => splits.map((value) => writeValue(panel.measure, value)),
      },
    ],
    series: [
      {},
      ...panel.lines.map((line, position) => ({
        label: line.label,
        stroke: inks.lines[position] ?? inks.text,
        width: 1.5,
        dash: [...(dashes[position] ?? [])],
        points: { show: false },
        ...(position === 0 && !hasBand && { fill: inks.fill }),
      })),
      ...(hasBand ? ['low', 'high'].map((label) => ({ label, width: 0, points: { show: false } })) : []),
    ],
    ...(hasBand && { bands: [{ series: [lineCount + 2, lineCount + 1] as [number, number], fill: inks.band }] }),
    plugins: [marksPlugin(marks, inks, (value) => writeValue(panel.measure, value))],
    hooks: {
      setCursor: [(u) => onCursor(u.cursor.idx ?? null)],
      setSelect: [
        (u) => {
          if (u.select.width < 4) return;
          const at = (px: number) => Math.round(u.posToVal(px, 'x') * 1000);
          onZoom(at(u.select.left), at(u.select.left + u.select.width));
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}

/** Shares of a whole show the whole; everything else starts at 0 and leaves room for the threshold. */
function yRange(panel: Panel, _low: number | null, high: number | null, marks: readonly Mark[]): [number, number] {
  if (panel.whole) return [0, 1];
  const levels = marks.flatMap((mark) => (mark.kind === 'threshold' ? [mark.value] : []));
  const top = Math.max(high ?? 0, ...levels);
  const least = panel.measure === 'ratio' ? 0.1 : 0;
  return [0, Math.max(least, top * 1.15) || 1];
}

function writeTick(seconds: number): string {
  const atMs = seconds * 1000;
  const date = new Date(atMs);
  return date.getHours() + date.getMinutes() === 0 ? dayShort(atMs) : clockMinute(atMs);
}
